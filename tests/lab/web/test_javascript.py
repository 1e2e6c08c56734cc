"""Rules and landscapes in JavaScript have the bits of the Python code that they are traced from."""

import json
import shutil
import subprocess
from fractions import Fraction

import numpy as np
import pytest

from zeronet.lab.web.explorer import javascript_source, rate
from zeronet.lab.web.javascript import is_exact, landscape_functions, traceable
from zeronet.lab.web.page import HERE
from zeronet.landscapes import LANDSCAPES, walk
from zeronet.optimizers import OPTIMIZERS, Optimizer

STEPS = 200
EXACT = [name for name, kind in LANDSCAPES.items() if is_exact(landscape_functions(kind()))]

# Doubles come as JSON, in which both languages write the shortest text that is read as the same double.
HARNESS = """
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
const numbers = (x) => (x === undefined ? null : Object.is(x, -0) ? "-0" : Number.isFinite(x) ? x : String(x));
const found = cases.map(({ kind, landscape, settings, start, steps, gradients, places, powers }) => {
  if (powers) return powers.map(([b, k]) => power(b, k));
  const ground = LANDSCAPES[landscape];
  if (places) return places.map(([x, y]) => [ground.f(x, y), ...ground.gradient(x, y)]);
  let k = 0;
  const replayed = { f: () => 0, gradient: () => gradients[k++] };
  const points = [...walk(gradients ? replayed : ground, OPTIMIZERS[kind], settings, start, steps)];
  const row = ({ f, w, place, states, effective }) => [f, w, place, states.flat(), effective || []].flat().map(numbers);
  return points.map(row);
});
console.log(JSON.stringify(found));
"""


def in_node(cases, script=None):
    """What the page's scripts compute."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    source = "\n".join([script or javascript_source(), HERE.joinpath("walk.js").read_text("utf-8"), HARNESS])
    run = subprocess.run([node, "-e", source], input=json.dumps(cases), capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout, parse_int=float)


def in_python(landscape, optimizer, steps=STEPS):
    """The same numbers from Python: f, w, the place, the states of x and of y, the effective steps."""
    rows = []
    for point in walk(landscape, optimizer, steps=steps):
        states = [values[axis] for axis in (0, 1) for values in point.states.values()]
        row = [point.f, *point.w, point.x, point.y, *states, *(point.effective_steps or ())]
        rows.append(["-0" if x == 0 and np.signbit(x) else x for x in row])
    return rows


def rounds_correctly(b, last):
    """Whether this machine's C library computes these powers with the last bit right."""
    return all(b**t == float(Fraction(b) ** t) for t in range(1, last + 1))


def test_all_elementwise_optimizers_but_one_are_there():
    elementwise = {name for name, cls in OPTIMIZERS.items() if cls.elementwise}
    assert elementwise - set(traceable()) == {"Prodigy"}  # it takes a norm of all parameters


@pytest.mark.parametrize("name", EXACT)
def test_every_optimizer_takes_the_same_path_bit_by_bit(name):
    optimizers = {kind: cls(lr=rate(name, kind)) for kind, cls in traceable().items()}
    for optimizer in optimizers.values():
        for setting in ("beta1", "beta2", "beta3"):
            if not rounds_correctly(optimizer.settings.get(setting, 0.5), STEPS + 1):
                pytest.skip("pow of this machine's C library does not round correctly")
    start = LANDSCAPES[name].start
    common = {"landscape": name, "start": start, "steps": STEPS}
    found = in_node([{**common, "kind": kind, "settings": each.settings} for kind, each in optimizers.items()])
    for (kind, optimizer), rows in zip(optimizers.items(), found, strict=True):
        expected = in_python(LANDSCAPES[name](), optimizer)
        assert rows == expected, kind


@pytest.mark.parametrize("name", [name for name in LANDSCAPES if name not in EXACT])
def test_where_cos_and_exp_differ_rules_are_the_same_on_the_same_gradients(name):
    cases, expected = [], []
    for kind, cls in traceable().items():
        optimizer = cls(lr=rate(name, kind))
        points = list(walk(LANDSCAPES[name](), optimizer, steps=STEPS))
        gradients = [point.gradient for point in points[1:]]
        start = LANDSCAPES[name].start
        cases.append(
            {
                "kind": kind,
                "settings": optimizer.settings,
                "start": start,
                "steps": len(gradients),
                "gradients": gradients,
            }
        )
        expected.append([[*point.w, point.x, point.y] for point in points])
    for rows, points in zip(in_node(cases), expected, strict=True):
        assert [row[1:5] for row in rows] == points


@pytest.mark.parametrize("name", LANDSCAPES)
def test_landscapes_have_the_heights_and_slopes_of_python(name):
    landscape, rng = LANDSCAPES[name](), np.random.default_rng(0)
    places = rng.uniform(*np.array(landscape.domain).T, (200, 2))
    (found,) = in_node([{"landscape": name, "places": places.tolist()}])
    expected = [[landscape(x, y), *landscape.gradient(x, y)] for x, y in places]
    if name in EXACT:
        assert np.array_equal(found, np.array(expected, dtype=float))
    np.testing.assert_allclose(found, np.array(expected, dtype=float), rtol=1e-12, atol=1e-12)


def test_powers_are_rounded_correctly(rng):
    cases = [(b, k) for b in (0.9, 0.999, 0.5, 0.0, *rng.uniform(0.5, 1, 50)) for k in (0, 1, 2, 3, 17, 200, 1000)]
    (found,) = in_node([{"powers": cases}])
    assert found == [float(Fraction(b) ** k) for b, k in cases]


def test_an_optimizer_of_ones_own_is_traced_too():
    class Sluggish(Optimizer):
        state_names = ("age",)

        def __init__(self, lr=0.5, patience=3):
            super().__init__(lr=lr, patience=patience)

        def rule(self, w, g, age):
            age += 1
            if self.t > self.patience:
                w -= np.where(age > 2 * self.patience, self.lr, self.lr / self.t) * g

    script = javascript_source({"Sluggish": Sluggish()})
    case = {"landscape": "valley", "start": [-7, 2], "steps": 12, "kind": "Sluggish", "settings": Sluggish().settings}
    assert in_node([case], script) == [in_python(LANDSCAPES["valley"](), Sluggish(), 12)]
