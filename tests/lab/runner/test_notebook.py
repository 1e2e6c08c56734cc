"""Results in a notebook: short whatever the experiment, with table and figure."""

import base64
import io
import re
import sys

import pytest
from PIL import Image

import zeronet
from tests.support.problems import save_largest_of_three
from zeronet.common.notebook import LONGEST, MOST_ROWS, html_table
from zeronet.lab.runner.analysis.pairwise import Verdict, compared

SHORT = {"steps": 20, "batch_size": 10, "hidden_sizes": 4, "jobs": 1}


class Falls:
    """Raise in the third update."""

    def __init__(self):
        self.updates = 0

    def update(self, params, grads):
        self.updates += 1
        if self.updates == 3:
            raise RuntimeError("no more <updates>")
        params["b1"][...] -= 0.1 * grads["b1"]


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "own.npz"
    save_largest_of_three(path)
    return str(path)


@pytest.fixture(scope="module")
def result(own):
    return zeronet.compare(own, {"SGD": "sgd", "<falls>": Falls()}, seeds=2, **SHORT)


def without_pictures(html):
    return re.sub(r'src="data:[^"]*"', "", html)


def test_the_table_says_why_a_run_raised(result):
    lines = str(result.table).splitlines()
    for seed in (0, 1):
        [line] = [line for line in lines if line.startswith(f"<falls>, seed {seed} raised: ")]
        assert line.endswith("RuntimeError: no more <updates>")


def test_a_result_is_one_short_line(result):
    assert repr(result) == "Result(own.npz: SGD, <falls>; 4 runs, 2 failed; .table, .figure, .runs)"
    assert repr(result.runs["SGD", 0]).startswith("Run(finished, 20 losses, last loss ")


@pytest.mark.drawn
def test_a_notebook_shows_table_and_figure(result):
    html = result._repr_html_()
    assert "<th>optimizer</th>" in html and "<td>&lt;falls&gt;</td>" in html and "&lt;updates&gt;" in html
    [picture] = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    assert Image.open(io.BytesIO(base64.b64decode(picture))).size[0] == 700
    assert len(without_pictures(html)) < 3000


def test_what_a_notebook_shows_is_bounded():
    rows = [[f"row {k}", "x" * 10_000] for k in range(5000)]
    html = html_table([["name", "what"], *rows], ["y" * 10_000] * 5000)
    assert len(html) < (MOST_ROWS + 2) * 2 * (LONGEST + 50)
    assert f"… {5000 - MOST_ROWS} more" in html


@pytest.mark.parametrize("every", [10, 1000])
def test_messages_are_bounded(result, every):
    table = type(result.table)(result.table.protocol, result.table.rows, {})
    raised = result.runs["<falls>", 0]
    table.runs = {("<falls>", seed): raised for seed in range(every)}
    assert len(table.messages()) == min(every, 21)


def test_a_verdict_is_short_and_a_table():
    losses = {"A": [1.0, 1.1, 0.9], "B": [2.0, 2.3, 1.9], "C": [1.0, 5.0, float("inf")]}
    verdict = Verdict(compared(losses))
    assert repr(verdict[0]).startswith("Pair(A and B: A wins, ratio 0.484 (0.45 to ")  # ∛(1/2 · 11/23 · 9/19)
    assert repr(verdict[1]) == "Pair(A and C: cannot tell)"
    header, rows = verdict.records()
    assert rows[0][header.index("better")] == "A" and isinstance(rows[0][header.index("ratio")], float)
    assert rows[1][header.index("ratio")] is None and rows[1][header.index("b_failed")] == 1
    assert "<td>A</td><td>B</td><td>wins</td>" in verdict._repr_html_()
    assert list(pytest.importorskip("pandas").DataFrame(rows, columns=header)["a"]) == list(verdict.to_frame()["a"])


def test_records_are_numbers(result):
    header, [sgd, _] = result.table.records()
    of = dict(zip(header, sgd, strict=True))
    assert isinstance(of["lr"], float) and isinstance(of["training_loss_median"], float) and of["finished"] == 2


def test_a_race_has_records_too():
    result = zeronet.race("valley", ["sgd:lr=0.5", "adagrad"], steps=4)
    header, rows = result.table.records()
    assert header == ["optimizer", "lr", "eps", "outcome", "updates", "x", "y", "f"]
    assert rows[0][3:5] == ["finished", 4]
    assert rows[0][5] == pytest.approx(-7 * 0.95**4)
    assert repr(result) == "Result(valley: SGD lr=0.5, AdaGrad; 2 runs; .table, .figure, .runs)"


def test_without_pandas_one_line_names_it(result, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="to_frame needs pandas: pip install pandas"):
        result.to_frame()


def test_networks_and_optimizers_are_shown_too():
    html = zeronet.TwoLayerNet(784, 50, 10)._repr_html_()
    assert "<td>Affine</td><td>50</td><td>39,250</td>" in html
    html = zeronet.RMSProp(lr=0.002)._repr_html_()
    assert "<td>lr</td><td>0.002</td>" in html and "h ← ρ h + (1 − ρ) g ⊙ g" in html
    unknown = zeronet.Network([zeronet.nn.layers.ReLU(), zeronet.nn.layers.BatchNormalization(3)])
    assert "ReLU()" in unknown._repr_html_()
