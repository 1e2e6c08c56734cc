"""What train.py prints and what figures say, in Japanese."""

TABLES: dict[str, str] = {
    # tables
    "optimizer": "手法",
    "network": "ネットワーク",
    "network, optimizer": "ネットワーク、手法",
    "{label}: {network}, {n:,} parameters": "{label}: {network}、パラメータ {n:,} 個",
    "optimizer: {name}": "手法: {name}",
    "settings": "設定",
    "training loss": "訓練の損失",
    "test accuracy": "テストの正解率",
    "seconds": "秒",
    "steps to {target:g}": "{target:g} までの更新回数",
    "updates to {target:g}": "{target:g} までの更新回数",
    "end point (x, y)": "終点 (x, y)",
    "end point x": "終点 x",
    "to the minimum": "最小値までの距離",
    "finished": "完了",
    "diverged": "発散",
    "raised": "エラー",
    "{n} diverged": "発散 {n}",
    "{n} raised": "エラー {n}",
    "{failed} of {n}": "{n} 回中 {failed}",
    "not in {steps}": "{steps} 回では未到達",
    "not in {steps} (best {best})": "{steps} 回では未到達 (最高 {best})",
    "seed {seed}": "シード {seed}",
    "seed": "シード",
    "seeds {seeds}": "シード {seeds}",
    "seeds {seeds}, … ({n} seeds)": "シード {seeds}, … ({n} 個)",
    "median (range) over the seeds {seeds}": "シード {seeds} の中央値 (範囲)",
    "{steps} steps = {epochs:.1f} epochs": "更新 {steps} 回 = {epochs:.1f} エポック",
    "{steps:,} updates = {epochs:.3g} epochs": "更新 {steps:,} 回 = {epochs:.3g} エポック",
    "{loss}: mean of the last {n} steps": "{loss}: 最後の {n} 回の平均",
    "steps: until the target is reached and kept, at most {late:g} too many": (
        "更新回数: 目標に達してそれを保つまで、最大で {late:g} 回多め"
    ),
    "{steps} updates from {x:g}": "{x:g} から更新 {steps} 回",
    "{steps} updates from ({x:g}, {y:g})": "({x:g}, {y:g}) から更新 {steps} 回",
    # what train.py prints
    "Each ran at the learning rate above, not tuned: the learning rates decide the ranking.": (
        "学習率は上の値のままで、調整していません。順位は学習率で決まります。"
    ),
    "… and {n} more": "… ほか {n} 件",
    "The tracebacks are in {folder}": "トレースバックは {folder} にあります",
    "figure:": "図:",
    "inside the networks:": "ネットワークの中:",
    "Try:": "次は:",
    "waiting for a worker of {address}": "{address} のワーカーを待っています",
    # several experiments
    "data": "データ",
    "batch size": "バッチサイズ",
    "seeds": "シード",
    "training examples": "訓練データの数",
    "updates": "更新回数",
    "Not the same in all folders: {what}.": "フォルダーによって異なるもの: {what}。",
    "The same in all folders: data, network, batch size, seeds and versions.": (
        "すべてのフォルダーで同じもの: データ、ネットワーク、バッチサイズ、シード、バージョン。"
    ),
    # predictions
    "image": "画像",
    "class": "クラス",
    "probabilities": "確率",
    "output": "出力",
    "{name} has no protocol beside it: assuming {size} pixels from 0 to 1": (
        "{name} のそばに protocol.json がないため、{size} 画素、値は 0〜1 とみなします"
    ),
    "{name} was trained on rows of numbers: assuming images of {size}": (
        "{name} は数値の行で学習したものです。画像は {size} とみなします"
    ),
    "the training data ({address}) cannot be found, or have changed: images are compared with white on black": (
        "訓練データ ({address}) が見つからないか、変わっているため、画像は黒地に白のものと比べます"
    ),
    "it is blank": "何も写っていません",
    "it looks inverted: its border is {a:.2f}, that of the training images {b:.2f}": (
        "白黒が逆のようです。縁の明るさは {a:.2f}、訓練画像では {b:.2f}"
    ),
    "it looks unscaled: its values span {a:.2g}, those of the training images {b:.2g}": (
        "値の範囲が合わないようです。幅は {a:.2g}、訓練画像では {b:.2g}"
    ),
    (
        "it looks off-centre: its middle is row {y:.1f}, column {x:.1f}; usual are {v:.1f} and {u:.1f}"
    ): "中心からずれているようです。中心は {y:.1f} 行 {x:.1f} 列、訓練画像では {v:.1f} 行 {u:.1f} 列",
    "what it shows spreads over {a:.1f} pixels, that of the training images over {b:.1f}": (
        "写っているものの大きさが違います。広がりは {a:.1f} 画素、訓練画像では {b:.1f}"
    ),
    # the figure of a comparison
    "{labels}: training loss at w, evaluated at x": "{labels}: 訓練の損失は w で、評価は x で測る",
    "training loss (log)": "訓練の損失 (対数)",
    "update (the book's iteration)": "更新回数 (iteration)",
    "epoch": "エポック",
    "guessing: ln {classes}": "当て推量: ln {classes}",
    "target: {target:g}": "目標: {target:g}",
    "{label} reaches {loss:.3g}": "{label} の最大は {loss:.3g}",
    "smoothed (Kaiser window of {window} steps, β = 2, narrower at the start)": (
        "平滑化 (更新 {window} 回のカイザー窓、β = 2、始まりは狭い)"
    ),
    "lines: medians of the seeds, the loss {smoothing} · pale: {band}": (
        "線: シードの中央値、損失は{smoothing} · 薄い色: {band}"
    ),
    "{seed} · loss: {smoothing} · pale: each batch": "{seed} · 損失: {smoothing} · 薄い色: 各バッチ",
    "their range": "その範囲",
    "their middle half": "その中央の半分",
    "{what} {loss}, mean of {n} seeds": "{what} {loss} (シード {n} 個の平均)",
    "{what} {loss}, median of {n} seeds": "{what} {loss} (シード {n} 個の中央値)",
    "{label} ended at: {over}": "{label} の最終値: {over}",
    "{label} ended lowest: {over}": "最も低く終わったのは {label}: {over}",
    "; {label} highest: {loss}": "。最も高いのは {label}: {loss}",
    "batches of {n:,}": "バッチサイズ {n:,}",
    (
        "Every optimizer of a seed starts from the same weights and sees the same batches; {tuning}. Training loss: "
        "of each batch, before its update. {accuracy}."
    ): (
        "同じシードの手法は、同じ重みから始まり、同じバッチで学習します。{tuning}。訓練の損失: 更新前の各バッチの値。"
        "{accuracy}。"
    ),
    (
        "Every run of a seed sees the same batches; those of one network start from the same weights; {tuning}. "
        "Training loss: of each batch, before its update. {accuracy}."
    ): (
        "同じシードの学習は、同じバッチで学習し、同じネットワークなら同じ重みから始まります。{tuning}。訓練の損失: "
        "更新前の各バッチの値。{accuracy}。"
    ),
    "learning rates tuned with equal budgets": "学習率は同じ予算で調整",
    "images": "画像",
    "rows": "行",
    "R²": "R²",
    "test R²": "テストの R²",
    "validation R²": "検証の R²",
    "training MSE": "訓練の平均二乗誤差",
    "validation MSE": "検証の平均二乗誤差",
    "test MSE": "テストの平均二乗誤差",
    "guessing: the mean": "当て推量: 平均値",
    "{name} (log)": "{name} (対数)",
    "Test {metric}: on {n:,} {unit}": "テストの{metric}: テスト{unit} {n:,} 件",
    "Validation {metric}: on {n:,} {unit} of the training set": "検証の{metric}: 訓練データから分けた{unit} {n:,} 件",
    "validation accuracy": "検証の正解率",
    "one learning rate each, not tuned": "学習率はそれぞれ一つで、調整なし",
    "settings as given, not tuned": "設定は指定のままで、調整なし",
    "no finished step": "終わった更新なし",
    "stopped at step {steps}": "更新 {steps} 回で停止",
    " and {n} more": " ほか {n} 件",
    "BLAS threads per run: {n}": "BLAS スレッド数 {n}",
    "subnormals flushed to zero": "非正規化数は 0 に切り捨て",
    "subnormals kept": "非正規化数を保持",
    # the verdict of a tuned comparison
    "validation loss": "検証の損失",
    "f − f_min from random starts, geometric mean over the path": "無作為な始点からの f − f_min の、経路での幾何平均",
    "test loss": "テストの損失",
    "test error": "テストの誤り率",
    "{loss} (quartiles)": "{loss} (四分位数)",
    "ms/step": "ミリ秒/更新",
    "s to {target:g}": "{target:g} までの秒数",
    "best of n trials": "n 回の試行の最良値",
    "Every optimizer failed on at least half of its seeds.": "どの手法も、半分以上のシードで失敗しました。",
    "Every run of every optimizer failed.": "どの手法の学習もすべて失敗しました。",
    "{label} ended lowest: mean {what} {loss:.4g} at lr {lr:.4g}.": (
        "最小は {label}: {what}の平均 {loss:.4g}、学習率 {lr:.4g}。"
    ),
    "{a} wins": "{a} の勝ち",
    "equal within {margin:.3g} %": "±{margin:.3g} % 以内で等しい",
    "cannot tell": "判定できない",
    " ({a} ahead by {low:.2g} to {high:.2g} %)": " ({a} が {low:.2g}〜{high:.2g} % 良い)",
    "a random run of {a} beats one of {b} {wins:.0%} of the time ({low:.0%} to {high:.0%})": (
        "{a} の一回の学習が {b} に勝つ確率は {wins:.0%} ({low:.0%}〜{high:.0%})"
    ),
    "{n} of {m} runs of {label} failed": "{label} の学習は {m} 回中 {n} 回失敗",
    "{a} and {b}: {outcome}; {counts}: compared by ranks; {wins}.": (
        "{a} と {b}: {outcome}。{counts} (順位で比較)。{wins}。"
    ),
    "{a} and {b}: {outcome}; {a}'s over {b}'s: {metrics}; {wins}.": (
        "{a} と {b}: {outcome}。{a} / {b} の比: {metrics}。{wins}。"
    ),
    "{ratio} ({low} to {high})": "{ratio} ({low}〜{high})",
    "{a} and {b}: cannot tell from one seed.": "{a} と {b}: シード 1 個では判定できません。",
    "{a} and {b}: equal, every difference is exactly 0.": "{a} と {b}: 等しい。差はすべて 0 です。",
    "by {metric} {winner} wins": "{metric}では {winner} の勝ち",
    "{a} and {b}: {each}.": "{a} と {b}: {each}。",
    "{n} seeds see differences of {size} % or more here in 4 of 5 comparisons": (
        "シード {n} 個で 5 回中 4 回見つかる差は、ここでは {size} % 以上です"
    ),
    ".": "。",
    "; {margin:.3g} % would need {more}.": "。{margin:.3g} % の差には {more} 個必要です。",
    "more than 10,000": "10,000 超",
    "The best learning rate of {label}, {lr:.4g}, is at the edge of those tried: look further.": (
        "{label} の最良の学習率 {lr:.4g} は試した範囲の端です。範囲を広げてください。"
    ),
    "The best learning rate of {label}, {lr:.4g}, is known to a factor of {factor:.2f}: look closer.": (
        "{label} の最良の学習率 {lr:.4g} は {factor:.2f} 倍の幅でしか分かっていません。試行を増やしてください。"
    ),
    "{n:,} training {unit}": "訓練{unit} {n:,} 件",
    "{steps:,} steps": "更新 {steps:,} 回",
    "learning rates: {schedules}": "学習率: {schedules}",
    "constant": "一定",
    " and validation {unit}": "、検証{unit}",
    (
        "This holds for {parts}; searched: {searched}, with {budget} trials each on {n} other seeds, every seed with "
        "its own first weights, batches{split}."
    ): (
        "この判定の条件: {parts}。探索した設定: {searched} (各 {budget} 回、別のシード {n} 個)。"
        "シードごとに異なるもの: 初期値、バッチ{split}。"
    ),
    "Means and ratios: of logarithms, over the seeds; intervals: 95 %, for all pairs together; wins: Holm.": (
        "平均と比: シードごとの対数の平均。区間: すべての組を合わせて 95 %。勝ちの判定: ホルム法。"
    ),
    " {what}: after the last step, not used for any choice; {validation}: mean of the last tenth.": (
        "{what}: 最後の更新の後の値で、何の選択にも使っていません。{validation}: 最後の 1 割の平均。"
    ),
    " Steps: until the target is reached and kept, at most {late:g} too many.": (
        "更新回数: 目標に達してそれを保つまで、最大で {late:g} 回多めです。"
    ),
    "The machine was busy while the time of a step was measured: do not rely on the seconds.": (
        "更新の時間を測る間、ほかの処理が動いていました。秒数は当てになりません。"
    ),
    # several studies
    "A wins": "A の勝ち",
    "B wins": "B の勝ち",
    "equal": "等しい",
    "{n} studies, each with its own search, seeds and validation {unit}; test {unit}: the same for all.": (
        "研究 {n} 回。探索、シード、検証{unit}はそれぞれ異なり、テスト{unit}は共通です。"
    ),
    "{n} runs, {seconds:.0f} s of training.": "学習 {n} 回、計 {seconds:.0f} 秒。",
    "{n} of {m} failed": "{m} 回中 {n} 回失敗",
    "{n} of {m} never": "{m} 回中 {n} 回は未到達",
    (
        "{train:,} training and {validation:,} validation {unit}, split off the training set; curves and "
        "targets: validation; verdict: the test {unit}, read once per final run"
    ): (
        "訓練データを訓練{unit} {train:,} 件と検証{unit} {validation:,} 件に分割。曲線と目標は検証データ。"
        "判定は、最終の学習ごとに一度だけ使うテスト{unit}"
    ),
    "each optimizer": "各手法",
    "each optimizer on each network": "各ネットワークの各手法",
    "{each}: {budget} trials on {n} seeds, best by mean, then {m} fresh seeds": (
        "{each}: 試行 {budget} 回 (シード {n} 個、平均で選択)、その後に新しいシード {m} 個"
    ),
    "Loss: median of the seeds, and {band}": "損失: シードの中央値と{band}",
    "{lowest}; {label} next: {loss}, {outcome}": "{lowest}。次は {label}: {loss} ({outcome})",
    "Best loss to expect of n trials of the first grid": "最初の格子の試行 n 回で期待される最良の損失",
    "trials": "試行回数",
    "Ratio of the losses, 95 % for all pairs; grey: equal": "損失の比、すべての組で 95 %。灰色: 等しい",
    "learning rate (log)": "学習率 (対数)",
    "final loss of the trials": "試行の最終損失",
    "Sensitivity to the learning rate: ★ best, × diverged": "学習率への感度: ★ 最良、× 発散",
    "share of the seeds": "シードの割合",
    "Reached the target: {what}": "目標に到達: {what}",
    "Reached the target: no target is set": "目標に到達: 目標なし",
    "accuracy {target:g}": "正解率 {target:g}",
    "A random run of the row beats one of the column": "行の一回の学習が列に勝つ確率",
    # many problems
    "updates to the target": "目標までの更新回数",
    "never": "未到達",
    "area of the profile": "プロファイルの面積",
    "No problem here has a target, so that there is nothing to sum up.": "目標のある問題がないため、まとめられません。",
    "No performance profile: on {n} problems each would weigh too much; it takes {least}.": (
        "性能プロファイルなし: 問題が {n} 個では一つの重みが大きすぎます。{least} 個から描きます。"
    ),
    "τ: updates to the target, over those of the fastest": "τ: 目標までの更新回数 / 最速の回数",
    "share of the problems": "問題の割合",
    "{label} has the largest area over {n} problems: {area:.2f}": "{n} 個の問題で面積が最大なのは {label}: {area:.2f}",
    "Performance profile; area up to τ = {most:g} in the legend": "性能プロファイル (凡例は τ = {most:g} までの面積)",
    # the book's way, and the ladder to a fair comparison
    "the book's way": "本のとおり",
    "the same start": "同じ初期値",
    "batches as permutations": "バッチは並べ替え",
    "loss before the update": "更新前の損失",
    "raw beside smoothed": "平滑化前も表示",
    "own tuned rates": "それぞれ調整した学習率",
    "rung": "段",
    "ranking": "順位",
    "first in": "首位",
    "Lowest in the book's way: {book}; with tuned learning rates: {tuned}": (
        "最も低いのは、本のとおりでは {book}、調整した学習率では {tuned}"
    ),
    "{label}: {n} of {m} seeds": "{label}: {m} 回中 {n} 回",
    " (known to a factor of {factor:.2f})": " ({factor:.2f} 倍の幅)",
    " (at the edge of those tried)": " (試した範囲の端)",
    "loss after the update": "更新後の損失",
    "The book's comparison, chapter 6": "本の比較 (6 章)",
    (
        "The book's way: each optimizer starts from random weights of its own, batches are drawn with replacement, "
        "the loss is that after the update, one run, no tuning. --protocol ladder shows what each choice does."
    ): (
        "本のとおり: 初期値は手法ごとに別の乱数、バッチは重複ありで抽出、損失は更新後の値、一回だけの学習、"
        "学習率は調整なし。それぞれの影響は --protocol ladder で分かります。"
    ),
    (
        "Each optimizer starts from random weights of its own; batches drawn with replacement; loss: on its batch, "
        "after the update, smoothed (Kaiser window of {window} steps, β = 2); one learning rate each, not tuned."
    ): (
        "初期値は手法ごとに別の乱数。バッチは重複ありで抽出。損失: 更新後に同じバッチで計算し、平滑化 "
        "(更新 {window} 回のカイザー窓、β = 2)。学習率はそれぞれ一つで、調整なし。"
    ),
    (
        "Each rung keeps what those above it have put right. Numbers: mean (of logarithms) over {m} seeds of the final "
        "loss, the mean of the last {n} training losses; <: the difference was found (95 % for all pairs of a rung), "
        "≈: equal within {margin:.3g} %, comma: cannot tell."
    ): (
        "各段は、上の段で直したことを引き継ぎます。数値: 最終損失 (訓練の損失の最後の {n} 回の平均) の、シード "
        "{m} 個の対数の平均。<: 差あり (段ごとに全体で 95 %)、≈: ±{margin:.3g} % 以内で等しい、読点: 判定できない。"
    ),
    "Raw beside smoothed changes no number, only what is drawn.": (
        "「平滑化前も表示」で変わるのは図だけで、数値は同じです。"
    ),
    "Learning rates of the last rung, from {budget} trials each on {n} other seeds, by validation loss: {rates}.": (
        "最後の段の学習率 (試行は各 {budget} 回、別のシード {n} 個、検証の損失で選択): {rates}。"
    ),
    (
        "Each rung keeps what those before it have put right. Line: median of the seeds, smoothed (Kaiser window of "
        "{window} steps, β = 2); pale, from rung 4 on, which changes nothing else: {band} of the raw losses. Ranking: "
        "mean final loss, of the last 100 steps; ≈: equal to the one above within {margin:.3g} %, ?: cannot tell. Last "
        "rung: {budget} trials each."
    ): (
        "各段は、前の段で直したことを引き継ぎます。線: シードの中央値、平滑化 (更新 {window} 回のカイザー窓、β = 2)。"
        "薄い色 (段 4 から、ほかに変わることはなし): 平滑化前の損失と{band}。順位: 最後の 100 回の損失の平均。"
        "≈: 上の手法と ±{margin:.3g} % 以内で等しい、?: 判定できない。最後の段: 試行は各 {budget} 回。"
    ),
    # paths on a landscape
    "update": "更新回数",
    "update {step}": "更新 {step} 回目",
    "update {step} of {steps}": "更新 {step} / {steps} 回",
    "{n} updates": "更新 {n} 回",
    "as far as ({x:.3g}, {y:.3g})": "最遠点 ({x:.3g}, {y:.3g})",
    "contours at every {distance:g} of f": "等高線は f の {distance:g} ごと",
    "contours at equal distances of log (f − f_min): each √10 times the one below": (
        "等高線は log (f − f_min) で等間隔: 一つ下の √10 倍"
    ),
    "{name}: every optimizer left for infinity": "{name}: どの手法も無限大へ発散",
    "{name}: {label} descends farthest, to f = {f:.3g}": "{name}: 最も下まで進むのは {label}、f = {f:.3g}",
    "{name}: none reaches f − f_min < {target:g}; {label} ends lowest, at {f:.3g}": (
        "{name}: f − f_min < {target:g} にはどれも届かない。最も低いのは {label}: {f:.3g}"
    ),
    "{name}: {labels} first at f − f_min < {target:g}, update {n}; {arrived} of {all} get there": (
        "{name}: 最初に f − f_min < {target:g} になるのは {labels}、更新 {n} 回目 ({all} 個中 {arrived} 個が到達)"
    ),
    "update {step} leaves for infinity": "更新 {step} 回目で無限大へ発散",
    "  {name} before": "  {name} 更新前",
    "  {name} after": "  {name} 更新後",
    "  effective step r": "  実効学習率 r",
    # inside the networks
    "effective step r": "実効学習率 r",
    "dead ReLUs": "死んだ ReLU の割合",
    "lines: medians over the seeds · band: the middle half of the weights · r where Δw = −r ⊙ g": (
        "線: シードの中央値 · 帯: 重みの中央の半分 · r は Δw = −r ⊙ g の係数"
    ),
    "how often each pixel is on": "各画素が 0 でない割合",
    "centre: {r:.3g}": "中央部: {r:.3g}",
    "Inside the networks": "ネットワークの中",
    "The last update changes W1 by {most:.2g} of its size with {label}": (
        "最後の更新による W1 の変化の割合: {label} で {most:.2g}"
    ),
    ", by {least:.2g} with {label}": "、{label} で {least:.2g}",
    "No optimizer here has an effective step for each pixel": "画素ごとの実効学習率を持つ手法はありません",
    "Median effective step of the pixels in the centre: {each}": "中央部の画素の実効学習率の中央値: {each}",
    "First weights of sixteen hidden units": "隠れユニット 16 個の第 1 層の重み",
    "The spread of the first weights grows by factors: {each}": "第 1 層の重みのばらつきの倍率: {each}",
    "median effective step r of each pixel's weights, after training, seed {seed} · hatched: none": (
        "学習後の、各画素の第 1 層の重みの実効学習率 r の中央値、シード {seed} · 斜線: なし"
    ),
    "first weights of sixteen hidden units · purple positive, orange negative, each picture on its own scale": (
        "隠れユニット 16 個の第 1 層の重み · 紫は正、橙は負、目盛りは図ごと"
    ),
}
