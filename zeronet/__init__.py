"""zeronet: a neural-network training framework to be read.

The reading order, folder by folder; each depends only on those before it:

    1  nn/            layers, losses, networks; gradient checks
    2  optimizers/    one equation per file; schedules, clipping, weight decay
    3  training/      the training loop and its callbacks
    4  landscapes/    functions of two variables, and the descent on them
    5  datasets/      MNIST, Fashion-MNIST, digits, your own files
    6  lab/           the laboratory: plans, runs, comparisons, searches, figures, the test bench
    7  book/          the book's own names, for its scripts
    8  cli/           the commands

Shared by all: common/ (errors, files, text) and locale/ (translations of what users see).

What each optimizer improves, and what remains:

    optimizer          improves                                           what remains
    SGD                —                                                  zigzags across valleys; one lr for all
    SignSGD            sensitivity to gradient length: only signs count   never settles: each step has length η
    Momentum           zigzags: alternating steps largely cancel out      overshoots; one lr for all
    Nesterov           overshooting: less of it, by looking ahead         one lr for all
    AdaGrad            one learning rate for all: a step per parameter    effective steps can only shrink
    RMSProp            shrinking steps: old gradients are forgotten       a long first step, η/√(1 − ρ); no momentum
    CenteredRMSProp    short steps where gradients agree                  steps explode where gradients do not vary
    RMSPropMomentum    no momentum                                        a long first step, carried on by momentum
    AdaDelta           the learning rate: steps like recent steps         slow start, which depends on ε
    Rprop              the learning rate: steps adapt to sign changes     needs the gradient of the full data set
    Adam               the long first step; also has momentum             more settings to tune
    AdamW              uneven weight decay through Adam's gradient        one more setting to tune
    AdaMax             no square and root: the largest recent gradient    an outlier is remembered for long
    NAdam              Adam's overshooting: less of it, by looking ahead  as Adam
    RAdam              Adam's reliance on its first few gradients         as Adam, once v is reliable
    AMSGrad            effective steps that grow again in Adam            effective steps do not recover
    AdaBelief          short steps where gradients are as expected        sensitive to its tiny ε
    Yogi               Adam's sudden long steps when gradients vanish     another learning rate and ε than Adam's
    Lion               Adam's second state: needs only one                never settles; needs a small learning rate
    Adan               Adam's overshooting: uses the gradient's change    four states, three βs
    ScheduleFreeSGD    the schedule: averages the weights instead         trains and evaluates at different weights
    ScheduleFreeAdamW  the schedule, with a step per parameter            as ScheduleFreeSGD
    Prodigy            the learning rate: estimates the distance left     four states; steps may be too long
    LARS               large batches: steps in proportion to weights      needs a warm-up
    LAMB               as LARS, with Adam's directions                    as LARS
    Muon               matrices: equal steps in all directions            vectors need another optimizer
    Shampoo            one step per parameter: one per direction instead  matrix roots are slow
    SOAP               Shampoo: runs Adam in its directions               as Shampoo
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from zeronet.version import __version__ as __version__

if TYPE_CHECKING:
    from zeronet.lab.check.process import check as check
    from zeronet.lab.compare import compare as compare
    from zeronet.lab.predict import predict as predict
    from zeronet.lab.race.run import race as race
    from zeronet.landscapes import Landscape as Landscape
    from zeronet.landscapes import descend as descend
    from zeronet.nn import *
    from zeronet.optimizers import *
    from zeronet.training import *

SUBPACKAGES = ("nn", "optimizers", "training", "landscapes", "datasets", "lab", "book", "cli")
# What is public here: all that is public in these packages, and a few names of others.
REEXPORTED = ("nn", "optimizers", "training")
SINGLE_NAMES = {"Landscape": "landscapes", "descend": "landscapes"}
SINGLE_NAMES |= {"compare": "lab.compare", "race": "lab.race.run", "check": "lab.check.process"}
SINGLE_NAMES |= {"predict": "lab.predict"}

NOT_STARRED = {"load"}  # `from zeronet import *` must not hide the load of `from datasets import load`


def __getattr__(name: str) -> Any:
    """Look a name up when it is first used, __all__ too: `import zeronet` alone costs nothing."""
    if name in SUBPACKAGES:
        return _subpackage(name)
    if name in SINGLE_NAMES:
        return globals().setdefault(name, getattr(_subpackage(SINGLE_NAMES[name]), name))
    if name == "__all__":
        names = {name for package in REEXPORTED for name in _subpackage(package).__all__}
        return globals().setdefault("__all__", sorted({*SINGLE_NAMES, *names} - NOT_STARRED))
    if not name.startswith("_"):
        for package in map(_subpackage, REEXPORTED):
            if name in package.__all__:
                return globals().setdefault(name, getattr(package, name))
        if ours := _subpackage("lab.specs.aliases").our_class(name, __getattr__("__all__")):
            raise AttributeError(f"zeronet has no {name}: here it is called {ours}")
    raise AttributeError(f"module 'zeronet' has no attribute {name!r}")


def _subpackage(path: str) -> ModuleType:
    return import_module(f"zeronet.{path}")


def __dir__() -> list[str]:
    return sorted({*globals(), *SUBPACKAGES, *__getattr__("__all__")})
