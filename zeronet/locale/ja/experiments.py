"""What the figures of the book's experiments say (examples/), in Japanese."""

EXPERIMENTS: dict[str, str] = {
    # in several figures
    "accuracy": "正解率",
    "learning rate": "学習率",
    "training images": "訓練画像",
    "validation images": "検証画像",
    "test images": "テスト画像",
    "lines: medians of {seeds} seeds · pale: their range": "線: シード {seeds} 個の中央値 · 薄い色: その範囲",
    "lines: medians of {seeds} seeds, smoothed · pale: their quartiles": (
        "線: シード {seeds} 個の中央値、平滑化 · 薄い色: その四分位"
    ),
    "{data}, 50 hidden units, batch 100, seed 0: same network, same batches": (
        "{data}、隠れ層 50、バッチ 100、シード 0。同じネットワーク、同じバッチ"
    ),
    # chapters 4 and 5
    "Test images: with ReLU {relu:.1%} are right, with the sigmoid {sigmoid:.1%}": (
        "テスト画像の正解率: ReLU {relu:.1%}、シグモイド {sigmoid:.1%}"
    ),
    "{data}, 50 hidden units, SGD, η = 0.1, batch 100, seed 0": (
        "{data}、隠れ層 50、SGD、η = 0.1、バッチ 100、シード 0"
    ),
    "A right gradient is within {worst:.1g} of the slopes; a slip is seen at once": (
        "正しい勾配と測った傾きの差は {worst:.1g} 以下。間違いはひと目で分かる"
    ),
    "{data}, {hidden} hidden units, three images, float64, h = 1e-4": (
        "{data}、隠れ層 {hidden}、画像 3 枚、float64、h = 1e-4"
    ),
    "right": "正しい勾配",
    "a slip in the ReLU": "ReLU に間違いがある",
    "wrong: {names}": "間違い: {names}",
    "measured slope n / max |n|": "測った傾き n / max |n|",
    "backpropagation a / max |n|": "逆伝播 a / max |n|",
    "{name}'s update hides {gain:.0%} of the loss of its own batch": (
        "{name} の更新は、そのバッチ自身の損失を {gain:.0%} 小さく見せる"
    ),
    "solid: before the update · dashed: after it, on the same batch · smoothed": (
        "実線: 更新の前 · 破線: 更新の後、同じバッチで · 平滑化"
    ),
    # 6.1
    "{name} ended lowest: training loss {loss:.3g}, median of 3": (
        "最も低く終わったのは {name}: 訓練の損失 {loss:.3g} (3 回の中央値)"
    ),
    "{data}: same networks, same batches, seeds 0, 1, 2; one learning rate each, not tuned": (
        "{data}: 同じネットワーク、同じバッチ、シード 0, 1, 2。学習率は一つずつ、調整なし"
    ),
    "lines: medians of the seeds, smoothed · pale: their range": "線: シードの中央値、平滑化 · 薄い色: その範囲",
    "At the book's settings RMSProp's loss leaps to {loss:.2g}": (
        "本の設定では、RMSProp の損失は {loss:.2g} まで跳ね上がる"
    ),
    "{data}, 50 hidden units, batch 128, seed 0": "{data}、隠れ層 50、バッチ 128、シード 0",
    "{name}: first step {step:.2g}": "{name}: 最初の一歩 {step:.2g}",
    "training loss of the next batch": "次のバッチの訓練の損失",
    # 6.2
    "ReLU, layer 5: He's weights keep σ at {he:.2g}; Xavier's leave {xavier:.2g}, s = 0.01 {small:.1g}": (
        "ReLU の第 5 層の σ: He の初期値 {he:.2g}、Xavier {xavier:.2g}、s = 0.01 は {small:.1g}"
    ),
    "from above: layers 1 to 5, histograms of 30 bins, each as high as its fullest bin · number: σ": (
        "上から第 1〜5 層。30 区間のヒストグラム、高さは最も多い区間に合わせる · 数: σ"
    ),
    "ReLU: bars without the zeros; what lies above 3 is in the last bin": (
        "ReLU: 棒に 0 は含めない。3 より大きい値は最後の区間に入れる"
    ),
    "He's first weights reach {he:.2g}, Xavier's {xavier:.2g}; 0.01 does not learn: {small:.3g}": (
        "最後の損失: He の初期値 {he:.2g}、Xavier {xavier:.2g}。0.01 は学習しない ({small:.3g})"
    ),
    "{data}, 4 × 100 hidden units, ReLU, SGD, η = 0.01, batch 128": (
        "{data}、隠れ層 4 × 100、ReLU、SGD、η = 0.01、バッチ 128"
    ),
    # 6.3
    "With batch normalization {n} of 16 learn more than 60 %, without it {m}": (
        "正解率が 60 % を超える: バッチ正規化ありは 16 個のうち {n} 個、なしは {m} 個"
    ),
    "{data}, the first {n:,} images, 5 × 100 hidden units, SGD, η = 0.01, batch 100": (
        "{data} の最初の {n:,} 枚、隠れ層 5 × 100、SGD、η = 0.01、バッチ 100"
    ),
    "accuracy on these images; lines: medians of {seeds} seeds · pale: their range": (
        "これらの画像の正解率。線: シード {seeds} 個の中央値 · 薄い色: その範囲"
    ),
    "with batch normalization": "バッチ正規化あり",
    "without batch normalization": "バッチ正規化なし",
    "From He, the learning rates that work span {with_it:,.0f}× with batch normalization, {without:,.0f}× without": (
        "He から始めて使える学習率の幅: バッチ正規化ありは {with_it:,.0f} 倍、なしは {without:,.0f} 倍"
    ),
    "working: more than {works:g} right · lines: medians of {seeds} seeds · pale: their range": (
        "使える: 正解率が {works:g} を超える · 線: シード {seeds} 個の中央値 · 薄い色: その範囲"
    ),
    "{data}, 5 × 100 hidden units, SGD, batch 100, {steps} updates": (
        "{data}、隠れ層 5 × 100、SGD、バッチ 100、更新 {steps} 回"
    ),
    "accuracy on validation images": "検証画像の正解率",
    # 6.4
    "Known and new images: gap {none:.2f}, with weight decay {decay:.2f}, with dropout {dropout:.2f}": (
        "訓練画像とテスト画像の差: {none:.2f}、荷重減衰で {decay:.2f}、ドロップアウトで {dropout:.2f}"
    ),
    "{data}, 300 images, 6 × 100 hidden units, SGD, η = 0.01, batch 100": (
        "{data} の 300 枚、隠れ層 6 × 100、SGD、η = 0.01、バッチ 100"
    ),
    "no remedy": "対策なし",
    "weight decay, λ = 0.1": "荷重減衰、λ = 0.1",
    "dropout, ratio 0.2": "ドロップアウト、割合 0.2",
    # 6.5
    "The best of {n} trials: {best:.2f} at η = {lr:.2g}": "{n} 回の試行の最高: η = {lr:.2g} で {best:.2f}",
    "{data}, 400 images, 6 × 100 hidden units, SGD, batch 100": "{data} の 400 枚、隠れ層 6 × 100、SGD、バッチ 100",
    "above each panel: η and λ · lines: accuracy, epoch by epoch": "各図の上: η と λ · 線: エポックごとの正解率",
    "random search": "ランダム探索",
    "zeronet's grid": "zeronet のグリッド探索",
    "Test accuracy of the best of {n} trials: {accuracies}": "{n} 回の試行の最良のテスト正解率: {accuracies}",
    "left: medians of {seeds} repetitions, pale: their quartiles · right: each one": (
        "左: 繰り返し {seeds} 回の中央値、薄い色は四分位 · 右: それぞれの結果"
    ),
    "best validation loss so far": "それまでで最小の検証の損失",
    "test accuracy of the best": "最良の設定のテストの正解率",
    # the learning-rate range test
    "Where the loss falls fastest: at {low:.1g} for {last}, at {high:.1g} for {first}": (
        "損失が最も速く減る学習率: {last} は {low:.1g}、{first} は {high:.1g}"
    ),
    "lines: training loss, running mean · marker: where it falls fastest": (
        "線: 訓練の損失の移動平均 · 印: 最も速く減るところ"
    ),
}
