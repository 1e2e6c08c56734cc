"""What the pages for the browser say (zeronet/lab/web), in Japanese."""

WEB: dict[str, str] = {
    "page for the browser:": "ブラウザ用のページ:",
    # the page of a comparison
    "Curves": "曲線",
    "Table": "表",
    "Verdict": "判定",
    "How to read it": "読み方",
    "logarithmic loss axis": "損失の軸を対数にする",
    # the explorer
    "Optimizers on a landscape": "地形を降りる最適化手法",
    "Copy link": "リンクをコピー",
    "Copied": "コピーしました",
    "Landscape from above. Click, or drag the ring, to choose the start; the arrow keys move it.": (
        "上から見た地形。クリックするか輪をドラッグして出発点を選びます。矢印キーでも動きます。"
    ),
    "To the start": "最初へ",
    "One update back": "一つ前の更新へ",
    "One update on": "一つ先の更新へ",
    "Play": "再生",
    "Pause": "一時停止",
    "Update": "更新回数",
    "landscape": "地形",
    "updates": "更新回数",
    "Reset to the landscape's defaults": "地形の既定値に戻す",
    "Optimizers": "最適化手法",
    "remove": "外す",
    "remove {name}": "{name} を外す",
    "Add an optimizer": "手法を追加",
    "one learning rate for all": "すべて同じ学習率にする",
    "settings of {name}": "{name} の設定",
    "lr of all": "全員の lr",
    "Height against the update": "更新ごとの高さ",
    "Effective step r, where w ← w − r g": "実効学習率 r (w ← w − r g となる手法のみ)",
    "Not here, since their rules need whole arrays: {names}.": (
        "ここにない手法: {names} (更新則が配列全体を必要とするため)。"
    ),
    "updates to {target}": "{target} までの更新回数",
    "cos, sin and exp are the browser's: the last digits may differ from Python's.": (
        "cos, sin, exp はブラウザのものです。最後の桁は Python と違うことがあります。"
    ),
    "The same on the command line:": "コマンドラインで同じことをするには:",
    "The rules and landscapes of this page are traced from zeronet's Python code.": (
        "このページの更新則と地形は、zeronet の Python コードから機械的に写したものです。"
    ),
}
