"""The training loop, and the hooks that it calls.

The reading order: environment, trainer, callbacks, checkpoint, inspection; then how rules become machine code:
tracing, loops, compiled.
"""

from zeronet.training.callbacks import Callback, Evaluation, History, Log, Progress
from zeronet.training.checkpoint import Checkpoint
from zeronet.training.trainer import Diverged, Trainer

__all__ = ["Callback", "Checkpoint", "Diverged", "Evaluation", "History", "Log", "Progress", "Trainer"]
