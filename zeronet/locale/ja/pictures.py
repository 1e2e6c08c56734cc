"""What the figures of the convolutional networks say (examples/, chapters 7 and 8), in Japanese."""

PICTURES: dict[str, str] = {
    # in several figures
    "accuracy": "正解率",
    "lines: medians of {seeds} seeds · pale: their range": "線: シード {seeds} 個の中央値 · 薄い色: その範囲",
    "{data}, Adam, η = 0.001, batch 100, epochs: {n}, seed 0": (
        "{data}、Adam、η = 0.001、バッチ 100、{n} エポック、シード 0"
    ),
    # accuracy of the simple network
    "Test accuracy after {n} epochs: {cnn:.1%} with convolution, {two:.1%} without": (
        "{n} エポック後のテストの正解率: 畳み込みありは {cnn:.1%}、なしは {two:.1%}"
    ),
    "{data}, Adam, η = 0.001, batch 100; 100 hidden units in both networks": (
        "{data}、Adam、η = 0.001、バッチ 100。隠れ層はどちらのネットワークも 100"
    ),
    "convolutional, training images": "畳み込み、訓練画像",
    "convolutional, test images": "畳み込み、テスト画像",
    "two-layer, training images": "2 層、訓練画像",
    "two-layer, test images": "2 層、テスト画像",
    # filters and what the layers make of an image
    "Noise becomes edges: the spread of the weights grows from {before:.2g} to {after:.2g}": (
        "ノイズがエッジになる: 重みの標準偏差は {before:.2g} から {after:.2g} へ"
    ),
    "black: negative · white: positive; each half has its own scale": "黒: 負 · 白: 正。上と下で目盛りは異なる",
    "before": "学習前",
    "after": "学習後",
    "{when}: weights from −{most:.2g} to {most:.2g}": "{when}: 重みは −{most:.2g} から {most:.2g}",
    "The six filters that answer most to this {label}": "この {label} に最も強く反応するフィルター 6 個",
    "filter, convolution: grey is 0, white positive · ReLU, max pooling: black is 0": (
        "フィルターと畳み込み: 灰色が 0、白が正 · ReLU と最大値プーリング: 黒が 0"
    ),
    "image, {shape}": "画像 {shape}",
    "filter": "フィルター",
    "convolution": "畳み込み",
    "max pooling": "プーリング",
    "ReLU": "ReLU",
    # confusions
    "{n} of {all:,} test images are misread, most often {written} as {taken}: {times} times": (
        "テスト画像 {all:,} 枚中 {n} 枚を誤る。最も多いのは {written} を {taken} と読む誤り: {times} 回"
    ),
    "right: the surest errors; above each what was written → what was read": (
        "右: 最も確信のあった誤り。上の数字は 正解 → 読み取り"
    ),
    "written": "正解",
    "read": "読み取り",
    # augmentation
    "Rotated by up to 15°, shifted by up to 2 pixels: still the same digits": (
        "15° までの回転と 2 画素までの移動: それでも同じ数字"
    ),
    "{data}; left: as they are · beside: what the first six steps of seed 0 would train on": (
        "{data}。左: 元のまま · その右: シード 0 の最初の 6 回の更新で使われる画像"
    ),
    "original": "元の画像",
    "step {step}": "更新 {step}",
    # the deep network
    "Test accuracy from {images:,} images: {augmented:.1%} with augmentation, {plain:.1%} without": (
        "訓練画像 {images:,} 枚でのテストの正解率: データ拡張ありは {augmented:.1%}、なしは {plain:.1%}"
    ),
    "{data}, the deep network of chapter 8, Adam, η = 0.001, batch 100": (
        "{data}、8 章の深いネットワーク、Adam、η = 0.001、バッチ 100"
    ),
    "augmented: test images": "データ拡張あり: テスト画像",
    "augmented: the training images as they are": "データ拡張あり: 元の訓練画像",
    "as they are: test images": "なし: テスト画像",
    "as they are: training images": "なし: 訓練画像",
    "20 of {n:,} test images make {share:.0%} of the loss": (
        "テスト画像 {n:,} 枚中の 20 枚が、損失の {share:.0%} を占める"
    ),
    "{data}; the deep network, trained on {images:,} augmented images: test accuracy {accuracy:.1%}": (
        "{data}。深いネットワーク、データ拡張した {images:,} 枚で学習: テストの正解率 {accuracy:.1%}"
    ),
    "above each: written → read, and the probability that the network gave to the right digit": (
        "画像の上: 正解 → 読み取り、ネットワークが正解に与えた確率"
    ),
    "float16 reads {n} of {all:,} test images otherwise than float32: accuracy {half:.2%} and {single:.2%}": (
        "float16 で読み取りが変わるのはテスト画像 {all:,} 枚中 {n} 枚。正解率 {half:.2%} (float32 は {single:.2%})"
    ),
    "{data}; weights, image and the outputs of all layers rounded, sums in float32": (
        "{data}。重み、画像、各層の出力を丸め、和は float32 で計算"
    ),
    "images read otherwise than in float32": "float32 と読み取りが異なる画像の数",
    "bits of the mantissa": "仮数部のビット数",
}
