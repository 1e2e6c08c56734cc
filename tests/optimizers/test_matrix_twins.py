"""Prodigy, LARS, LAMB and Muon take optax's paths; Shampoo and SOAP, which it has not, the published pseudocode's.

All in float64, 200 steps along random gradients, to a relative error below 1e-10.
"""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.linalg import fractional_matrix_power

from zeronet import Adam, Parameters, TwoLayerNet
from zeronet.datasets import load
from zeronet.optimizers import LAMB, LARS, OPTIMIZERS, SOAP, Muon, Prodigy, Shampoo
from zeronet.optimizers.variants.muon import orthogonalized
from zeronet.training.batches import batches

GOLDEN = json.loads((Path(__file__).parent / "golden" / "matrix.json").read_text(encoding="utf-8"))
STEPS, SEEDS = 200, range(3)


def random_shapes(rng):
    D, M, K = (int(n) for n in rng.integers(1, 8, 3))
    return {"W1": (D, M), "b1": (M,), "W2": (M, K), "b2": (K,)}


def difference(ours, theirs):
    """The largest difference of an array, as a share of its largest number."""
    return max(np.abs(ours[name] - theirs[name]).max() / np.abs(theirs[name]).max() for name in ours)


# optax


def lars(optax, rng):
    lr, momentum, trust = rng.uniform(0.1, 3), rng.uniform(0, 0.95), 10 ** rng.uniform(-3, -1)
    return LARS(lr, momentum, trust), optax.lars(lr, trust_coefficient=trust, momentum=momentum)


def lamb(optax, rng):
    lr, b1, b2, eps = 10 ** rng.uniform(-4, -2), rng.uniform(0, 0.95), rng.uniform(0.9, 0.999), 10 ** rng.uniform(-8, 0)
    decay = rng.choice([0, 0.1])
    return LAMB(lr, b1, b2, eps, decay), optax.lamb(lr, b1, b2, eps, weight_decay=decay)


def muon(optax, rng):
    """For vectors optax.contrib.muon looks ahead in Adam, which Muon leaves out: they are compared with plain Adam."""
    lr, beta, b1, b2 = 10 ** rng.uniform(-3, -1), rng.uniform(0, 0.95), rng.uniform(0, 0.95), rng.uniform(0.9, 0.999)
    eps = 10 ** rng.uniform(-8, -1)
    parts = {"W": optax.contrib.muon(lr, beta=beta, eps=eps), "b": optax.adam(lr, b1, b2, eps)}
    return Muon(lr, beta, b1, b2, eps), optax.partition(parts, lambda params: {name: name[0] for name in params})


def prodigy(optax, rng):
    lr, b1, b2, d0 = rng.uniform(0.1, 1), rng.uniform(0, 0.95), rng.uniform(0.9, 0.999), 10 ** rng.uniform(-6, -2)
    eps = 10 ** rng.uniform(-8, -1)
    return Prodigy(lr, b1, b2, d0, eps), optax.contrib.prodigy(lr, (b1, b2), eps=eps, estim_lr0=d0)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("pair", [prodigy, lars, lamb, muon], ids=lambda pair: pair.__name__)
def test_optax_takes_the_same_path(pair, seed):
    optax = pytest.importorskip("optax", reason="optax is the twin of these optimizers: pip install zeronet-dl[twins]")
    jax = pytest.importorskip("jax")
    pytest.importorskip("optax.contrib")
    rng = np.random.default_rng(seed)
    ours, theirs = pair(optax, rng)
    shapes = random_shapes(rng)
    params, grads = Parameters(shapes, np.float64), Parameters(shapes, np.float64)
    params.flat = rng.standard_normal(params.flat.shape)
    with jax.enable_x64(True):
        w = {name: array.copy() for name, array in params.items()}
        state = theirs.init(w)

        @jax.jit
        def update(w, state, g):
            updates, state = theirs.update(g, state, w)
            return optax.apply_updates(w, updates), state

        for _ in range(STEPS):
            grads.flat = (0.5 + rng.standard_normal(grads.flat.shape)) * 10 ** rng.uniform(-3, 3, grads.flat.shape)
            ours.update(params, grads)
            w, state = update(w, state, {name: array.copy() for name, array in grads.items()})  # jax may keep the array
        assert difference(params, {name: np.asarray(array) for name, array in w.items()}) < 1e-10
    if pair is prodigy:
        assert ours.d > 2 * ours.d0  # the estimate has been at work


def golden_numbers(step):
    """As GOLDEN["numbers"] says."""
    flat = Parameters({name: tuple(shape) for name, shape in GOLDEN["shapes"].items()}, np.float64)
    i = np.arange(len(flat.flat))
    flat.flat = np.sin(1 + 3 * step + i * i / 2) + 0.25
    return flat


@pytest.mark.parametrize("golden", GOLDEN["paths"], ids=lambda golden: golden["kind"])
def test_the_path_that_optax_once_took(golden):
    params, optimizer = golden_numbers(0), OPTIMIZERS[golden["kind"]](**golden["settings"])
    for step in range(1, STEPS + 1):
        optimizer.update(params, golden_numbers(step))
        if expected := golden["parameters"].get(str(step)):
            assert np.abs(params.flat - expected).max() < 1e-10 * np.abs(expected).max()


# The published pseudocode, written plainly


def shampoo_pseudocode(W, gradients, lr, eps, every):
    """Gupta, Koren and Singer, Algorithm 1; the roots of the first updates, and of each `every`-th, stay in use.

    They are renewed in between, too, if they make a step longer than 2.
    """
    m, n = W.shape
    L, R = eps * np.identity(m), eps * np.identity(n)
    left, right = L, R
    for t, G in enumerate(gradients, start=1):
        L = L + G @ G.T
        R = R + G.T @ G
        if t <= every or t % every == 0 or np.linalg.svd(left @ G @ right)[1].max() > 2:
            left, right = fractional_matrix_power(L, -0.25), fractional_matrix_power(R, -0.25)
        W = W - lr * left @ G @ right
    return W


def soap_pseudocode(W, gradients, lr, beta1, beta2, eps, every):
    """Vyas et al., Algorithms 3 and 4, with Adam's correction; Q is I in the first step, then g's singular vectors."""
    M, V = np.zeros(W.shape), np.zeros(W.shape)
    L, R = np.zeros((W.shape[0],) * 2), np.zeros((W.shape[1],) * 2)
    left, right = np.identity(W.shape[0]), np.identity(W.shape[1])
    for t, G in enumerate(gradients):
        turned = np.einsum("ai,ab,bj->ij", left, G, right)
        M = beta1 * M + (1 - beta1) * G
        V = beta2 * V + (1 - beta2) * turned**2
        N = np.einsum("ai,ab,bj->ij", left, M, right) / (1 - beta1 ** (t + 1))
        N = N / (np.sqrt(V / (1 - beta2 ** (t + 1))) + eps)
        W = W - lr * np.einsum("ai,ij,bj->ab", left, N, right)
        L = beta2 * L + (1 - beta2) * G @ G.T
        R = beta2 * R + (1 - beta2) * G.T @ G
        if t == 0:
            left, _, right = np.linalg.svd(G)
            right = right.T
        elif t % every == 0:
            left, right = gram_schmidt(L @ left), gram_schmidt(R @ right)
    return W


def gram_schmidt(S):
    """The Q of S = QR, column by column, each made orthogonal to those before it twice, for rounding's sake."""
    Q = np.zeros(S.shape)
    for k, column in enumerate(S.T):
        for _ in range(2):
            column = column - Q @ (Q.T @ column)
        Q[:, k] = column / np.sqrt(column @ column)
    return Q


@pytest.mark.parametrize("every", [1, 3, 10])
@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (3, 2), (2, 3), (5, 4)], ids=str)
@pytest.mark.parametrize(
    ("kind", "pseudocode", "settings"),
    [
        (Shampoo, shampoo_pseudocode, {"lr": 0.1, "eps": 1e-2}),
        (SOAP, soap_pseudocode, {"lr": 0.01, "beta1": 0.9, "beta2": 0.95, "eps": 1e-4}),
    ],
    ids=["Shampoo", "SOAP"],
)
def test_the_published_pseudocode_takes_the_same_path(kind, pseudocode, settings, shape, every, rng):
    start, gradients = (
        rng.standard_normal(shape),
        rng.standard_normal((STEPS, *shape)) * 10 ** rng.uniform(-1, 1, shape),
    )
    params, optimizer = {"W": start.copy()}, kind(**settings, renew_every=every)
    for g in gradients:
        optimizer.update(params, {"W": g})
    assert difference(params, {"W": pseudocode(start, gradients, **settings, every=every)}) < 1e-10


# By hand, with g = (2 2; 1 −1) = diag(√8, √2) Vᵀ, V = (1 1; 1 −1) / √2

G = np.array([[2.0, 2.0], [1.0, -1.0]])
SIGNS = np.array([[1.0, 1.0], [1.0, -1.0]])


def test_shampoos_first_two_steps_by_hand():
    """L = diag(8, 2) and R = V diag(8, 2) Vᵀ, so that L^(−1/4) g R^(−1/4) = Vᵀ; then L and R are twice as large."""
    params, optimizer = {"W": np.zeros((2, 2))}, Shampoo(lr=0.5, eps=0)
    optimizer.update(params, {"W": G})
    np.testing.assert_allclose(params["W"], -0.5 * SIGNS / math.sqrt(2), rtol=1e-14)
    optimizer.update(params, {"W": G})
    np.testing.assert_allclose(params["W"], -0.5 * SIGNS * (1 / math.sqrt(2) + 1 / 2), rtol=1e-14)


def test_soaps_first_two_steps_by_hand():
    """First Adam's. Then g' = g V = diag(√8, √2), v = (1 1; ¼ ¼) + diag(4, 1), v̂ = v / 0.75 and m̂' = g'."""
    params, optimizer = {"W": np.zeros((2, 2))}, SOAP(lr=0.5, beta1=0.9, beta2=0.5, eps=0)
    optimizer.update(params, {"W": G})
    np.testing.assert_allclose(params["W"], -0.5 * SIGNS, rtol=1e-14)
    optimizer.update(params, {"W": G})
    turned = np.diag([math.sqrt(8 * 0.75 / 5), math.sqrt(2 * 0.75 / 1.25)])
    np.testing.assert_allclose(params["W"], -0.5 * (SIGNS + turned @ SIGNS / math.sqrt(2)), rtol=1e-14)


# What is theirs alone


@pytest.mark.parametrize("kind", [Muon, Shampoo], ids=["Muon", "Shampoo"])
def test_turning_the_rows_and_columns_of_all_gradients_turns_the_path(kind, rng):
    """Which coordinates a matrix is written in makes no difference. (To SOAP it does in the first step, Adam's.)"""
    rows, columns = (np.linalg.qr(rng.standard_normal((n, n)))[0] for n in (3, 4))
    plain, turned = {"W": np.zeros((3, 4))}, {"W": np.zeros((3, 4))}
    first, second = kind(), kind()
    for g in rng.standard_normal((30, 3, 4)):
        first.update(plain, {"W": g})
        second.update(turned, {"W": rows @ g @ columns})
    np.testing.assert_allclose(turned["W"], rows @ plain["W"] @ columns, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(5, 5), (12, 3), (3, 12), (1, 4), (4, 1)], ids=str)
def test_no_step_of_shampoo_is_long_in_a_new_direction(shape, dtype, rng):
    """L ⪰ g gᵀ and R ⪰ gᵀ g, so that no singular value of L^(−1/4) g R^(−1/4) is above 1; with old roots above 2.

    With ε = 1e-8, roots that know nothing of a direction make its step 10,000 times longer.
    """
    params, optimizer = {"W": np.zeros(shape, dtype)}, Shampoo(lr=1, eps=1e-8)
    for t in range(60):
        before = params["W"].copy()
        g = np.outer(rng.standard_normal(shape[0]), rng.standard_normal(shape[1])) * 1.2**t
        optimizer.update(params, {"W": g.astype(dtype)})
        assert np.linalg.norm(params["W"] - before, 2) < 2.01


def test_shampoo_does_not_leap_from_small_weights():
    """Where there is hardly a gradient at first, roots 10 steps old made the loss leap to 157 on MNIST."""
    data = load("digits")
    net, optimizer, losses = TwoLayerNet(64, 100, 10, weight_init_std=0.01, seed=0), Shampoo(), []
    for batch in batches(len(data.x_train), 100, seed=0, start=0, stop=60):
        losses.append(net.loss_and_grad(data.x_train[batch], data.t_train[batch]))
        optimizer.update(net.params, net.grads)
    assert max(losses) < 1.5 * losses[0]
    assert np.mean(losses[-10:]) < 0.5


@pytest.mark.parametrize("shape", [(12, 3), (3, 12), (2, 9), (9, 2)], ids=str)
@pytest.mark.parametrize("every", [1, 10])
def test_shampoo_takes_the_path_of_the_pseudocode_for_tall_and_wide_matrices(shape, every, rng):
    """The first g gᵀ has many eigenvalues 0, whose eigenvectors are anybody's choice; L^(−1/4) is the same for all."""
    gradients, settings = rng.standard_normal((40, *shape)), {"lr": 0.1, "eps": 1e-2}
    params, optimizer = {"W": np.zeros(shape)}, Shampoo(**settings, renew_every=every)
    for g in gradients:
        optimizer.update(params, {"W": g})
    expected = shampoo_pseudocode(np.zeros(shape), gradients, **settings, every=every)
    assert difference(params, {"W": expected}) < 1e-10


@pytest.mark.parametrize(("shape", "live"), [((12, 3), (3, 3)), ((3, 12), (3, 3)), ((9, 10), (3, 3))], ids=str)
def test_soap_leaves_dead_rows_and_columns_alone_whatever_their_directions(shape, live, rng):
    """Only the first rows and columns have gradients: the path is that of this part alone, however many are dead."""
    part = tuple(slice(n) for n in live)
    params, small = {"W": np.zeros(shape)}, {"W": np.zeros(live)}
    optimizer, alone = SOAP(lr=0.1, renew_every=3), SOAP(lr=0.1, renew_every=3)
    for g in rng.standard_normal((30, *live)):
        padded = np.zeros(shape)
        padded[part] = g
        optimizer.update(params, {"W": padded})
        alone.update(small, {"W": g})
    np.testing.assert_allclose(params["W"][part], small["W"], rtol=1e-6)
    params["W"][part] = 0
    np.testing.assert_allclose(params["W"], 0, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(20, 3), (3, 20), (1, 8)], ids=str)
def test_soaps_directions_stay_at_right_angles_in_tall_and_wide_matrices(shape, dtype, rng):
    params, optimizer = {"W": np.zeros(shape, dtype)}, SOAP(renew_every=2)
    for g in rng.standard_normal((15, *shape)):
        optimizer.update(params, {"W": g.astype(dtype)})
        for Q in (optimizer.QL["W"], optimizer.QR["W"]):
            np.testing.assert_allclose(Q.T @ Q, np.eye(len(Q)), atol=20 * np.finfo(dtype).eps)
    assert np.isfinite(params["W"]).all()


@pytest.mark.parametrize("kind", [Muon, SOAP], ids=["Muon", "SOAP"])
def test_vectors_learn_as_in_adam(kind, rng):
    params, twin = {"b": np.ones(5)}, {"b": np.ones(5)}
    optimizer, adam = kind(lr=0.1, beta1=0.8, beta2=0.9), Adam(lr=0.1, beta1=0.8, beta2=0.9, eps=1e-8)
    for g in rng.standard_normal((20, 5)):
        optimizer.update(params, {"b": g})
        adam.update(twin, {"b": g})
    np.testing.assert_array_equal(params["b"], twin["b"])


@pytest.mark.parametrize("kind", [Muon, Shampoo, SOAP], ids=lambda kind: kind.__name__)
def test_an_array_of_more_axes_is_a_matrix_of_its_first_axis_and_all_others(kind, rng):
    filters, matrix = {"W": np.zeros((4, 3, 2))}, {"W": np.zeros((4, 6))}
    first, second = kind(), kind()
    for g in rng.standard_normal((20, 4, 6)):
        first.update(filters, {"W": g.reshape(4, 3, 2)})
        second.update(matrix, {"W": g})
    np.testing.assert_array_equal(filters["W"].reshape(4, 6), matrix["W"])


@pytest.mark.parametrize("shape", [(4, 4), (3, 6), (6, 3)], ids=str)
def test_muons_singular_values_end_about_1(shape, rng):
    values = np.linalg.svd(orthogonalized(rng.standard_normal(shape), 0), compute_uv=False)
    assert ((values > 0.68) & (values < 1.21)).all()


def test_lars_and_lamb_change_each_array_by_a_share_of_its_length(rng):
    for optimizer, share in ((LARS(lr=2, momentum=0, trust=0.01), 0.02), (LAMB(lr=0.02), 0.02)):
        params = {"W": rng.standard_normal((3, 4)), "V": 100 * rng.standard_normal((2, 5))}
        before = {name: array.copy() for name, array in params.items()}
        optimizer.update(params, {name: rng.standard_normal(array.shape) for name, array in params.items()})
        for name, array in params.items():
            assert np.linalg.norm(array - before[name]) == pytest.approx(share * np.linalg.norm(before[name]))


def test_prodigy_finds_the_distance_to_a_minimum_a_thousand_away():
    """On f = |w − 1000| the estimate never exceeds the distance, and comes near it from a millionth."""
    params, optimizer = {"w": 0.0}, Prodigy()
    for _ in range(300):
        optimizer.update(params, {"w": math.copysign(1, params["w"] - 1000)})
        assert optimizer.d <= 1000
    assert optimizer.d > 100
