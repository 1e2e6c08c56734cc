"""PyTorch takes the same paths: 200 steps along random gradients in float64."""

import numpy as np
import pytest

from zeronet import SGD, AdaGrad, Adam, Momentum, Nesterov, Parameters, RMSProp

torch = pytest.importorskip("torch", reason="PyTorch is the twin of the optimizers: pip install zeronet-dl[twins]")
optim = torch.optim

TWINS = {
    "SGD": (SGD(lr=0.1), lambda w: optim.SGD(w, lr=0.1)),
    "Momentum": (Momentum(lr=0.1, momentum=0.9), lambda w: optim.SGD(w, lr=0.1, momentum=0.9)),
    "Nesterov": (Nesterov(lr=0.1, momentum=0.9), lambda w: optim.SGD(w, lr=0.1, momentum=0.9, nesterov=True)),
    "AdaGrad": (AdaGrad(lr=0.1, eps=1e-10), lambda w: optim.Adagrad(w, lr=0.1, eps=1e-10)),
    "AdaGrad, large eps": (AdaGrad(lr=0.1, eps=0.5), lambda w: optim.Adagrad(w, lr=0.1, eps=0.5)),
    "RMSProp": (RMSProp(lr=0.1, rho=0.99, eps=1e-8), lambda w: optim.RMSprop(w, lr=0.1, alpha=0.99, eps=1e-8)),
    "RMSProp, large eps": (RMSProp(lr=0.1, rho=0.9, eps=0.5), lambda w: optim.RMSprop(w, lr=0.1, alpha=0.9, eps=0.5)),
    "Adam": (Adam(lr=0.1, eps=1e-8), lambda w: optim.Adam(w, lr=0.1, eps=1e-8)),
    "Adam, large eps": (
        Adam(lr=0.1, beta1=0.8, beta2=0.95, eps=0.5),
        lambda w: optim.Adam(w, lr=0.1, betas=(0.8, 0.95), eps=0.5),
    ),
}


@pytest.mark.parametrize(("ours", "theirs"), TWINS.values(), ids=TWINS.keys())
def test_pytorch_takes_the_same_path(ours, theirs, rng):
    params, grads = Parameters({"W": (5, 3)}, np.float64), Parameters({"W": (5, 3)}, np.float64)
    params["W"] = rng.standard_normal((5, 3))
    w = torch.tensor(params["W"].copy(), requires_grad=True)
    theirs = theirs([w])
    for _ in range(200):
        grads["W"] = rng.standard_normal((5, 3)) * 10 ** rng.uniform(-3, 3, (5, 3))
        w.grad = torch.tensor(grads["W"].copy())
        ours.update(params, grads)
        theirs.step()
    expected = w.detach().numpy()
    assert np.abs(params["W"] - expected).max() < 1e-10 * np.abs(expected).max()
