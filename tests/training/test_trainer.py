import math
import pickle
from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from zeronet import (
    SGD,
    AdaGrad,
    Adam,
    Callback,
    Checkpoint,
    Diverged,
    Evaluation,
    Momentum,
    Optimizer,
    RMSProp,
    Trainer,
    TwoLayerNet,
    gradient_check,
)
from zeronet.training.batches import batches
from zeronet.training.environment import can_flush

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
    assert list(batches(60, 7, seed=3, start=5, stop=5)) == []
    assert all_at_once != [batch.tolist() for batch in batches(60, 7, seed=4, start=0, stop=30)]


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


@pytest.mark.parametrize("first", [5, 9, 11])  # inside the first epoch of 9 steps, at its end, inside the second
@pytest.mark.parametrize("rows", [60, 42])
def test_other_data_begin_a_new_epoch_in_which_each_example_is_seen_once(first, rows, points):
    x, t = points
    trainer = new_trainer(drop_last=False).fit(x, t, steps=first)
    other = Watched(-x[:rows])
    trainer.fit(other, t[:rows], epochs=2)
    if rows == 60:
        del other.indices[0]  # the comparison with the data of the last fit
    per_epoch = len(other.indices) // 2
    for part in (other.indices[:per_epoch], other.indices[per_epoch:]):
        assert sorted(np.concatenate(part)) == list(range(rows))


def test_a_trainer_that_resumes_after_other_data_goes_on_in_their_order(points, tmp_path):
    x, t = points
    checkpoint = Checkpoint(tmp_path / "run.npz")
    trainer = new_trainer(callbacks=[checkpoint]).fit(x, t, steps=5).fit(-x[:42], t[:42], steps=4)
    resumed = new_trainer(callbacks=[checkpoint])
    assert checkpoint.resume(resumed)
    for one in (trainer, resumed):
        one.fit(-x[:42], t[:42], steps=20)
    np.testing.assert_array_equal(result(resumed), result(trainer))


def test_the_short_rest_of_an_epoch_is_kept_on_request_and_is_a_mean_over_its_examples(points):
    x, t = points
    watched = Watched(x)
    trainer = new_trainer(SGD(lr=0.5), drop_last=False).fit(watched, t, epochs=1)
    assert trainer.step == 9
    assert [len(index) for index in watched.indices] == [7] * 8 + [4]
    assert sorted(np.concatenate(watched.indices)) == list(range(60))
    rest, twin = watched.indices[8], new_trainer(SGD(lr=0.5), drop_last=False).fit(x, t, steps=8)
    expected = result(twin) - 0.5 * twin.network.gradient(x[rest], t[rest]).flat
    np.testing.assert_allclose(result(trainer), expected, rtol=1e-6)


def test_a_batch_larger_than_the_data_is_all_of_them(points):
    x, t = points
    trainer = new_trainer(SGD(lr=0.5), batch_size=1000)
    expected = result(trainer) - 0.5 * trainer.network.gradient(x, t).flat
    np.testing.assert_allclose(result(trainer.fit(x, t, epochs=1)), expected, rtol=1e-5, atol=1e-6)
    assert trainer.step == 1


def test_one_step_is_the_gradient_of_one_batch_times_the_rate(points):
    x, t = points
    trainer = new_trainer(SGD(lr=0.5))
    batch = next(batches(60, 7, seed=0, start=0, stop=1))
    expected = result(trainer) - 0.5 * trainer.network.gradient(x[batch], t[batch]).flat
    np.testing.assert_allclose(result(trainer.fit(x, t, steps=1)), expected, rtol=1e-6)
    after = result(trainer).copy()
    assert trainer.fit(x, t, steps=0).step == 1
    np.testing.assert_array_equal(result(trainer), after)
    assert new_trainer(batch_size=60).fit(x, t, steps=2).step == 2  # a batch may be all the data


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


def test_data_may_be_read_only_of_another_type_a_memory_map_or_one_hot_to_the_same_bits(points, tmp_path):
    x, t = np.abs(10 * points[0]).astype(np.uint8), points[1]
    x.flags.writeable = t.flags.writeable = False
    np.save(tmp_path / "x.npy", x.astype(np.float32))
    trainer = new_trainer().fit(x, t, steps=20)
    assert result(trainer).dtype == np.float32
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    for data in ((x.astype(np.float64), t), (mapped, t), (x, np.eye(3)[t])):
        np.testing.assert_array_equal(result(new_trainer().fit(*data, steps=20)), result(trainer))


def test_data_are_taken_by_position_from_lists_and_pandas_whatever_their_index(points):
    x, t = points
    shuffled = np.random.default_rng(0).permutation(60)
    trainer = new_trainer().fit(x, t, steps=20)
    for data in (
        (x.tolist(), t.tolist()),
        (pd.DataFrame(x, index=shuffled, columns=list("fedcba")), pd.Series(t, index=shuffled)),
        (pd.DataFrame(x).astype("Float32"), pd.Series(t).astype("Int64")),
    ):
        np.testing.assert_array_equal(result(new_trainer().fit(*data, steps=20)), result(trainer))
        evaluation = Evaluation(*data)
        new_trainer(callbacks=[evaluation]).fit(*data, steps=20)
        assert evaluation.rows[-1][1:] == (trainer.network.loss(x, t), trainer.network.accuracy(*data))


# Mistakes


@pytest.mark.parametrize(
    ("settings", "length", "message"),
    [
        *[
            ({}, length, "either epochs or steps")
            for length in ({}, {"epochs": 1, "steps": 1}, {"epochs": 0, "steps": 0})
        ],
        ({}, {"x": np.empty((0, 6)), "t": np.empty(0, int), "steps": 1}, "no examples to train on"),
        *[({"batch_size": n}, {"steps": 1}, f"batch_size must be at least 1, not {n}") for n in (0, -7)],
        ({"seed": -1}, {"steps": 1}, "seed must be at least 0, not -1"),
        ({"optimizer": "sgd"}, {"steps": 1}, "an optimizer is an object with a method update"),
        ({}, {"t": np.zeros(59, int), "steps": 1}, r"arrays of equal length, not of shapes \(60, 6\) and \(59,\)"),
        ({}, {"x": 3.0, "steps": 1}, r"arrays of equal length, not of shapes \(\) and"),
    ],
)
def test_what_cannot_be_trained_is_refused(settings, length, message, points):
    with pytest.raises(ValueError, match=message):
        new_trainer(**settings).fit(**dict(zip("xt", points, strict=True)) | length)


@pytest.mark.parametrize(
    ("convert", "message"),
    [
        (sparse.csr_matrix, r"x is sparse \(csr_matrix\): give x.toarray\(\)"),
        (lambda x: None, "x must be an array or a list of numbers, not NoneType"),
        (lambda x: (row for row in x), "x must be an array or a list of numbers, not generator"),
        (lambda x: pd.DataFrame(x.astype(int)).astype("Int64").mask(x > 1), "x has missing values: fill them"),
        (lambda x: x.astype(object), "x holds Python objects: convert it"),
        (lambda x: x.astype(complex), "x holds complex numbers: give real numbers"),
        (lambda x: x.astype(str), "x holds strings: convert it"),
        (lambda x: np.ma.masked_less(x, 0), r"x is a masked array: give x.filled\(value\)"),
        (lambda x: [*x.tolist()[:-1], [1.0]], "x cannot be made an array"),
    ],
)
def test_data_that_are_no_numbers_are_refused_by_name_with_the_cure(convert, message, points):
    x, t = convert(points[0]), points[1]
    net = new_trainer().network
    for use in (new_trainer().fit, net.loss, net.accuracy, net.loss_and_grad, Evaluation, gradient_check):
        with pytest.raises(ValueError, match=message):
            use(x, t, steps=1) if use.__name__ == "fit" else use(*([net] if use is gradient_check else []), x, t)
    with pytest.raises(
        ValueError, match=r"t holds strings: encode labels as integers: np.unique\(t, return_inverse=True\)"
    ):
        new_trainer().fit(points[0], points[1].astype(str), steps=1)


@pytest.mark.parametrize("name", ["epochs", "steps"])
@pytest.mark.parametrize("number", [-1, 1.0, "10", True])
def test_the_length_of_a_fit_is_an_integer(name, number, points):
    with pytest.raises(ValueError, match=f"{name} must be (an integer|at least 0), not") as error:
        new_trainer().fit(*points, **{name: number})
    assert repr(number) in str(error.value)


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

    up_to_there = new_trainer(SGD(lr=1e25))
    assert diverged(up_to_there, points, steps=error.step).step == error.step  # its last update did it
    np.testing.assert_array_equal(result(trainer), result(up_to_there))


def test_divergence_is_found_before_the_update(points):
    x, t = points
    trainer = new_trainer(Adam())
    before = result(trainer).copy()
    assert diverged(trainer, (np.full_like(x, np.nan), t)).step == 0
    assert trainer.optimizer.t == trainer.step == 0
    np.testing.assert_array_equal(result(trainer), before)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x, t, net: x.__setitem__(slice(40, 45), np.nan), r"the loss is nan at step \d: x holds nan"),
        (lambda x, t, net: x.__setitem__(..., 1e39), "at step 0: x holds 1e.39, which is too large for float32"),
        (lambda x, t, net: x.__setitem__(..., 1e38), r"at step \d: x holds numbers up to 1e.38: scale them"),
        (lambda x, t, net: net.params.flat.__imul__(1e38), "at step 0: before the first update: the first weights"),
        (lambda x, t, net: net.params.__setitem__("b2", [0, np.nan, 0]), "at step 0: b2 was not finite before the fir"),
    ],
)
def test_the_learning_rate_is_not_blamed_for_data_or_first_weights(change, message, points):
    x, t = points[0].astype(float), points[1]
    trainer = new_trainer()
    change(x, t, trainer.network)
    with pytest.raises(Diverged, match=message) as caught:
        trainer.fit(x, t, epochs=2)
    assert "learning rate" not in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize("optimizer", [RMSProp(eps=0), AdaGrad(eps=0)], ids=repr)
def test_eps_of_0_is_blamed_for_0_divided_by_0(optimizer, points):
    x, t = points[0].copy(), points[1]
    x[:, 5] = 0  # a pixel that is never on
    error = diverged(new_trainer(optimizer), (x, t))
    assert str(error).endswith("at step 1: eps is 0, and a parameter whose gradients are all 0 becomes 0/0")
    assert "learning rate" in str(diverged(new_trainer(SGD(lr=1e38)), points))


def test_a_last_update_that_destroyed_the_network_is_a_divergence(points):
    evaluation = Evaluation(*points)
    trainer = new_trainer(SGD(lr=1e38), callbacks=[evaluation])
    error = diverged(trainer, points, steps=1)
    assert (error.step, error.lr, trainer.step) == (1, 1e38, 1)
    assert str(error).endswith("at step 1 (learning rate 1e+38)")
    assert [row[0] for row in evaluation.rows] == [0, 1]


@pytest.mark.parametrize("lr", [None, 1e25])
def test_a_foreign_optimizer_may_have_a_rate_or_none(lr, points):
    class Exploding:
        def update(self, params, grads):
            for name in params:
                params[name] *= np.inf

    optimizer = Exploding()
    if lr:
        optimizer.lr = lr
    error = diverged(new_trainer(optimizer), points)
    assert (error.step, error.lr) == (1, lr)
    assert str(error) == f"the loss is {error.loss} at step 1{' (learning rate 1e+25)' if lr else ''}"


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
    class Looking(Callback):
        def on_step_end(self, trainer, loss):
            trained = result(trainer).copy()
            assert trained.all()
            with trainer.evaluating() as network:
                assert network is trainer.network
                assert network.loss(*points) == pytest.approx(math.log(3))
                result(trainer)[:] = 7
                if error and trainer.step == 3:
                    raise error
            np.testing.assert_array_equal(result(trainer), trained)

    trainer = new_trainer(Zeros(lr=0.5), callbacks=[Looking()])
    with pytest.raises(error) if error else nullcontext():
        trainer.fit(*points, steps=5)
    assert not result(trainer).any()
    with trainer.training():
        assert trainer.step == (3 if error else 5)
        np.testing.assert_array_equal(result(trainer), result(new_trainer().fit(*points, steps=trainer.step)))
    assert not result(trainer).any()


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
    events = [event for k in (1, 2) for event in (("start", k - 1, k), (float, k), ("end", k))]
    assert heard == [(name, *event) for event in events for name in "ab"]


@pytest.mark.parametrize("lr", [None, "fast", [1]])
def test_a_learning_rate_that_is_not_a_number_is_left_out_of_the_message(lr):
    assert str(Diverged(3, np.inf, lr)) == "the loss is inf at step 3"
    assert str(Diverged(3, np.inf, 0.5)) == "the loss is inf at step 3 (learning rate 0.5)"
