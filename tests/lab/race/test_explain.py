"""The first updates in numbers."""

import numpy as np

from zeronet import AdaGrad, Adam, Momentum, Optimizer
from zeronet.common.text import equation_of
from zeronet.lab.race.explain import explain
from zeronet.landscapes import Rosenbrock, Valley
from zeronet.locale import language
from zeronet.optimizers import OPTIMIZERS, SGD


def numbers(line):
    return [float(word) for word in line.split()[-2:]]


def test_adagrad_can_be_followed_with_a_pocket_calculator():
    lines = explain(Valley(), AdaGrad(lr=1.5), updates=2).splitlines()
    assert "h ← h + g ⊙ g" in lines[2]
    second = lines[lines.index(next(line for line in lines if line.startswith("update 2"))) :]
    rows = {
        line[:18].strip(): numbers(line)
        for line in second
        if line[:18].strip() in ("g", "h before", "h after", "Δw", "w")
    }
    assert rows["g"] == [-0.55, 1]
    np.testing.assert_allclose(rows["h after"], np.add(rows["h before"], np.square(rows["g"])), rtol=1e-6)
    np.testing.assert_allclose(rows["Δw"], -1.5 * np.array(rows["g"]) / np.sqrt(rows["h after"]), rtol=1e-6)
    np.testing.assert_allclose(rows["w"], np.add((-5.5, 0.5), rows["Δw"]), rtol=1e-6)
    assert "  h_x = 0.7² + 0.55² = 0.7925" in second
    assert "  h_y = 4² + 1² = 17" in second


def test_only_a_state_that_is_the_sum_of_all_squared_gradients_is_written_out():
    assert "h_x =" not in explain(Valley(), OPTIMIZERS["RMSProp"](lr=0.3), updates=2)
    assert "v_x =" not in explain(Valley(), Momentum(), updates=2)


def test_an_optimizer_of_one_s_own_is_explained_by_its_docstring_and_states():
    class Sum(Optimizer):
        """Add up.

            s ← s + g
            w ← w − η s

        Nothing else.
        """

        state_names = ("s",)

        def __init__(self, lr=0.1):
            super().__init__(lr=lr)

        def rule(self, w, g, s):
            s += g
            w -= self.lr * s

    text = explain(Valley(), Sum(), updates=1)
    assert "    s ← s + g\n    w ← w − η s\n" in text
    assert numbers(next(line for line in text.splitlines() if "s after" in line)) == [-0.7, 4]


def test_a_class_that_is_not_derived_from_ours_shows_gradient_and_change():
    class Plain:
        def update(self, params, grads):
            for key in params:
                params[key] -= 0.5 * grads[key]

    lines = explain(Valley(), Plain(), updates=1).splitlines()
    assert lines[0] == "Plain"
    assert [line.split()[0] for line in lines[3:]] == ["g", "Δw", "w"]


def test_a_descent_that_leaves_for_infinity_says_so():
    assert "leaves for infinity" in explain(Rosenbrock(), SGD(lr=1), updates=50).splitlines()[-1]


def test_every_optimizer_of_ours_has_an_equation():
    for kind in OPTIMIZERS.values():
        assert any("←" in line for line in equation_of(kind)), kind
    assert equation_of(type("Bare", (), {})) == []


def test_columns_stay_in_line_in_japanese():
    with language("ja"):
        lines = explain(Valley(), Adam(lr=0.3), updates=1).splitlines()
    assert any("実効" in line or "更新前" in line for line in lines)


def test_w_is_where_gradients_are_taken_though_the_average_is_evaluated():
    """With g = 2, y from 2: z = 1, 0, and x = 1, ½, their mean; w = z + ½ (x − z) = 1, ¼."""
    from zeronet.optimizers import ScheduleFreeSGD

    class Slope:
        start = (0.0, 2.0)

        def __call__(self, x, y):
            return x + 2 * y

        def gradient(self, x, y):
            return 1.0, 2.0

    lines = explain(Slope(), ScheduleFreeSGD(lr=0.5, momentum=0.5), updates=2).splitlines()
    update = lines[lines.index(next(line for line in lines if line.startswith("update 2"))) :]
    y = {line[:18].strip(): float(line.split()[-1]) for line in update[1:]}
    assert (y["z after"], y["x after"], y["Δw"], y["w"]) == (0, 0.5, -0.75, 0.25)
