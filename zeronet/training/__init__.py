"""The training loop, and the hooks that it calls.

The reading order: environment, progress, batches, trainer, callbacks, augmentation, plateau, lr_range, checkpoint,
inspection; then how rules become machine code: tracing, loops, fused, compiled.
"""

from zeronet.training.augmentation import Augmentation
from zeronet.training.callbacks import Callback, Evaluation, History, Log
from zeronet.training.checkpoint import Checkpoint
from zeronet.training.lr_range import LRRange, lr_range_test
from zeronet.training.plateau import EarlyStopping, ReduceLROnPlateau
from zeronet.training.trainer import Diverged, Trainer

__all__ = [
    "Augmentation",
    "Callback",
    "Checkpoint",
    "Diverged",
    "EarlyStopping",
    "Evaluation",
    "History",
    "LRRange",
    "Log",
    "ReduceLROnPlateau",
    "Trainer",
    "lr_range_test",
]
