"""The hooks of Optimizer: what a subclass may implement, and when it is called."""

import pickle

import numpy as np
import pytest

from zeronet import SGD, Adam, ClipNorm, Cosine, Optimizer, Parameters

SHAPES = {"W": (3, 2), "b": (2,)}


class Plain(Optimizer):
    """w ← w − η g, and a note of what it met."""

    def __init__(self, lr=0.5):
        super().__init__(lr=lr)
        self.met = []

    def rule(self, w, g):
        self.met.append(w.shape)
        w -= self.lr * g


class ByName(Plain):
    elementwise = False


@pytest.fixture
def fill():
    """Set a Parameters to one number, whatever its shapes."""

    def filled(value):
        params = Parameters(SHAPES)
        params.flat[:] = value
        return params

    return filled


def test_an_elementwise_rule_meets_one_long_vector(fill):
    optimizer, params = Plain(), fill(1)
    optimizer.update(params, fill(1))
    assert optimizer.met == [(8,)]
    np.testing.assert_array_equal(params.flat, 0.5)


def test_a_rule_that_needs_shapes_meets_each_named_array(fill):
    optimizer, params = ByName(), fill(1)
    optimizer.update(params, fill(1))
    assert optimizer.met == [(3, 2), (2,)]
    np.testing.assert_array_equal(params.flat, 0.5)


def test_in_a_plain_dictionary_every_rule_meets_each_named_array():
    for optimizer in (Plain(), ByName()):
        optimizer.update({"W": np.ones((3, 2)), "x": 1.0}, {"W": np.ones((3, 2)), "x": 1.0})
        assert optimizer.met == [(3, 2), ()]


@pytest.mark.parametrize("params", [{"x": 1.0}, Parameters({"x": (1,)})], ids=["numbers", "Parameters"])
def test_a_rule_must_be_implemented(params):
    with pytest.raises(NotImplementedError, match="Optimizer must implement rule"):
        Optimizer(lr=0.1).update(params, params.copy())


@pytest.mark.parametrize(
    ("attribute", "value", "words"),
    [
        ("state_names", "h", "must be a tuple of names, as in .'h',., not 'h'"),
        ("state_names", ("t", "lr"), "lr, t cannot be a state"),
        ("scalar_names", ("schedule",), "schedule cannot be a state"),
    ],
)
def test_states_have_names_of_their_own(attribute, value, words):
    with pytest.raises(ValueError, match=words):
        type("Clashing", (Optimizer,), {attribute: value})(lr=0.1)


class Averaged(Optimizer):
    """SGD whose average over all places, the start with them, is what counts: uses init_state and evaluation_params."""

    state_names = ("mean",)

    def __init__(self, lr=0.5):
        super().__init__(lr=lr)

    def init_state(self, w):
        return (w.copy(),)

    def rule(self, w, g, mean):
        w -= self.lr * g
        mean += (w - mean) / (self.t + 1)

    def evaluation_params(self, params):
        return self.mean or params


def test_init_state_gives_the_first_state(fill):
    optimizer, params = Averaged(), fill(1)
    for _ in range(2):
        optimizer.update(params, fill(1))  # 1, 0.5, 0
    np.testing.assert_array_equal(optimizer.mean.flat, 0.5)


def test_evaluation_params_are_the_parameters_themselves_unless_an_optimizer_knows_better(fill):
    params = fill(1)
    assert Plain().evaluation_params(params) is params
    optimizer = Averaged()
    optimizer.update(params, fill(1))
    np.testing.assert_array_equal(optimizer.evaluation_params(params)["W"], np.full((3, 2), 0.75))


class UnitStep(Optimizer):
    """A step of length lr through the space of all parameters: uses before_update."""

    def __init__(self, lr=0.5):
        super().__init__(lr=lr)

    def before_update(self, params, grads):
        self.asked = (self.t, list(params), list(grads))
        self.norm = float(np.sqrt(sum(np.sum(np.square(g)) for g in grads.values())))

    def rule(self, w, g):
        w -= self.lr * g / self.norm


@pytest.mark.parametrize("kind", ["Parameters", "dictionary"])
def test_before_update_sees_everything_once_before_the_rules(kind, fill):
    params, grads = fill(0), fill(3)
    if kind == "dictionary":
        params, grads = dict(params), dict(grads)
    optimizer = UnitStep(lr=2)
    optimizer.update(params, grads)
    assert optimizer.asked == (1, ["W", "b"], ["W", "b"])
    assert sum((array**2).sum() for array in params.values()) == pytest.approx(4)


class RowNorm(Optimizer):
    """One scale for each whole array, remembered: a state of another shape than its parameter; with a rate."""

    state_names = ("scale",)
    elementwise = False

    def __init__(self, lr=1.0):
        super().__init__(lr=lr)

    def init_state(self, w):
        return (np.zeros((), w.dtype),)

    def rule(self, w, g, scale):
        scale += np.sum(g * g)
        w -= self.lr / np.sqrt(scale) * g

    def effective_step(self, scale):
        return self.lr / np.sqrt(scale)


def test_a_state_may_have_a_shape_of_its_own_where_the_rule_is_not_elementwise(fill):
    params, optimizer = fill(0), RowNorm()
    optimizer.update(params, fill(2))
    np.testing.assert_allclose(params["W"], -2 / np.sqrt(6 * 4), rtol=1e-6)
    np.testing.assert_allclose(params["b"], -2 / np.sqrt(2 * 4), rtol=1e-6)
    rates = optimizer.effective_steps()
    assert rates["W"] * 2 == pytest.approx(-params["W"][0, 0])


def test_a_hyper_parameter_of_an_unknown_name_may_be_any_finite_number():
    class Own(Plain):
        def __init__(self, temperature=-3):
            Optimizer.__init__(self, temperature=temperature)

    assert Own().settings == {"temperature": -3.0}
    with pytest.raises(ValueError, match="temperature must be a finite number, not 'hot'"):
        Own("hot")


@pytest.mark.parametrize(
    "scalar",
    [np.float32(0.5), np.float16(0.5), np.array(0.5), np.array([0.5]), np.array([[0.5]], np.float32)],
    ids=repr,
)
def test_a_setting_may_be_an_array_of_one_number(scalar):
    assert Adam(lr=scalar, beta1=scalar, eps=np.int64(1)).settings == {
        "lr": 0.5,
        "beta1": 0.5,
        "beta2": 0.999,
        "eps": 1,
    }
    assert type(Adam(lr=scalar).lr) is float
    assert Cosine(scalar, horizon=np.array(10)) == Cosine(0.5, horizon=10)
    assert repr(ClipNorm(scalar)) == "ClipNorm(0.5)"
    assert SGD(lr=lambda k: scalar).lr == 0.5


@pytest.mark.parametrize(
    "array",
    [np.array([0.1, 0.2]), np.array([]), np.array(True), np.array("0.1"), np.array(0.1j), np.array(np.nan)],
    ids=repr,
)
def test_a_setting_may_not_be_an_array_of_something_else(array):
    with pytest.raises(ValueError, match="lr must be positive and finite, not ") as error:
        SGD(lr=array)
    assert repr(array) in str(error.value)
    with pytest.raises(ValueError, match="schedule's lr must be at least 0 and finite, not "):
        SGD(lr=lambda k: array)


def test_a_pickle_whose_states_have_other_shapes_than_its_parameters_is_refused(fill):
    optimizer, params = Adam(), fill(1.0)
    optimizer.update(params, fill(0.5))
    assert pickle.loads(pickle.dumps(optimizer)).m.shapes == SHAPES
    for damage in ({"W": (10**6, 10**6), "b": (2,)}, {"W": (3, 2)}):
        optimizer._shapes = damage
        with pytest.raises(ValueError, match="this Adam is damaged: m has "):
            pickle.loads(pickle.dumps(optimizer))
