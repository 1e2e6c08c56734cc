"""The training loop, and what happens beside it. Read in the order of these imports."""

from zeronet.training.callbacks import Callback, Evaluation, History, Log, Progress
from zeronet.training.checkpoint import Checkpoint
from zeronet.training.trainer import Diverged, Trainer

__all__ = ["Callback", "Checkpoint", "Diverged", "Evaluation", "History", "Log", "Progress", "Trainer"]
