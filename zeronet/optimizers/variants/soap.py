"""SOAP: Adam, in the directions that Shampoo finds."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer
from zeronet.optimizers.variants.matrices import adam, in_units


class SOAP(Optimizer):
    """Turn the gradient of a matrix into the directions in which gradients are independent, and be Adam there.

        m ← β₁ m + (1 − β₁) g                 g (D, M); m, mean of recent gradients, starts at 0
        g' = Qₗᵀ g Qᵣ     m' = Qₗᵀ m Qᵣ       Qₗ (D, D) and Qᵣ (M, M) start at I
        v ← β₂ v + (1 − β₂) g' ⊙ g'           v, mean of recent squared gradients as seen in there, starts at 0
        m̂' = m' / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)     t counts the updates from 1
        w ← w − η Qₗ (m̂' / (√v̂ + ε)) Qᵣᵀ      η = lr, β₁ = beta1, β₂ = beta2, ε = eps
        L ← β₂ L + (1 − β₂) g gᵀ              starts at 0
        R ← β₂ R + (1 − β₂) gᵀ g              starts at 0
        Qₗ ← QR(L Qₗ)     Qᵣ ← QR(R Qᵣ)       at the updates 1, 1 + renew_every, …: one step towards the eigenvectors

    At update 1 the Q become the eigenvectors themselves, the largest eigenvalue first. QR(P) is the Q of the QR
    decomposition of P. An array of more axes is taken as a matrix of its first axis and all others. Vectors and
    numbers, for which turning would cost more than it gains, learn as in Adam. The states are kept in units of the
    state unit, L, R and v in units of its square: it is 1 unless gradients are too large or small for their squares.

    Directions that no gradient has had yet, and there are at least D − M in a tall matrix, have no eigenvectors of
    their own: rounding chooses them, and Adam's steps in there depend on the choice. So the last bit of the first
    gradient (another processor, another number of threads) may change a path by a tenth of its way; only on one machine
    are the bytes of two runs equal.

    Parameters
    ----------
    lr : float or schedule, > 0, default 0.003; the learning rate
    beta1, beta2 : float in [0, 1), default 0.95; the decay of m, and of v, L and R
    eps : float, ≥ 0, default 1e-8; prevents 0/0
    renew_every : int, ≥ 1, default 10; updates from one renewal of the directions to the next

    Raises
    ------
    ValueError if `lr` is not positive, a beta is not in [0, 1), `eps` is negative, or `renew_every` no integer ≥ 1.

    References
    ----------
    Vyas et al., "SOAP: Improving and Stabilizing Shampoo using Adam", 2024, Algorithms 3 and 4, with Adam's correction
    of the start at 0, which they leave to the reader. The authors' code takes the first eigenvectors from a gradient
    with which it makes no step; here the first step is Adam's. It also sorts the columns of Q at each renewal, and adds
    ε to the uncorrected root, √v: with β₂ = 0.95 its ε counts as 4.5 ε at first.

    Examples
    --------
    >>> params, optimizer = {"W": np.zeros((2, 2))}, SOAP(lr=1)
    >>> optimizer.update(params, {"W": np.ones((2, 2))})  # Adam's first step: −1 each
    >>> optimizer.update(params, {"W": np.ones((2, 2))})  # m̂' = 2 in one direction, v̂ = (0.0475 + 0.05 · 4) / 0.0975
    >>> params["W"].round(4)  # −1 − 2/√v̂ · 1/2
    array([[-1.6276, -1.6276],
           [-1.6276, -1.6276]])
    """

    state_names = ("m", "v", "L", "R", "QL", "QR", "unit")
    elementwise = False

    def __init__(
        self,
        lr: LearningRate = 0.003,
        beta1: float = 0.95,
        beta2: float = 0.95,
        eps: float = 1e-8,
        renew_every: float = 10,
    ):
        super().__init__(lr=lr, beta1=beta1, beta2=beta2, eps=eps, renew_every=renew_every)

    def init_state(self, w: np.ndarray) -> tuple[np.ndarray, ...]:
        """Start at 0 and I; a vector or a number has Adam's states, and zeros in the places of the others."""
        if w.ndim < 2:
            return np.zeros_like(w), np.zeros_like(w), *(np.zeros((), w.dtype) for _ in range(4)), np.ones((), w.dtype)
        eyes = [np.eye(size, dtype=w.dtype) for size in w.reshape(len(w), -1).shape]
        return np.zeros_like(w), np.zeros_like(w), *(np.zeros_like(eye) for eye in eyes), *eyes, np.ones((), w.dtype)

    def rule(self, w: np.ndarray, g: np.ndarray, *states: np.ndarray) -> None:
        """Make the step of one array."""
        m, v, L, R, QL, QR, unit = states
        G = in_units(g, m, v, unit, L, R)
        if w.ndim < 2:
            adam(self, w, G, m, v, unit)
            return
        m *= self.beta1
        m += (1 - self.beta1) * G
        G, V = G.reshape(len(g), -1), v.reshape(len(v), -1)
        G_turned, M_turned = QL.T @ G @ QR, QL.T @ m.reshape(G.shape) @ QR
        V *= self.beta2
        V += (1 - self.beta2) * G_turned * G_turned
        m_hat = M_turned / (1 - self.beta1**self.t)
        v_hat = V / (1 - self.beta2**self.t)
        w -= self.lr * (QL @ (m_hat / (np.sqrt(v_hat) + self.eps / float(unit))) @ QR.T).reshape(w.shape)
        for P, Q, product in ((L, QL, G @ G.T), (R, QR, G.T @ G)):
            P *= self.beta2
            P += (1 - self.beta2) * product
            if (self.t - 1) % self.renew_every == 0 and np.isfinite(P).all():
                Q[...] = np.linalg.eigh(P)[1][:, ::-1] if self.t == 1 else np.linalg.qr(P @ Q)[0]
