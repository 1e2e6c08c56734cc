import math

import numpy as np
import pytest

from zeronet import SGD, Adam, Callback, Diverged, Momentum, MultiLayerNet, Optimizer, RMSProp, Trainer, TwoLayerNet
from zeronet.training.environment import can_flush
from zeronet.training.trainer import batches

OPTIMIZERS = [SGD(lr=0.5), Momentum(lr=0.1), RMSProp(lr=0.01), Adam(lr=0.01)]
several_optimizers = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda each: type(each).__name__)


def new_trainer(optimizer=None, seed=0, **settings):
    """A trainer for the points of conftest.py: 60 examples, so 8 batches of 7 and a rest of 4 in each epoch."""
    optimizer = optimizer.clone() if isinstance(optimizer, Optimizer) else optimizer or SGD(lr=0.5)
    return Trainer(
        TwoLayerNet(6, 5, 3, weight_init_std=0.5, seed=seed), optimizer, **{"batch_size": 7, "seed": seed, **settings}
    )


def result(trainer):
    return trainer.network.params.flat


class Watched:
    """An array that may only be indexed, and notes every question."""

    def __init__(self, array):
        self.array, self.indices = array, []

    shape = property(lambda self: self.array.shape)

    def __len__(self):
        return len(self.array)

    def __getitem__(self, index):
        self.indices.append(np.array(index))
        return self.array[index]

    def __array__(self, *arguments, **settings):
        pytest.fail("the data were read as a whole")

    def __iter__(self):
        pytest.fail("the data were read as a whole")


# The order of the data


@pytest.mark.parametrize(("n", "batch_size"), [(60, 7), (60, 60), (60, 1), (5, 2)])
def test_every_epoch_is_a_permutation_without_replacement_whose_short_rest_is_dropped(n, batch_size):
    per_epoch = n // batch_size
    drawn = list(batches(n, batch_size, seed=0, start=0, stop=3 * per_epoch))
    assert all(batch.shape == (batch_size,) for batch in drawn)
    epochs = [np.concatenate(drawn[e * per_epoch : (e + 1) * per_epoch]) for e in range(3)]
    for order in epochs:
        assert len(set(order.tolist())) == per_epoch * batch_size
        assert 0 <= order.min() <= order.max() < n
    if n == 60:
        assert epochs[0].tolist() != epochs[1].tolist() != epochs[2].tolist()


def test_the_batch_of_step_k_follows_from_the_seed_and_k_alone():
    all_at_once = [batch.tolist() for batch in batches(60, 7, seed=3, start=0, stop=30)]
    one_by_one = [next(batches(60, 7, seed=3, start=k, stop=k + 1)).tolist() for k in range(30)]
    assert all_at_once == one_by_one
    assert all_at_once != [batch.tolist() for batch in batches(60, 7, seed=4, start=0, stop=30)]


def test_no_steps_are_no_batches():
    assert list(batches(60, 7, seed=0, start=5, stop=5)) == []


# Training


@several_optimizers
def test_training_learns(optimizer, points):
    trainer = new_trainer(optimizer)
    before = trainer.network.loss(*points)
    assert trainer.fit(*points, steps=200) is trainer
    assert trainer.network.loss(*points) < 0.5 * before


@several_optimizers
def test_the_same_seed_gives_the_same_bits_and_another_seed_others(optimizer, points):
    first, second, other = (new_trainer(optimizer, seed).fit(*points, steps=20) for seed in (3, 3, 4))
    np.testing.assert_array_equal(result(first), result(second))
    assert (result(first) != result(other)).any()


@several_optimizers
@pytest.mark.parametrize("parts", [(10, 10), (8, 12), (0, 20), (1, 1, 18)])  # an epoch has 8 steps
def test_fits_go_on_where_the_last_one_ended_bit_for_bit(optimizer, parts, points):
    whole = new_trainer(optimizer).fit(*points, steps=20)
    in_parts = new_trainer(optimizer)
    for steps in parts:
        in_parts.fit(*points, steps=steps)
    assert in_parts.step == whole.step == 20
    np.testing.assert_array_equal(result(in_parts), result(whole))


def test_epochs_are_so_many_full_batches(points):
    by_epochs, by_steps = new_trainer().fit(*points, epochs=3), new_trainer().fit(*points, steps=3 * (60 // 7))
    assert by_epochs.step == 24
    np.testing.assert_array_equal(result(by_epochs), result(by_steps))


def test_one_step_is_the_gradient_of_one_batch_times_the_rate(points):
    x, t = points
    trainer = new_trainer(SGD(lr=0.5))
    batch = next(batches(60, 7, seed=0, start=0, stop=1))
    expected = result(trainer) - 0.5 * trainer.network.gradient(x[batch], t[batch]).flat
    np.testing.assert_allclose(result(trainer.fit(x, t, steps=1)), expected, rtol=1e-6)


def test_no_seed_draws_one_and_tells_it(points):
    trainer = new_trainer().fit(*points, steps=20)
    drawn = Trainer(new_trainer().network, SGD(lr=0.5), 7, seed=None).fit(*points, steps=20)
    again = Trainer(new_trainer().network, SGD(lr=0.5), 7, seed=drawn.seed).fit(*points, steps=20)
    np.testing.assert_array_equal(result(drawn), result(again))
    assert (result(drawn) != result(trainer)).any()


@several_optimizers
def test_every_optimizer_of_a_seed_meets_the_same_network_and_the_same_batches(optimizer, points):
    x, twin_x = Watched(points[0]), Watched(points[0])
    trainer, twin = new_trainer(optimizer, seed=5), new_trainer(SGD(lr=0.1), seed=5)
    np.testing.assert_array_equal(result(trainer), result(twin))
    trainer.fit(x, points[1], steps=20)
    twin.fit(twin_x, points[1], steps=20)
    np.testing.assert_array_equal(x.indices, twin_x.indices)


def test_the_data_are_only_ever_read_batch_by_batch(points):
    x, t = Watched(points[0]), Watched(points[1])
    trainer = new_trainer().fit(x, t, epochs=2)
    assert len(x.indices) == len(t.indices) == 16
    assert all(index.shape == (7,) for index in x.indices)
    np.testing.assert_array_equal(x.indices, t.indices)
    np.testing.assert_array_equal(result(trainer), result(new_trainer().fit(*points, epochs=2)))


@pytest.mark.parametrize("kind", [np.float64, np.uint8])
def test_data_of_another_type_are_cast_batch_by_batch(kind, points):
    x = (10 * np.abs(points[0])).astype(kind)
    trainer = new_trainer().fit(x, points[1], steps=20)
    assert result(trainer).dtype == np.float32
    np.testing.assert_array_equal(result(trainer), result(new_trainer().fit(x.astype(np.float32), points[1], steps=20)))


def test_data_may_be_a_memory_map(points, tmp_path):
    np.save(tmp_path / "x.npy", points[0])
    mapped = new_trainer().fit(np.load(tmp_path / "x.npy", mmap_mode="r"), points[1], steps=20)
    np.testing.assert_array_equal(result(mapped), result(new_trainer().fit(*points, steps=20)))


def test_training_changes_no_data(points):
    x, t = points[0].copy(), points[1].copy()
    x.flags.writeable = t.flags.writeable = False
    new_trainer().fit(x, t, steps=20)
    np.testing.assert_array_equal(x, points[0])


def test_one_hot_targets_train_to_the_same_bits(points):
    one_hot = np.eye(3)[points[1]]
    np.testing.assert_array_equal(
        result(new_trainer().fit(points[0], one_hot, steps=20)), result(new_trainer().fit(*points, steps=20))
    )


# Mistakes


@pytest.mark.parametrize("length", [{}, {"epochs": 1, "steps": 1}, {"epochs": 0, "steps": 0}])
def test_fit_takes_either_epochs_or_steps(length, points):
    with pytest.raises(ValueError, match="either epochs or steps"):
        new_trainer().fit(*points, **length)


@pytest.mark.parametrize("name", ["epochs", "steps"])
@pytest.mark.parametrize("number", [-1, 1.0, "10", True])
def test_the_length_of_a_fit_is_an_integer(name, number, points):
    with pytest.raises(ValueError, match=f"{name} must be (an integer|at least 0), not") as error:
        new_trainer().fit(*points, **{name: number})
    assert repr(number) in str(error.value)


def test_no_steps_change_nothing(points):
    trainer = new_trainer()
    before = result(trainer).copy()
    np.testing.assert_array_equal(result(trainer.fit(*points, steps=0)), before)
    assert trainer.step == 0


def test_a_batch_is_no_larger_than_the_data(points):
    assert new_trainer(batch_size=60).fit(*points, steps=2).step == 2
    with pytest.raises(ValueError, match="a batch of 61 is larger than the data: 60 examples"):
        new_trainer(batch_size=61).fit(*points, steps=1)


@pytest.mark.parametrize("batch_size", [0, -7])
def test_a_batch_has_an_example(batch_size):
    with pytest.raises(ValueError, match=f"batch_size must be at least 1, not {batch_size}"):
        new_trainer(batch_size=batch_size)


def test_inputs_and_targets_have_one_length(points):
    x, t = points
    with pytest.raises(ValueError, match="arrays of equal length, not 60 examples and 59 examples"):
        new_trainer().fit(x, t[:-1], steps=1)
    with pytest.raises(ValueError, match=r"must be arrays .* not list and 60 examples"):
        new_trainer().fit(x.tolist(), t, steps=1)


@pytest.mark.parametrize("seed", [-1, 0.5, "0", True])
def test_a_seed_is_an_integer_from_0_on(seed):
    with pytest.raises(ValueError, match=r"seed must be (an integer|at least 0), not"):
        Trainer(TwoLayerNet(6, 5, 3), SGD(), seed=seed)


def test_an_optimizer_can_update():
    with pytest.raises(ValueError, match="an optimizer is an object with a method update"):
        new_trainer("sgd")


# Divergence


def diverged(trainer, points, **length):
    with pytest.raises(Diverged) as caught:
        trainer.fit(*points, **(length or {"steps": 100}))
    return caught.value


def test_divergence_tells_step_loss_and_rate_and_leaves_the_last_finite_step(points):
    trainer = new_trainer(SGD(lr=1e25))
    error = diverged(trainer, points)
    assert error.step == trainer.step >= 1
    assert not math.isfinite(error.loss)
    assert error.lr == 1e25
    assert str(error) == f"the loss is {error.loss} at step {error.step} (learning rate 1e+25)"

    up_to_there = new_trainer(SGD(lr=1e25)).fit(*points, steps=error.step)
    np.testing.assert_array_equal(result(trainer), result(up_to_there))


def test_divergence_is_found_before_the_update(points):
    x, t = points
    trainer = new_trainer(Adam())
    before = result(trainer).copy()
    assert diverged(trainer, (np.full_like(x, np.nan), t)).step == 0
    assert trainer.optimizer.t == trainer.step == 0
    np.testing.assert_array_equal(result(trainer), before)


def test_a_foreign_optimizer_may_have_no_rate(points):
    class Exploding:
        def update(self, params, grads):
            for name in params:
                params[name] *= np.inf

    error = diverged(new_trainer(Exploding()), points)
    assert (error.step, error.lr) == (1, None)
    assert str(error) == f"the loss is {error.loss} at step 1"


def test_the_rate_of_a_foreign_optimizer_is_told_where_it_has_one(points):
    class Exploding:
        lr = 1e25

        def update(self, params, grads):
            for name in params:
                params[name] -= self.lr * grads[name]

    assert diverged(new_trainer(Exploding()), points).lr == 1e25


# The processor while training


class Looking(Callback):
    """Note NumPy's warnings and what becomes of subnormal numbers during a fit."""

    def on_step_end(self, trainer, loss):
        self.warnings, self.subnormals = np.geterr(), subnormals_count()


def subnormals_count():
    return bool((np.full(8, 1e-40, dtype=np.float32) * np.float32(1)).any())


def test_inside_fit_overflow_is_silent_and_subnormals_are_flushed_and_outside_all_is_as_before(points):
    looking, warnings = Looking(), np.geterr()
    trainer = new_trainer(callbacks=[looking]).fit(*points, steps=1)
    assert {looking.warnings[kind] for kind in ("over", "invalid", "divide")} == {"ignore"}
    assert looking.subnormals != can_flush()
    assert np.geterr() == warnings
    assert subnormals_count()
    trainer.optimizer.lr = 1e25
    diverged(trainer, points)
    assert np.geterr() == warnings
    assert subnormals_count()


# Evaluation parameters


class Zeros(SGD):
    """Trains like SGD, and wants zeros to be evaluated: scores are 0 then, and the loss is ln 3."""

    def evaluation_params(self, params):
        return {name: np.zeros_like(array) for name, array in params.items()}


@pytest.mark.parametrize("error", [None, RuntimeError])
def test_inside_evaluating_the_network_has_the_evaluation_parameters_and_afterwards_its_own(error, points):
    trainer = new_trainer(Zeros(lr=0.5)).fit(*points, steps=5)
    trained = result(trainer).copy()
    try:
        with trainer.evaluating() as network:
            assert network is trainer.network
            assert network.loss(*points) == pytest.approx(math.log(3))
            if error:
                raise error
    except RuntimeError:
        pass
    np.testing.assert_array_equal(result(trainer), trained)
    assert trained.all()


def test_evaluation_parameters_that_do_not_fit_leave_the_networks_own(points):
    class WrongShape(Zeros):
        def evaluation_params(self, params):
            return {**super().evaluation_params(params), "b2": np.zeros(99)}

    trainer = new_trainer(WrongShape())
    before = result(trainer).copy()
    with pytest.raises(ValueError, match="b2 has shape"), trainer.evaluating():
        pytest.fail("the block must not begin")
    np.testing.assert_array_equal(result(trainer), before)


def test_evaluating_without_wishes_copies_nothing(points):
    trainer = new_trainer()
    with trainer.evaluating() as network:
        network.params["b1"] = np.ones(5)
    np.testing.assert_array_equal(trainer.network.params["b1"], 1)


# Callbacks are told


def test_callbacks_hear_start_every_step_and_end_in_their_order(points):
    heard = []

    class Ear(Callback):
        def __init__(self, name):
            self.name = name

        def on_fit_start(self, trainer):
            heard.append((self.name, "start", trainer.step, trainer.last_step))

        def on_step_end(self, trainer, loss):
            heard.append((self.name, type(loss), trainer.step))

        def on_fit_end(self, trainer):
            heard.append((self.name, "end", trainer.step))

    trainer = new_trainer(callbacks=[Ear("a"), Callback(), Ear("b")]).fit(*points, steps=1)
    trainer.fit(*points, steps=1)
    assert heard == [
        *[
            ("a", "start", 0, 1),
            ("b", "start", 0, 1),
            ("a", float, 1),
            ("b", float, 1),
            ("a", "end", 1),
            ("b", "end", 1),
        ],
        *[
            ("a", "start", 1, 2),
            ("b", "start", 1, 2),
            ("a", float, 2),
            ("b", float, 2),
            ("a", "end", 2),
            ("b", "end", 2),
        ],
    ]


def test_deep_networks_train_too(points):
    net = MultiLayerNet(6, [8, 8, 8], 3)
    Trainer(net, Adam(lr=0.01), 20).fit(*points, steps=200)
    assert net.accuracy(*points) > 0.9
