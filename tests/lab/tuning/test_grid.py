"""The search for a learning rate: one budget, one lattice and one resolution for all."""

import math

import numpy as np
import pytest

from zeronet import SGD
from zeronet.common.errors import UserError
from zeronet.lab.specs.spec import from_object, parse
from zeronet.lab.tuning.grid import RESOLVED, Search, Tuning, grid, rate, tuning_from_protocol

SEEDS = (10, 11, 12)


def searched(spec, losses, budget=15, **options):
    """Return a search that is over, and its rounds; losses: learning rate → those of the trial's seeds."""
    search, rounds = Search(spec, Tuning(budget, SEEDS, **options)), []
    while found := search.next_specs():
        rounds.append(found)
        for place, trial in found:
            search.record(place, trial, losses(trial.settings))
    return search, rounds


def valley(best, cliff=math.inf):
    """Return what rises on both sides of the best rate, and fails from the cliff on."""
    return lambda s: [math.inf if s["lr"] >= cliff else math.exp(abs(math.log(s["lr"] / best)))] * 3


@pytest.mark.parametrize("variants", [1, 2, 3, 4])
@pytest.mark.parametrize("best", [1e-9, 0.0007, 0.001, 0.03, 1e9])
def test_every_search_makes_as_many_trials_as_its_budget_and_none_twice(variants, best):
    over = {"RMSProp": [{"rho": rho} for rho in (0.5, 0.9, 0.99, 0.999)[:variants]]}
    for budget in range(3 * variants, 31):
        search, _ = searched(parse("rmsprop"), valley(best), budget, over=over)
        assert len({(t.spec.settings["lr"], t.spec.settings["rho"]) for t in search.trials.values()}) == budget


@pytest.mark.parametrize("best", [0.003, 0.02, 0.16, 0.5])
@pytest.mark.parametrize("default", [0.005, 0.01, 0.014, 0.1, 0.5])
@pytest.mark.parametrize("cliff", [math.inf, 0.7])
def test_the_result_does_not_depend_on_the_default_in_the_middle_of_the_grid(best, default, cliff):
    search, _ = searched(parse(f"sgd:lr={default}"), valley(best, cliff))
    found = search.best()
    assert found.spec.settings["lr"] == rate(round(10 * math.log10(best)))
    assert search.known_to(found) <= RESOLVED


def test_after_an_edge_it_comes_back_and_refines():
    """From 0.01 the first grid ends at 0.16: it walks on to 0.4, 1 and 2.5, which is worse, and halves the gaps."""
    _, rounds = searched(parse("sgd"), valley(0.8))
    tried = [[trial.settings["lr"] for _, trial in found] for found in rounds]
    np.testing.assert_allclose(tried[0], 10.0 ** np.arange(-3.2, -0.7, 0.4), rtol=1e-5)
    assert tried[1:4] == [[0.398107], [1.0], [2.51189]]
    assert sorted(tried[4]) == [0.630957, 1.58489]


def test_a_budget_that_is_too_small_says_how_well_the_rate_is_known():
    search, _ = searched(parse("sgd"), valley(0.01), budget=3)
    assert search.known_to(search.best()) == pytest.approx(10**0.4, rel=1e-4)
    search, _ = searched(parse("sgd"), valley(100.0), budget=6)
    assert search.known_to(search.best()) == math.inf


def test_where_everything_fails_it_goes_towards_lower_rates():
    search, rounds = searched(parse("sgd"), lambda s: [math.inf] * 3, budget=6)
    assert [trial.settings["lr"] for found in rounds[1:] for _, trial in found] == [rate(-28), rate(-32), rate(-36)]
    assert search.best().spec.settings["lr"] == rate(-36)


def test_a_rate_at_which_one_run_failed_is_worse_than_any_without():
    search, _ = searched(parse("sgd"), lambda s: [0.1, 0.1, math.inf] if s["lr"] > 0.03 else [1 / s["lr"]] * 3)
    assert search.best().spec.settings["lr"] == rate(-16)  # 0.0251, the last before


def noisy(s):
    """Return losses that fall towards a cliff at 0.3 by less than the seeds differ in what each rate does to them."""
    place = round(10 * math.log10(s["lr"]))
    noise = np.random.default_rng(place + 1000).standard_normal(3)
    return (s["lr"] ** -0.01 * np.exp(0.1 * noise)).tolist() if s["lr"] < 0.3 else [math.inf] * 3


def test_a_rate_beside_a_cliff_is_not_chosen_over_one_that_is_as_good_within_the_noise():
    search, _ = searched(parse("sgd"), noisy)
    found = search.best().spec.settings["lr"]
    assert found < rate(-6)  # 0.251 is beside 0.316, which fails
    rising, _ = searched(parse("sgd"), lambda s: [1 / s["lr"]] * 3 if s["lr"] < 0.3 else [math.inf] * 3)
    assert rising.best().spec.settings["lr"] == rate(-6)  # the others are worse, without noise


def test_among_equals_the_lowest_rate_is_best():
    search, _ = searched(parse("sgd"), lambda s: [2.0] * 3, budget=3)
    assert search.best().spec.settings["lr"] == rate(-24)


def test_a_budget_too_small_for_its_settings_is_a_mistake():
    over = {"RMSProp": [{"rho": 0.9}, {"rho": 0.99}]}
    with pytest.raises(UserError, match="a budget of 5 is too small for 2 settings of RMSProp"):
        Search(parse("rmsprop"), Tuning(5, SEEDS, over=over))


def test_a_range_takes_the_place_of_the_default():
    _, rounds = searched(parse("sgd:lr=77"), valley(0.1), range=(1e-3, 1.0), budget=8)
    assert [trial.settings["lr"] for _, trial in rounds[0]] == [0.001, 0.01, 0.1, 1.0]
    assert grid(1.0, 5, (0.1, 0.11)) == [-10]


def test_a_setting_that_stands_twice_is_a_mistake():
    with pytest.raises(UserError, match="RMSProp would try the same settings twice"):
        Search(parse("rmsprop"), Tuning(9, SEEDS, over={"RMSProp": [{"rho": 0.5}, {"rho": 0.5}]}))


def test_every_setting_has_a_first_grid_and_the_best_one_the_rest_of_the_budget():
    over = {"RMSProp": [{"rho": 0.9}, {"rho": 0.99}]}
    search, rounds = searched(
        parse("rmsprop"), lambda s: [valley(0.003)(s)[0] * (1 if s["rho"] == 0.99 else 2)] * 3, over=over
    )
    rhos = [trial.settings["rho"] for _, trial in rounds[0]]
    assert (rhos.count(0.9), rhos.count(0.99)) == (5, 5)
    assert {trial.settings["rho"] for found in rounds[1:] for _, trial in found} == {0.99}
    found = search.best()
    assert (found.spec.settings["rho"], found.spec.settings["lr"]) == (0.99, rate(-25))
    assert search.known_to(found) <= RESOLVED


def test_settings_of_one_optimizer_leave_the_others_alone():
    tuning = Tuning(15, SEEDS, over={"RMSProp": [{"rho": 0.9}, {"rho": 0.99}]})
    assert len(Search(parse("adagrad"), tuning).next_specs()) == 7


def test_objects_that_were_handed_over_cannot_be_tuned():
    class Mine(SGD):
        pass

    with pytest.raises(UserError, match="handed over as an object"):
        Search(from_object(Mine()), Tuning(6, SEEDS))


def test_an_optimizer_without_a_rate_cannot_be_tuned(tmp_path):
    (tmp_path / "still.py").write_text("class Still:\n    def update(self, params, grads):\n        pass\n")
    with pytest.raises(UserError, match="has no setting lr"):
        Search(parse(f"{tmp_path / 'still.py'}:Still"), Tuning(6, SEEDS))


@pytest.mark.parametrize("lr", ["0.0", "-1", "'quick'", "float('nan')"])
def test_a_plug_in_whose_default_is_no_positive_rate_is_refused_in_one_line(tmp_path, lr):
    source = (
        f"class Odd:\n    def __init__(self, lr={lr}):\n        self.lr = lr\n    def update(self, params, grads):\n"
    )
    (tmp_path / "odd.py").write_text(f"{source}        pass\n")
    with pytest.raises(UserError, match=r"Odd has no positive learning rate to begin with .*--tune-range"):
        Search(parse(f"{tmp_path / 'odd.py'}:Odd"), Tuning(6, SEEDS))


def test_the_protocol_brings_the_search_back():
    tuning = Tuning(6, SEEDS, (0.1, 1.0), {"RMSProp": [{"rho": 0.9}]}, 0.05)
    assert tuning_from_protocol(tuning.to_dict()) == tuning
    assert tuning_from_protocol(None) is None
    with pytest.raises(UserError, match="the protocol is damaged"):
        tuning_from_protocol({"budget": 6})
