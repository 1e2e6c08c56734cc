"""The report of the test bench (zeronet/lab/check), and its laws, in Japanese; hints.py has what they find."""

BENCH: dict[str, str] = {
    "law": "法則",
    "seen": "観察",
    "hint": "ヒント",
    # verdicts and the report
    "pass": "合格",
    "FAIL": "不合格",
    "remark": "注意",
    "skip": "対象外",
    "adaptive": "適応型",
    "linear": "線形",
    "neither": "どちらでもない",
    "Loss on the digits, 64-32-10, {n} updates, one seed, learning rates not tuned": (
        "digits での損失 (64-32-10、更新 {n} 回、シード 1 個、学習率は調整なし)"
    ),
    "It equals {name}.": "{name} と等しい。",
    "It equals no optimizer of zeronet.": "zeronet のどの手法とも等しくない。",
    "{n} laws hold, {lost} broken, {remarks} with a remark, {skipped} skipped": (
        "合格 {n}、不合格 {lost}、注意 {remarks}、対象外 {skipped}"
    ),
    "Broken: {names}": "守られなかった法則: {names}",
    "the process ended with status {status}: {words}": "プロセスが状態 {status} で終了: {words}",
    "stopped after {seconds:g} seconds": "{seconds:g} 秒で打ち切り",
    "Is there a loop that does not end?": "終わらないループがありませんか",
    "is loaded": "読み込める",
    # the roles of the settings
    "which setting is which": "どの設定が何か",
    "{name} is taken for {role}": "{name} を {role} とみなす",
    "unknown: {names}": "不明: {names}",
    "A role can be declared: --role {name}=…, one of {roles}": "--role {name}=… で指定できます ({roles} のどれか)",
    # errors inside the class
    "Is t counted, and before it is used? 1 − β⁰ is 0": "t を使う前に数えていますか。1 − β⁰ は 0 です",
    "Is the state created for every key, with zeros, before its first use?": (
        "状態は、使う前に、すべてのキーについて 0 で作られていますか"
    ),
    "Is the state created at the first update?": "状態は最初の更新で作られていますか",
    "A plain number has no array methods: np.sum(g), not g.sum()": (
        "ただの数に配列のメソッドはありません。g.sum() ではなく np.sum(g) と書きます"
    ),
    "Is it set in __init__?": "__init__ で設定していますか",
    # the laws
    "makes an update": "更新できる",
    "parameters stay finite": "数は数のまま (nan や inf にならない)",
    "equal gradients give equal steps": "同じ勾配なら同じ一歩",
    "descends on a bowl": "お椀の底へ下る",
    "first step with 10 g instead of g: equally long (adaptive) or ten times as long (linear)": (
        "g → 10 g で最初の一歩の長さは、同じ (適応型) か 10 倍 (線形)"
    ),
    "gradients whose elements cancel make no extreme step": "要素が打ち消し合う勾配でも、極端な一歩にならない",
    "a zero gradient is a fixed point": "勾配が 0 なら動かない",
    "one step by hand, linear: −lr · g": "手計算の一歩 (線形): −lr · g",
    "first step, adaptive: lr, or lr/√(1 − ρ)": "最初の一歩 (適応型): lr または lr/√(1 − ρ)",
    "adaptive: the scale of the gradients does not matter; linear: ten times the gradients, ten times the distance": (
        "適応型: 勾配全体の大きさに依らない。線形: 勾配が 10 倍なら道のりも 10 倍"
    ),
    "a constant gradient leaves running means of gradients as they are": "一定の勾配では、勾配の平均は変わらない",
    "adaptive: ε only prevents 0/0": "適応型: ε は 0/0 を防ぐだけ",
    "the state is written back and kept": "状態は書き戻され、保たれる",
    "each parameter has its own state": "パラメータごとに自分の状態を持つ",
    "the order of the keys does not matter": "キーの順序に依らない",
    "every setting has an effect": "どの設定にも効果がある",
    "momentum: without a gradient each step is momentum times the previous one, and it comes to rest": (
        "運動量: 勾配がなければ一歩は前の momentum 倍になり、やがて止まる"
    ),
    "two optimizers of the class share nothing": "同じクラスの二つの手法は何も共有しない",
    "saved and restored, it continues bit for bit": "保存して復元しても、ビット単位で同じように続く",
    "arrays of any shape": "どんな形状の配列でもよい",
    "plain numbers behave like arrays of one element": "ただの数は、要素 1 個の配列と同じに動く",
    "float32 stays float32": "float32 は float32 のまま",
    "the gradients passed in are not changed": "渡された勾配を変えない",
    "accepts other arrays at each step, and gradients in a reused buffer": (
        "毎回ちがう配列や、使い回される勾配の配列を渡されてもよい"
    ),
    "changes the arrays in place": "配列をその場で変える",
    "parameters stay finite under a constant gradient for long": "一定の勾配を長く続けても、数は数のまま",
    "every gradient counts, and none is forgotten at once": "どの勾配にも効果があり、突然忘れられることはない",
    "goes where zeronet's optimizer of this name goes": "この名前の zeronet の手法と同じ経路をたどる",
    "a changed learning rate counts from the next update": "学習率を変えると、次の更新から効く",
    "trains a network on the digits": "digits でネットワークを学習できる",
    # why a law does not apply
    "only for linear classes": "線形のクラスだけが対象",
    "only for adaptive classes": "適応型のクラスだけが対象",
    "only for adaptive classes with ρ or β₂": "ρ か β₂ のある適応型のクラスだけが対象",
    "only for linear classes that roll": "運動量のある線形のクラスだけが対象",
    "it is at rest after two steps": "二歩で止まる",
    "it has no setting lr": "設定 lr がない",
    "it is neither adaptive nor linear": "適応型でも線形でもない",
    "it uses only the signs of its state, which no β changes": "状態の符号だけを使い、符号はどの β にも依らない",
    "{seen}; it divides by the largest v, which some do not correct": (
        "{seen}。最大の v で割る手法で、補正しない形もある"
    ),
    "not finite within {n} updates": "更新 {n} 回のうちに数でなくなる (nan, inf)",
    "zeronet has no optimizer of this name; --like NAME compares with one": (
        "この名前の手法は zeronet にない。--like NAME で比べる相手を指定できる"
    ),
    "{twin} does not take its settings": "{twin} はこの設定を受け付けない",
    "{twin} has no setting {names}": "{twin} に設定 {names} はない",
    "it keeps no attribute {lr} to change": "変えられる属性 {lr} がない",
    "it has no settings that the bench knows": "テストベンチの知っている設定がない",
    "it treats each array as a whole": "配列を全体として扱う",
    "it treats each array as a whole, or its first steps differ in length": (
        "配列を全体として扱うか、最初の一歩の長さが一つに決まらない"
    ),
    "{seen}; the bench does not know {names}": "{seen}。設定 {names} はテストベンチの知らないもの",
}
