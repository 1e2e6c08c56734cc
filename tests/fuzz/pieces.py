"""What random command lines and protocols are made of."""

import copy

NUMBERS = ["0", "-1", "-0", "1e400", "nan", "inf", "-inf", "1e-320", "1e308", "9" * 30, "1" + "0" * 400, "9" * 5000]
NUMBERS += ["１", "٣", "0x10", "", " ", "1_0", "3.5", "true", "1,2", "1\n2", "10**9", "--", "\udcff", "½"]
NASTY_NAMES = ["lr=0.1,x", "a:b=c", "two\nlines", "bytes \udcff", "日本 語", "-x", "x" * 200, "$x_", "<b>&'\""]

SPECS = ["sgd", "adam", "rmsprop:lr=0.01", "adagrad:eps=0", "momentum:lr=1e30", "sgd:lr=1e-300", "muon", "prodigy"]
SPECS += ["sgd:schedule=cosine", "sgd:warmup=1", "adam:clip_norm=1,l2=0.1", "lion:weight_decay=0.1", "soap", "rprop"]
SPECS += ["rmsprop:dialect=pytorch,alpha=0.9", "adam:dialect=keras", "schedulefreesgd", "mine=sgd:lr=0.5", "lamb"]
SPECS += [
    f"{label}=sgd" for label in ("_hidden", "$x_$", "<b>&amp;", "日本語", "..", "/", "x" * 300, "a b", "%s{}", "'\"")
]
BAD_SPECS = [
    "",
    "=",
    ":",
    "sgd:",
    "=sgd",
    "a=b=sgd",
    "sgd:lr",
    "sgd:lr=",
    "sgd:lr=0.1,lr=0.2",
    "sgd:lr=lr",
    "sdg",
    "a.py:",
]
BAD_SPECS += [
    "l\nm=sgd",
    "\udcff=sgd",
    "\x1b[31m=sgd",
    "sgd:dialect=x",
    "sgd:schedule=x",
    "sgd:schedule=step",
    "x:y",
    "json",
]
BAD_SPECS += [
    "adam:beta1=1",
    "rmsprop:rho=-1",
    "sgd:momentum=0.9",
    "sgd:clip_norm=0",
    "json:loads",
    "..:A",
    ".py:A",
    "os:a.b",
]
BAD_SPECS += [f"sgd:lr={number}" for number in NUMBERS]

CLASS = """
import os, sys, time
class A:
    def __init__(self, lr=0.1):
        {init}
        self.lr = lr
    def update(self, params, grads):
        {update}
        for k in params:
            params[k] -= 0.1 * grads[k]
"""
BODIES = {  # name → what it does when it is made, and at each update
    "calm": ("pass", "pass"),
    "raises": ("pass", "raise ValueError('two\\nlines')"),
    "strange": ("pass", "raise type('E', (BaseException,), {'__str__': lambda self: 3})"),
    "leaves": ("pass", "os._exit(0)"),
    "killed": ("pass", "os.kill(os.getpid(), 9)"),
    "exits": ("sys.exit(3)", "pass"),
    "exits_late": ("pass", "sys.exit(0)"),
    "leaves_early": ("os._exit(0)", "pass"),
    "recurses": ("self.__init__()", "pass"),
    "interrupts": ("pass", "raise KeyboardInterrupt"),
    "shouts": ("print('x' * 999, file=sys.stdout)", "print('x', file=sys.stdout)"),
    "nan": ("pass", "params['W1'] *= float('nan')"),
    "shapes": ("pass", "params['W1'] = params['W1'][:1]"),
    "memory": ("pass", "bytearray(10**13)"),
    "text_lr": ("lr = 'much'", "params['W1'] *= float('inf')"),
    "list_lr": ("lr = [1]", "params['W1'] *= float('inf')"),
    "huge_lr": ("lr = 10**400", "params['W1'] *= float('inf')"),
    "warns": ("import warnings; warnings.warn('w')", "__import__('numpy').float32(3e38) * 10"),
    "unpicklable": ("self.x = (i for i in ())", "pass"),
    "locks": ("pass", "grads['W1'].flags.writeable = False"),
}
PLUGINS = {name: CLASS.format(init=init, update=update) for name, (init, update) in BODIES.items()}
PLUGINS |= {
    "syntax": "class A:\n  def\n",
    "import_error": "import nothing_there\nclass A: pass\n",
    "import_exits": "import sys\nsys.exit('x\\ny')\n",
    "import_leaves": "import os\nos._exit(0)\n",
    "import_strange": "class E(BaseException):\n    def __str__(self): return None\nraise E\n",
    "no_class": "A = 3\n",
    "no_update": "class A: pass\n",
    "metaclass": "class M(type):\n    def __call__(self): raise SystemExit\nclass A(metaclass=M): update = print\n",
    "signature": "class A:\n    __signature__ = 3\n    update = print\n",
    "getattr": "class A:\n    def __getattribute__(self, name): raise RuntimeError\n    def update(self, p, g): pass\n",
    "pytorch": "class A:\n    def __init__(self, params, lr): pass\n    def step(self): pass\n",
    "null": "class A:\n    update = None\n\0",
}
NASTY_VALUES = [None, True, "", "x", "a\nb", "\udcff", [], {}, [[]], [None], 0, -1, 1.5, 1e308, 10**400, float("nan")]
NASTY_VALUES += [
    float("inf"),
    "../../x",
    "json:loads",
    {"a": {"b": []}},
    "<script>",
    "SGD",
    "x" * 10_000,
    [1, 2, 3],
    "1",
]


def mutated(value, random):
    """Return a copy of a JSON object in which some values, names or parts are others."""
    value = copy.deepcopy(value)
    for _ in range(random.choice([1, 1, 1, 2, 4])):
        inner = value
        while True:
            keys = [*inner] if isinstance(inner, dict) else [*range(len(inner))]
            if not keys:
                break
            key = random.choice(keys)
            if isinstance(inner[key], dict | list) and inner[key] and random.random() < 0.8:
                inner = inner[key]
                continue
            if random.random() < 0.15:
                del inner[key]
            else:
                inner[key] = copy.deepcopy(random.choice(NASTY_VALUES))
            break
    return value
