"""What the laws of the test bench report, and the likely slips, in Japanese."""

HINTS: dict[str, str] = {
    # the step
    "3 updates of one array": "一つの配列を 3 回更新",
    "3 updates": "更新 3 回",
    "update returns a {kind}": "update が {kind} を返す",
    "Change params itself: the return value is ignored": "params そのものを変えてください。返した値は捨てられます",
    "w of shape (4,) became {shapes}": "形状 (4,) の w が {shapes} になった",
    "Names and shapes must not change": "名前と形状は変えられません",
    "steps of {steps}": "一歩は {steps}",
    "not finite after 5 updates": "更新 5 回で数でなくなる (nan, inf)",
    "A missing square under the root, or a division by 0?": "根号の中の 2 乗を忘れたか、0 で割っていませんか",
    "two equal runs are equal": "同じ勾配で二度歩くと同じ経路",
    "two equal runs differ": "同じ勾配で二度歩くと違う経路",
    "Is there randomness?": "乱数を使っていませんか",
    "Is there randomness, or something that two optimizers share?": (
        "乱数を使うか、二つの手法が何かを共有していませんか"
    ),
    "each step uses the previous gradient": "どの一歩も、一つ前の勾配によるもの",
    "Is the state used before it is updated?": "状態を更新する前に使っていませんか",
    "Is the state used before it is updated? With a state of 0 only ε is left": (
        "状態を更新する前に使っていませんか。状態が 0 なら ε しか残りません"
    ),
    "no update moves w": "更新しても w が動かない",
    "Is the new value written back? w = w - … makes a new array: write params[key] = …": (
        "新しい値を書き戻していますか。w = w - … は新しい w を作るだけです。params[key] = … と書きます"
    ),
    "the first step raises f: {move} along the gradient": "最初の一歩で f が増える: 勾配の向きに {move}",
    "moves uphill: is the sign of lr · grad flipped?": "坂を上っています。lr · grad の符号が逆ではありませんか",
    "f = ½ Σ c w² goes from {first} to {last} in 200 updates": ("f = ½ Σ c w² が更新 200 回で {first} から {last} へ"),
    "leaves the bowl: is the step too long, or its sign wrong?": (
        "お椀から出ていきます。一歩が長すぎるか、符号が逆ではありませんか"
    ),
    "{n} of 4 numbers do not move": "4 個の数のうち {n} 個が動かない",
    "Is a step rounded to 0, for example by // instead of /?": (
        "/ の代わりに // を使うなどして、一歩が 0 に丸められていませんか"
    ),
    "ten times the gradient gives {growth} times the step": "勾配を 10 倍にすると一歩は {growth} 倍",
    "missing root or square? With h from g², g / √h does not depend on the scale of g": (
        "根号か 2 乗を忘れていませんか。√h には g² の h が要り、g / √h には大きさが残りません"
    ),
    "a zero gradient gives {w}": "勾配 0 で {w} になる",
    "0/0: is ε missing, or added outside the quotient?": "0/0 です。ε を忘れたか、分母の外に足していませんか",
    "each update removes {share} of each weight: weight decay": "更新のたびに重みが割合 {share} だけ減る: 荷重減衰",
    "weight decay removes shares of {low} to {high}": "荷重減衰が重みから割合 {low}〜{high} を減らす",
    "Half of {name} should remove half": "{name} を半分にすれば、減る割合も半分のはずです",
    "{lr} does not change it: usually {lr} times the decay is removed": (
        "{lr} に依りません。多くは減衰に {lr} を掛けます"
    ),
    "weights shrink under zero gradients: weight decay through the gradient (L2)": (
        "勾配 0 で重みが減る: 勾配に足す荷重減衰 (L2)"
    ),
    "weights grow under zero gradients": "勾配 0 で重みが増える",
    "weights grow: is the sign of the decay flipped?": "重みが増えています。減衰の符号が逆ではありませんか",
    "weight decay removes nothing under zero gradients": "荷重減衰があるのに、勾配 0 で重みが減らない",
    "Is it added to the gradient, as {name} · w, or subtracted from w?": (
        "{name} · w を勾配に足すか、w から引いていますか"
    ),
    "moves by {far} under zero gradients": "勾配 0 で {far} 動く",
    "Is something added to the step itself?": "一歩そのものに何か足していませんか",
    "does not move, before or after a step": "一歩の前も後も動かない",
    "does not move before the first step; rolls on after it (momentum)": (
        "最初の一歩の前は動かず、後は転がり続ける (運動量)"
    ),
    "without a gradient it moves back": "勾配がないと逆に戻る",
    "without a gradient it reverses part of its step, once": "勾配がないと、一歩の一部を一度だけ戻す",
    "Is the sign of the velocity wrong?": "速度の符号が逆ではありませんか",
    "the first step is {share} · {lr} · g at {lr} = {value}": ("最初の一歩は {share} · {lr} · g ({lr} = {value})"),
    "Its factor differs from element to element: does one use another's gradient?": (
        "割合が要素ごとに違います。別の要素の勾配を使っていませんか"
    ),
    "The new gradient has the weight 1 − {name}, as with dampening: usually it is {lr} · g": (
        "新しい勾配の重みが 1 − {name} です (dampening)。多くは {lr} · g と書きます"
    ),
    "By hand it is 1 · {lr} · g: is a setting applied twice, or not at all?": (
        "手計算では 1 · {lr} · g です。設定を二度掛けたか、掛け忘れていませんか"
    ),
    "first steps of {lengths} in four directions": "4 方向の最初の一歩が {lengths}",
    "All should be equally long": "どれも同じ長さのはずです",
    "the first step is {length} · {lr}": "最初の一歩は {length} · {lr}",
    "{seen}, but {half} · {lr} if {lr} is halved": "{seen}、しかし {lr} を半分にすると {half} · {lr}",
    "The step should be {lr} times something: is {lr} applied twice, or not at all?": (
        "一歩は {lr} に比例するはずです。{lr} を二度掛けたか、掛け忘れていませんか"
    ),
    "By hand it is {right} times {lr}": "手計算では {lr} の {right} 倍です",
    "β₁ and β₂ are swapped": "β₁ と β₂ が入れ替わっています",
    "Forgotten bias correction: m / (1 − β₁ᵗ), v / (1 − β₂ᵗ)?": (
        "バイアス補正を忘れていませんか: m / (1 − β₁ᵗ)、v / (1 − β₂ᵗ)"
    ),
    "Forgotten bias correction of m: m / (1 − β₁ᵗ)?": "m のバイアス補正を忘れていませんか: m / (1 − β₁ᵗ)",
    "Forgotten bias correction of v: v / (1 − β₂ᵗ)?": "v のバイアス補正を忘れていませんか: v / (1 − β₂ᵗ)",
    "{rho} and 1 − {rho} are swapped: h ← {rho} h + (1 − {rho}) g²": (
        "{rho} と 1 − {rho} が入れ替わっています: h ← {rho} h + (1 − {rho}) g²"
    ),
    "with 10 g the path of {n} updates is off by a relative {off}": (
        "10 g での更新 {n} 回の道のりが、あるべき値と {off} 違う"
    ),
    "Is a square or a root missing in the state?": "状態の計算で 2 乗か根号を忘れていませんか",
    "steps of {low} to {high} {lr} in 300 updates": "更新 300 回の一歩は {lr} の {low}〜{high} 倍",
    "Is t counted, and is each mean decayed by its own β? 1 − βᵗ undoes the start at 0": (
        "t を数え、平均をそれぞれの β で減らしていますか。1 − βᵗ は 0 から始まることを打ち消します"
    ),
    "Its learning rate changes from step to step": "学習率が更新ごとに変わっています",
    "{n} updates after a kick it still moves by {far}": "一度押してから更新 {n} 回のあとも {far} 動く",
    "Is the state multiplied by a β below 1?": "状態に 1 より小さい β を掛けていますか",
    "under a constant gradient a step of {last} {lr} after {n} updates": (
        "一定の勾配で更新 {n} 回のあと、一歩は {lr} の {last} 倍"
    ),
    "h should be a mean: is it multiplied by {rho}, and g² by 1 − {rho}?": (
        "h は平均のはずです。h に {rho} を、g² に 1 − {rho} を掛けていますか"
    ),
    "a gradient of 1e-9 gives the same step as a large one": "勾配 1e-9 でも、大きな勾配と同じ一歩",
    "a gradient of {g} gives a step that is shorter by a relative {defect}": (
        "勾配 {g} で一歩は割合 {defect} だけ短い"
    ),
    "a gradient of {g} gives a longer step than a large one": "勾配 {g} の一歩が、大きな勾配の一歩より長い",
    "Is ε subtracted?": "ε を引いていませんか",
    "{seen}: its state does not start at 0": "{seen}: 状態が 0 から始まらない",
    "{seen}: ε is inside the root": "{seen}: ε が根号の中にある",
    "as in Keras and optax; most add it to the root": "Keras と optax の形です。多くは根号の外に足します",
    "ε is inside the root: √(h + ε) is not √h + ε: √1e-7 is 3e-4": (
        "ε が根号の中にあります。√(h + ε) は √h + ε と違います (√1e-7 は 3e-4)"
    ),
    # state
    "after 3 updates {name} is 0": "更新 3 回のあとも {name} は 0",
    "the state is never written back: {name} stays 0": "状態が書き戻されていません。{name} は 0 のままです",
    "later steps do not depend on the first gradient, although it has {names}": (
        "後の一歩が最初の勾配に依らない ({names} があるのに)"
    ),
    "the state is created again at every step, or never written back: create it once, at the first update": (
        "状態が毎回作り直されているか、書き戻されていません。最初の更新で一度だけ作ってください"
    ),
    "it has no state, and needs none": "状態はなく、必要もない",
    "remembers {names}": "{names} を覚えている",
    "something": "何か",
    "{name} of the two parameters is one array": "二つのパラメータの {name} が同じ配列",
    "the second parameter's state is the first one's": "2 番目のパラメータの状態が、1 番目のものになっています",
    "two parameters together and alone differ by {off} after 5 updates": (
        "一緒の場合と単独の場合の差は、更新 5 回で {off}"
    ),
    "together with another parameter, {name} is not changed": "ほかと一緒だと {name} が変わらない",
    "{name} counts the parameters: count once per update, before the loop": (
        "{name} がパラメータを数えています。ループの前で、更新ごとに一度だけ数えてください"
    ),
    "It looks at all parameters at once, as with a global norm": (
        "全体のノルムなど、すべてのパラメータを同時に見ています"
    ),
    "the order makes a difference of {off} after 5 updates": "順序による差は、更新 5 回で {off}",
    "Is something carried over from one key to the next, or are keys and values paired by order?": (
        "キーから次のキーへ何か持ち越すか、キーと値を順序で組にしていませんか"
    ),
    "{name} = {value} gives the same path": "{name} = {value} でも同じ経路",
    "{name} has no effect: is it used, or a number in its place?": (
        "{name} に効果がありません。使っていますか。代わりに数が書かれていませんか"
    ),
    "other values of {name} give the same path": "{name} をほかの値にしても同じ経路",
    "no other value of {names} changed 12 updates": "{names} をほかの値にしても、更新 12 回は変わらない",
    "{seen}; not tested: {names}": "{seen}。試していない設定: {names}",
    "none": "なし",
    "with {name} = 0 it still rolls": "{name} = 0 でもまだ転がる",
    "with β₁ = 0 it still rolls": "β₁ = 0 でもまだ転がる",
    "β₁ = {one}, β₂ = {two}": "β₁ = {one}、β₂ = {two}",
    "β₁ and β₂ are swapped: the squares have the longer memory, as 0.9 and 0.999": (
        "β₁ と β₂ が入れ替わっています。2 乗の方が長く覚えます (0.9 と 0.999 など)"
    ),
    "each step is {ratio} times the previous one": "一歩は前の {ratio} 倍",
    "It never comes to rest: is the velocity multiplied by {momentum}?": (
        "いつまでも止まりません。速度に {momentum} を掛けていますか"
    ),
    "It should be {name} = {kept}": "{name} = {kept} のはずです",
    "the total distance after one gradient is {way} · {lr} · g": ("一つの勾配のあとの道のりは全部で {way} · {lr} · g"),
    "It should be {lr} · g / (1 − {momentum}), with Nesterov too": (
        "{lr} · g / (1 − {momentum}) のはずです。先読みする球 (Nesterov) でも同じです"
    ),
    "a second optimizer's path differs by {off}": "二つ目の手法の経路の差は {off}",
    "Is the state kept in the class, in a global variable or in a default argument? Create it in __init__": (
        "状態をクラスやグローバル変数、既定の引数に置いていませんか。__init__ で作ってください"
    ),
    "4 updates after restoring, the paths differ by {off}": "復元して更新 4 回のあと、経路の差は {off}",
    "Keep every state and counter in self, under the parameter's name": (
        "状態と回数はすべて self に、パラメータの名前で置いてください"
    ),
    # contract
    "shapes (), (3,), (2, 3), (2, 1, 3, 2)": "形状 ()、(3,)、(2, 3)、(2, 1, 3, 2)",
    "shape {before} became {after}": "形状 {before} が {after} になった",
    "Is the state created with zeros_like of each parameter?": "状態を各パラメータの zeros_like で作っていますか",
    "the array of shape {shape} is not changed": "形状 {shape} の配列が変わらない",
    "Loop over all keys": "すべてのキーを回ってください",
    "a matrix and its transpose take different paths": "行列とその転置とで道すじが違う",
    "Is an axis summed over? Rows and columns may mean different things, but not by accident": (
        "軸に沿って足していませんか。行と列の扱いを変えるのは、意図した場合だけです"
    ),
    "The elements of an array influence each other: it treats each array as a whole": (
        "配列の要素が互いに影響します。配列を全体として扱っています"
    ),
    "numbers are not changed": "数が変わらない",
    "w = params[key]; w -= … changes arrays only: write params[key] -= …": (
        "w = params[key]; w -= … は配列だけを変えます。params[key] -= … と書きます"
    ),
    "numbers and arrays differ by {off} after 5 updates": "数と配列の差は、更新 5 回で {off}",
    "Is the state of a plain number written back?": "数の状態を元の場所に書き戻していますか",
    "float32 parameters became {kinds}": "float32 のパラメータが {kinds} になった",
    "A NumPy number or a state made by np.zeros(shape) is float64: use zeros_like, and Python's floats": (
        "NumPy の数や np.zeros(shape) の状態は float64 です。zeros_like と Python の float を使ってください"
    ),
    "parameters stay float32": "パラメータは float32 のまま",
    "The state {names} is float64: np.zeros_like(w) takes half the memory": (
        "状態 {names} が float64 です。np.zeros_like(w) ならメモリは半分です"
    ),
    "parameters and states": "パラメータも状態も",
    "the gradients changed by {far}": "勾配が {far} 変わった",
    "changes the gradients it was given: write g = g * …, not g *= …": (
        "渡された勾配を変えています。g *= … ではなく g = g * … と書きます"
    ),
    "the path differs by {off} after 5 updates": "経路の差は、更新 5 回で {off}",
    "keeps stale views: copy a gradient that is kept (g.copy()), and read params at each update": (
        "古い配列を持ち続けています。残す勾配は写し (g.copy())、params は毎回読んでください"
    ),
    "params[key] stays the same array": "params[key] は同じ配列のまま",
    "params[key] is a new array after each update": "更新のたびに params[key] が新しい配列になる",
    "zeronet copies it back; code that shares the array sees only params[key] -= …": (
        "zeronet は書き戻します。配列を共有する相手に見えるのは params[key] -= … です"
    ),
    "update takes lists of arrays": "update がリストを受け取る形になっている",
    "params and grads are dictionaries, name → array: for key in params: params[key] -= …": (
        "params と grads は名前から配列への辞書です: for key in params: params[key] -= …"
    ),
    "params and grads are dictionaries of plain arrays: params[key] and grads[key]": (
        "params と grads はただの配列の辞書です: params[key] と grads[key]"
    ),
    # long runs
    "not finite at update {k}": "更新 {k} で数でなくなる (nan, inf)",
    "{n} updates": "更新 {n} 回",
    "Is it √ of a difference such as h − m², which rounding makes negative, or 0 / 0?": (
        "h − m² のように丸めで負になる差の平方根か、0 / 0 ではありませんか"
    ),
    "ten times a long, a usual and a short gradient gives {growths} times the step": (
        "長い、普通の、短い勾配をそれぞれ 10 倍にすると一歩は {growths} 倍"
    ),
    "{seen}: neither, as with a bound or a clip": "{seen}: どちらでもない (上限や切り詰めのある手法など)",
    "{seen}: neither, as with a power of h other than the root": "{seen}: どちらでもない (h の平方根以外の累乗など)",
    "the gradient {g} gives a step {times} times as long as {usual}": "勾配 {g} の一歩は {usual} の一歩の {times} 倍",
    "Is h made of the mean or the sum of an array's gradient? Take g² of each element": (
        "h を配列の勾配の平均や和から作っていませんか。要素ごとに g² を使います"
    ),
    "{n} gradients with zeros, or with a sum of 0": "0 を含む、または和が 0 の勾配 {n} 個",
    "the step": "一歩",
    "at update {k} {name} does not depend on the gradient before": "更新 {k} で {name} が一つ前の勾配に依らない",
    "the memory starts over: is the state created again after some updates, or each epoch?": (
        "記憶が最初からやり直されています。状態を何回かの更新ごとに、またはエポックごとに作り直していませんか"
    ),
    "of every {n} gradients one has no effect at all": "{n} 回に 1 回の勾配に、まったく効果がない",
    "Is an update left out, as by a counter?": "回数などの条件で更新を飛ばしていませんか",
    "{n} gradients, each of them changed once": "勾配 {n} 個を、それぞれ一度ずつ変えた",
    "{n} updates as {twin}": "更新 {n} 回が {twin} と同じ",
    "update {k}: {place} is {here:.9g}, in {twin} {there:.9g}": (
        "更新 {k}: {place} は {here:.9g}、{twin} では {there:.9g}"
    ),
    "They differ from the first update on: compare the equations, or give another method another name": (
        "最初の更新から違います。式を比べてください。別の手法なら別の名前にしてください"
    ),
    "They are equal until then: what changes at update {k}, or builds up?": (
        "そこまでは等しい: 更新 {k} で何が変わるか、何が積み重なるかを見てください"
    ),
    "with a tenth of {lr} after 100 updates it leaves {twin} at update {k}": (
        "更新 100 回のあとで {lr} を 10 分の 1 にすると、更新 {k} で {twin} から離れる"
    ),
    "half of {lr} after 5 updates gives the same path": "更新 5 回のあとで {lr} を半分にしても同じ経路",
    "Is {lr} read at each update, not only at the first?": "{lr} を最初だけでなく、更新のたびに読んでいますか",
    "with another {lr} after some updates it takes another path": "途中で {lr} を変えると別の経路になる",
    # the digits
    "loss {first} → {last} in {n} updates, test accuracy {accuracy:.3f}": (
        "更新 {n} 回で損失 {first} → {last}、テストの正解率 {accuracy:.3f}"
    ),
    "The loss is no longer finite: is the step too long?": "損失が有限でなくなりました。一歩が長すぎませんか",
    "It learns, but its loss does not fall at these settings": "学習はしますが、この設定では損失が下がりません",
    "It does not learn at these settings": "この設定では学習しません",
}
