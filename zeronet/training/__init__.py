"""The training loop, and the hooks that it calls.

The reading order: environment, trainer, callbacks, augmentation, checkpoint, inspection.
"""

from zeronet.training.augmentation import Augmentation
from zeronet.training.callbacks import Callback, Evaluation, History, Log, Progress
from zeronet.training.checkpoint import Checkpoint
from zeronet.training.trainer import Diverged, Trainer

__all__ = ["Augmentation", "Callback", "Checkpoint", "Diverged", "Evaluation", "History", "Log", "Progress", "Trainer"]
