"""The pages that are written: what is in them, and that nothing in a label becomes HTML."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import train
import zeronet
from tests.support.problems import save_largest_of_three
from zeronet.lab.web.explorer import explorer_page
from zeronet.lab.web.page import HERE, texts
from zeronet.lab.web.rates import OTHER_RATES, best_rate
from zeronet.landscapes import LANDSCAPES
from zeronet.locale import JAPANESE, language
from zeronet.optimizers import OPTIMIZERS

EXPLORER = Path(zeronet.__file__).parents[1] / "docs" / "explorer.html"
SHORT = ["--steps", "20", "--seeds", "2", "--batch-size", "10", "--hidden", "8", "--jobs", "1", "--quiet"]
EVIL = "<!--<script>"


def data_of(path, name):
    """The JSON inside a page."""
    text = path.read_text(encoding="utf-8")
    return json.loads(re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', text, re.DOTALL)[1])


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_largest_of_three("own.npz")
    return tmp_path


@pytest.mark.skipif(not EXPLORER.exists(), reason="not a checkout")
def test_the_page_in_the_tree_is_what_the_code_makes_today():
    assert EXPLORER.read_text(encoding="utf-8") == explorer_page(), "make explorer writes it"


def test_every_text_of_the_pages_has_a_japanese_one():
    sources = [path.read_text(encoding="utf-8") for pattern in ("*.html", "*.js") for path in HERE.glob(pattern)]
    assert len(texts(*sources)) > 30
    assert [words for words in texts(*sources) if words not in JAPANESE] == []


@pytest.mark.parametrize(("landscape", "name"), [("valley", "SignSGD"), ("himmelblau", "Yogi")])
def test_the_rates_are_those_of_the_rule(landscape, name):
    kind, steps = LANDSCAPES[landscape], {"valley": 30, "himmelblau": 50}[landscape]
    assert best_rate(kind(), OPTIMIZERS[name], steps) == OTHER_RATES[landscape][name]


def test_a_race_writes_the_explorer_with_itself_loaded(here, capsys):
    options = ["--problem", "valley", "--optimizer", f"{EVIL}=adagrad:lr=1.5", "lars:lr=1", "adam:lr=0.3,clip_norm=1"]
    assert (
        train.main([*options, "sgd:lr=0.9", "--steps", "7", "--html", "--out", "out", "--quiet", "--lang", "ja"]) == 0
    )
    out, err = capsys.readouterr()
    assert str(Path("out") / "race.html") in out
    assert "leaves out LARS lr=1, Adam" in err
    page = here / "out" / "race.html"
    assert EVIL not in page.read_text(encoding="utf-8")
    race = data_of(page, "race")
    assert (race["landscape"], race["start"], race["steps"], race["lang"]) == ("valley", [-7, 2], 7, "ja")
    assert [(runner["kind"], runner["settings"]["lr"]) for runner in race["runners"]] == [
        ("AdaGrad", 1.5),
        ("SGD", 0.9),
    ]


def test_an_optimizer_of_ones_own_is_in_the_page_too(here):
    (here / "mine.py").write_text(
        "from zeronet import Optimizer\n\n\nclass Halved(Optimizer):\n    def __init__(self, lr=0.5):\n"
        "        super().__init__(lr=lr)\n\n    def rule(self, w, g):\n        w -= self.lr * g / 2\n"
    )
    assert (
        train.main(["--problem", "valley", "--optimizer", "mine.py:Halved", "--html", "--out", "out", "--quiet"]) == 0
    )
    assert '"Halved": {' in (here / "out" / "race.html").read_text(encoding="utf-8")


def test_a_page_without_any_optimizer_is_refused(here, capsys):
    assert train.main(["--problem", "valley", "--optimizer", "lars:lr=1", "--html", "--out", "out", "--quiet"]) == 2
    assert "cannot run in a browser" in capsys.readouterr().err
    assert not (here / "out" / "paths.csv").exists()


def test_a_comparison_writes_its_curves_and_table(here, capsys):
    options = ["--problem", "own.npz", "--optimizer", f"{EVIL}=sgd", "adam", "--html", "--out", "out", *SHORT]
    assert train.main(options) == 0
    assert "comparison.html" in capsys.readouterr().out
    page = here / "out" / "comparison.html"
    text = page.read_text(encoding="utf-8")
    assert EVIL not in text
    assert "&lt;!--&lt;script&gt;" in text
    assert len(text) < 6_000_000
    data = data_of(page, "data")
    assert list(data["looks"]) == [EVIL, "Adam"]
    loss, accuracy = data["charts"]
    assert [len(series["x"]) for series in loss["series"]] == [20, 20]
    assert accuracy["series"][1]["x"][-1] == 20
    rows = [row.split(",") for row in (here / "out" / "curves.csv").read_text().splitlines()]
    first = [float(loss) for label, _, step, loss in rows if (label, step) == ("Adam", "0")]
    assert loss["series"][1]["y"][0] == pytest.approx(np.median(first), rel=1e-4)


def test_a_tuned_comparison_writes_its_verdict(here):
    options = ["--problem", "own.npz", "--optimizer", "sgd", "adam", "--tune", "3", "--html", "--out", "out"]
    with language("en"):
        assert train.main([*options, "--train-size", "60", "--validation-size", "20", *SHORT]) == 0
    text = (here / "out" / "verdict.html").read_text(encoding="utf-8")
    sentences = [line for line in text.splitlines() if line.strip().startswith("<p>")]
    assert any("This holds for" in line for line in sentences)
    landscape = ["--problem", "valley", "--optimizer", "sgd", "--tune", "3", "--steps", "5", "--seeds", "2", "--quiet"]
    assert train.main([*landscape, "--jobs", "1", "--html", "--out", "plane"]) == 0
    (chart,) = data_of(here / "plane" / "verdict.html", "data")["charts"]
    assert chart["name"] == "f − f_min"


def test_html_is_not_for_the_ladder(here, capsys):
    assert train.main(["--problem", "own.npz", "--protocol", "book", "--html", "--out", "out", *SHORT]) == 2
    assert "--html is not for --protocol book" in capsys.readouterr().err
