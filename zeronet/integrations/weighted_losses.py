"""Losses in which examples count differently: sample_weight and class_weight of scikit-learn's estimators."""

from typing import Any

import numpy as np
from scipy.special import logsumexp

from zeronet.nn.losses import MeanSquaredError, SoftmaxCrossEntropy


class WeightedCrossEntropy(SoftmaxCrossEntropy):
    """Cross-entropy in which examples count differently.

        L = Σ_n s_n l_n / Σ_n s_n          l_n = log Σ_k exp(y_nk) − Σ_k t_nk y_nk

    The targets (N, K + 1) are the rows t, and the weights s ≥ 0 in the last column.
    """

    def forward(self, y: np.ndarray, t: Any) -> float:
        """Return the weighted mean."""
        super().forward(y, t[:, :-1])
        self.share = _shares(t[:, -1])
        return float(self.share @ (logsumexp(y, axis=1) - (t[:, :-1] * y).sum(axis=1)))

    def backward(self) -> np.ndarray:
        """Return s_n (softmax(y) − t) / Σ s."""
        return super().backward() * (len(self.share) * self.share)[:, None]


class WeightedSquaredError(MeanSquaredError):
    """The mean squared error in which examples count differently.

        L = Σ_n s_n mean_m (y_nm − t_nm)² / Σ_n s_n

    The targets (N, M + 1) are the rows t, and the weights s ≥ 0 in the last column.
    """

    def forward(self, y: np.ndarray, t: Any) -> float:
        """Return the weighted mean."""
        super().forward(y, t[:, :-1])
        self.share = _shares(t[:, -1])
        return float(self.share @ (self.error * self.error).mean(axis=1))

    def backward(self) -> np.ndarray:
        """Return 2 s_n (y − t) / (M Σ s)."""
        return super().backward() * (len(self.share) * self.share)[:, None]


def _shares(weights: np.ndarray) -> np.ndarray:
    total = weights.sum()
    return weights / total if total else weights  # a batch that does not count at all
