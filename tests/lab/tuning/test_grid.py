"""The search for a rate: one budget for everybody, a grid first, then where it is best."""

import math

import numpy as np
import pytest

from zeronet import SGD
from zeronet.common.errors import UserError
from zeronet.lab.specs.spec import from_object, parse
from zeronet.lab.tuning.grid import DECADES, Tuning, best_trial, grid, more_rates, trial, tuning_from_protocol

SEEDS = (10, 11, 12)


def judged_by(trials, loss):
    return {each.label: (each, loss(each)) for each in trials}


def searched(tuning, spec, loss):
    """Return all trials of a search where loss(trial) is what comes out."""
    first = tuning.first_trials(spec)
    judged = judged_by(first, loss)
    return judged | judged_by(tuning.more_trials(spec, judged), loss)


@pytest.mark.parametrize("variants", [1, 2, 3, 4])
@pytest.mark.parametrize("best", [1e-9, 0.0007, 0.001, 0.03, 1e9])
def test_the_trials_use_the_budget_and_never_exceed_it(variants, best):
    spec = parse("rmsprop")
    over = {"RMSProp": [{"rho": rho} for rho in (0.5, 0.9, 0.99, 0.999)[:variants]]}
    for budget in range(3 * variants, 31):
        found = searched(Tuning(budget, SEEDS, over=over), spec, lambda t: abs(math.log(t.settings["lr"] / best)))
        assert budget - variants < len(found) <= budget
        assert len({(t.settings["lr"], t.settings["rho"]) for t, _ in found.values()}) == len(found)


def test_two_thirds_are_the_grid_and_the_rest_follows():
    tuning, spec = Tuning(15, SEEDS), parse("sgd")
    first = tuning.first_trials(spec)
    assert len(first) == 10
    assert len(tuning.more_trials(spec, judged_by(first, lambda t: t.settings["lr"]))) == 5


def test_a_budget_too_small_for_its_settings_is_a_mistake():
    over = {"RMSProp": [{"rho": 0.9}, {"rho": 0.99}]}
    with pytest.raises(UserError, match="a budget of 5 is too small for 2 settings of RMSProp"):
        Tuning(5, SEEDS, over=over).first_trials(parse("rmsprop"))


@pytest.mark.parametrize("default", [1e-3, 0.01, 0.95])
@pytest.mark.parametrize("number", [2, 5, 10])
def test_the_grid_spans_its_decades_around_the_default_in_equal_ratios(default, number):
    logs = np.log10(grid(default, number))
    assert np.isclose(logs[-1] - logs[0], DECADES, atol=1e-4)
    assert np.isclose(logs.mean(), math.log10(default), atol=1e-4)
    assert np.allclose(np.diff(logs), DECADES / (number - 1), atol=1e-4)


def test_a_range_takes_the_place_of_the_default():
    rates = [t.settings["lr"] for t in Tuning(6, SEEDS, (1e-3, 1.0)).first_trials(parse("sgd:lr=77"))]
    assert rates == [0.001, 0.01, 0.1, 1.0]


def test_a_range_that_is_one_rate_and_a_setting_that_stands_twice_are_mistakes():
    with pytest.raises(UserError, match="SGD would try the same settings twice"):
        Tuning(6, SEEDS, (0.1, 0.1 + 1e-12)).first_trials(parse("sgd"))
    with pytest.raises(UserError, match="RMSProp would try the same settings twice"):
        Tuning(9, SEEDS, over={"RMSProp": [{"rho": 0.5}, {"rho": 0.5}]}).first_trials(parse("rmsprop"))


def test_it_goes_on_beyond_the_edge_where_the_best_is_at_one():
    rates = [0.01, 0.1, 1.0]
    assert more_rates(dict(zip(rates, [3, 2, 1], strict=True)), 2) == [10.0, 100.0]
    assert more_rates(dict(zip(rates, [1, 2, 3], strict=True)), 2) == [0.0001, 0.001]


@pytest.mark.parametrize("number", [1, 2, 3, 5])
@pytest.mark.parametrize("sides", [(3, 2), (2, 3), (math.inf, 2), (2, math.inf)])
def test_it_refines_between_the_neighbours_of_a_best_inside_more_on_the_better_side(number, sides):
    found = more_rates({0.01: 5, 0.1: sides[0], 1.0: 1, 10.0: sides[1], 100.0: 9}, number)
    assert len(found) == number
    below, above = [r for r in found if 0.1 < r < 1], [r for r in found if 1 < r < 10]
    assert len(below) + len(above) == number
    better, worse = (below, above) if sides[0] < sides[1] else (above, below)
    assert len(better) - len(worse) == number % 2


def test_where_everything_diverged_it_goes_towards_lower_rates():
    found = more_rates({0.1: math.inf, 1.0: math.inf, 10.0: math.inf}, 3)
    assert found == [0.0001, 0.001, 0.01]


def test_a_diverged_trial_is_worse_than_any_other():
    trials = [trial(parse("sgd"), rate, {}) for rate in (0.1, 1.0, 10.0)]
    best, edge = best_trial(dict(zip("abc", zip(trials, [math.inf, 1e300, math.inf], strict=True), strict=True)))
    assert (best.settings["lr"], edge) == (1.0, False)


def test_among_equals_the_lowest_rate_is_best_and_an_edge_is_told():
    trials = [trial(parse("sgd"), rate, {}) for rate in (10.0, 0.1, 1.0)]
    best, edge = best_trial(judged_by(trials, lambda t: 2.0))
    assert (best.settings["lr"], edge) == (0.1, True)
    assert best_trial(judged_by(trials, lambda t: -t.settings["lr"]))[1]
    assert not best_trial(judged_by(trials, lambda t: abs(t.settings["lr"] - 1)))[1]


def test_an_edge_is_one_among_the_rates_of_the_settings_that_won():
    spec = parse("rmsprop")
    trials = [trial(spec, rate, {"rho": 0.5}) for rate in (0.1, 1.0)]
    trials += [trial(spec, rate, {"rho": 0.9}) for rate in (0.01, 10.0)]
    best, edge = best_trial(judged_by(trials, lambda t: abs(t.settings["lr"] - 1) + (t.settings["rho"] == 0.9)))
    assert (best.settings["lr"], best.settings["rho"], edge) == (1.0, 0.5, True)


def test_other_settings_have_a_search_of_their_own_each():
    """Each value is refined where it is best itself."""
    spec, tuning = parse("rmsprop"), Tuning(12, SEEDS, over={"RMSProp": [{"rho": 0.9}, {"rho": 0.99}]})
    best = {0.9: 1e-3, 0.99: 1e9}
    found = searched(tuning, spec, lambda t: abs(math.log(t.settings["lr"] / best[t.settings["rho"]])))
    rates = {rho: [t.settings["lr"] for t, _ in found.values() if t.settings["rho"] == rho] for rho in best}
    assert len(rates[0.9]) == len(rates[0.99]) == 6
    assert max(rates[0.9]) < 0.1 < 10 < max(rates[0.99])


def test_settings_of_one_optimizer_leave_the_others_alone():
    tuning = Tuning(6, SEEDS, over={"RMSProp": [{"rho": 0.9}, {"rho": 0.99}]})
    assert len(tuning.first_trials(parse("adagrad"))) == 4


def test_objects_that_were_handed_over_cannot_be_tuned():
    class Mine(SGD):
        pass

    with pytest.raises(UserError, match="handed over as an object"):
        Tuning(6, SEEDS).first_trials(from_object(Mine()))


def test_an_optimizer_without_a_rate_cannot_be_tuned(tmp_path):
    (tmp_path / "still.py").write_text("class Still:\n    def update(self, params, grads):\n        pass\n")
    with pytest.raises(UserError, match="has no setting lr"):
        Tuning(6, SEEDS).first_trials(parse(f"{tmp_path / 'still.py'}:Still"))


def test_the_protocol_brings_the_search_back():
    tuning = Tuning(6, SEEDS, (0.1, 1.0), {"RMSProp": [{"rho": 0.9}]})
    assert tuning_from_protocol(tuning.to_dict()) == tuning
    assert tuning_from_protocol(None) is None
    with pytest.raises(UserError, match="the protocol is damaged"):
        tuning_from_protocol({"budget": 6})
