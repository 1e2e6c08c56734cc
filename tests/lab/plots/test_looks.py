"""Colours, markers and line styles: every reader can tell optimizers apart, and each keeps its own."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from zeronet.lab.plots.looks import COLOURS, LINES, MARKERS, TABLE, look, looks_of
from zeronet.lab.plots.style import QUIET
from zeronet.optimizers import OPTIMIZERS

# Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009:
# severity 1, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
BOOK = ["SGD", "Momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam"]


def linear(colour):
    c = np.array(to_rgb(colour))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIE L*a*b* of linear RGB, white D65."""
    share = XYZ @ np.clip(rgb, 0, 1) / [0.95047, 1, 1.08883]
    x, y, z = np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast_to_white(colour):
    return 1.05 / (XYZ[1] @ linear(colour) + 0.05)


def test_the_formulas_agree_with_known_values():
    assert lab(linear("red")) == pytest.approx([53.24, 80.09, 67.20], abs=0.02)
    assert contrast_to_white("#767676") == pytest.approx(4.54, abs=0.01)  # WCAG's grey
    assert contrast_to_white("black") == pytest.approx(21)


@pytest.mark.parametrize(
    ("vision", "least"), [("normal", 40), ("protanopia", 30), ("deuteranopia", 30), ("tritanopia", 20)]
)
def test_any_two_colours_are_far_apart_for_every_reader(vision, least):
    seen = [lab(np.asarray(VISION[vision]) @ linear(colour)) for colour in COLOURS]
    assert min(np.linalg.norm(one - other) for one, other in combinations(seen, 2)) > least


@pytest.mark.parametrize("colour", [*COLOURS, QUIET])
def test_colours_stand_out_from_paper(colour):
    assert contrast_to_white(colour) >= 3


def test_every_optimizer_of_zeronet_has_a_look_of_its_own_and_the_book_s_a_colour():
    assert set(TABLE) == set(OPTIMIZERS)
    assert len({(colour, marker, str(line)) for colour, marker, line in TABLE.values()}) == len(TABLE)
    assert len({look(name).colour for name in BOOK}) == len({look(name).marker for name in BOOK}) == len(BOOK)


def looks(*targets):
    return looks_of({"label": f"{k} {target}", "target": target} for k, target in enumerate(targets))


def test_an_optimizer_looks_the_same_whoever_is_beside_it():
    for targets in (["RMSProp"], ["SGD", "RMSProp"], ["my.py:Mine", "Adam", "RMSProp"]):
        [own] = [each for label, each in looks(*targets).items() if label.endswith("RMSProp")]
        assert own.style == look("RMSProp").style


def test_variants_share_the_colour_and_differ_in_marker_and_line():
    variants = list(looks("SGD", *["RMSProp"] * 5).values())[1:]
    assert variants[0].style == look("RMSProp").style
    assert {each.colour for each in variants} == {look("RMSProp").colour}
    assert len({each.marker for each in variants}) == len({str(each.line) for each in variants}) == 5


def test_a_class_that_is_not_ours_looks_the_same_in_every_figure_and_wherever_its_file_is():
    alone = looks("a.py:Mine")["0 a.py:Mine"]
    for targets in (["SGD", "AdaGrad", "elsewhere/b.py:Mine"], ["package.module:Mine", "Adam"], ["Momentum", "x:Mine"]):
        [own] = [each for label, each in looks(*targets).items() if label.endswith("Mine")]
        assert own.style == alone.style


def test_a_class_of_one_s_own_that_has_a_known_name_is_not_taken_for_ours():
    both = looks("SGD", "my.py:SGD").values()
    assert len({each.colour for each in both}) == 2


def test_the_order_does_not_matter_to_classes_that_are_not_ours():
    names = [f"f.py:Mine{k}" for k in range(6)]
    there, back = looks(*names), looks(*reversed(names))
    for k, name in enumerate(names):
        assert there[f"{k} {name}"].style == back[f"{5 - k} {name}"].style


@pytest.mark.parametrize("n", [2, 8, 40, 200])
def test_no_two_looks_of_a_figure_are_equal(n):
    targets = [*TABLE, *["Adam"] * min(n, 30), *(f"f.py:Mine{k}" for k in range(n))]
    triples = {(each.colour, each.marker, str(each.line)) for each in looks(*targets).values()}
    assert len(triples) == len(targets)


def test_in_grey_markers_and_lines_tell_the_first_eight_apart():
    eight = looks("SGD", "Momentum", "AdaGrad", "RMSProp", "Adam", "a.py:One", "a.py:Two", "RMSProp").values()
    assert len({(each.marker, str(each.line)) for each in eight}) == 8


def test_more_variants_than_looks_can_still_be_drawn():
    assert len(looks(*["SGD"] * (len(MARKERS) * len(LINES) + 5))) == len(MARKERS) * len(LINES) + 5


def on_networks(networks, *targets):
    """The looks of optimizers on networks, label → look; labels as a comparison makes them."""
    pairs = [(network, target) for network in networks for target in targets]
    alone = len(targets) == 1
    return looks_of(
        {"label": network if alone else f"{network} {target}", "target": target, "network": network}
        for network, target in pairs
    )


def test_on_several_networks_colour_and_marker_are_the_optimizer_s_and_the_line_is_the_network_s():
    networks, targets = ["mlp", "cnn", "deep-cnn", "own"], ["SGD", "Adam", "AdaBelief", "f.py:Mine"]
    drawn = on_networks(networks, *targets)
    own = looks(*targets)
    for k, target in enumerate(targets):
        of_one = {(each.colour, each.marker) for label, each in drawn.items() if label.endswith(f" {target}")}
        assert of_one == {(own[f"{k} {target}"].colour, own[f"{k} {target}"].marker)}
    styles = {n: {(str(drawn[f"{n} {t}"].line), drawn[f"{n} {t}"].hollow) for t in targets} for n in networks}
    assert all(len(each) == 1 for each in styles.values())
    assert len(set.union(*styles.values())) == len(networks)
    first = drawn["mlp SGD"]
    assert first.style == look("SGD").style
    assert drawn["cnn SGD"].style["markerfacecolor"] == "white"


@pytest.mark.parametrize(("networks", "targets"), [(2, 1), (12, 1), (3, 8), (11, 5)])
def test_no_two_looks_on_networks_are_equal(networks, targets):
    names = ["SGD", "Adam", *(f"f.py:Mine{k}" for k in range(targets - 2))][:targets]
    drawn = on_networks([f"net{k}" for k in range(networks)], *names).values()
    assert len({(each.colour, each.marker, str(each.line), each.hollow) for each in drawn}) == networks * targets


def test_a_single_optimizer_on_several_networks_has_one_colour_and_differs_in_the_rest():
    drawn = on_networks(["two-layer", "mlp", "cnn"], "Adam").values()
    assert {each.colour for each in drawn} == {look("Adam").colour}
    assert len({each.marker for each in drawn}) == len({str(each.line) for each in drawn}) == 3
