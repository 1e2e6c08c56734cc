"""The documentation site: what it is made of is there. `make docs` builds it; warnings and dead links are errors."""

import re
import runpy
from pathlib import Path

import pytest

import zeronet

DOCS = Path(zeronet.__file__).parents[1] / "docs"
LESSONS = sorted((DOCS / "lessons").glob("*.md"))
pytestmark = pytest.mark.skipif(not LESSONS, reason="not a checkout")


def test_the_citation_names_this_version():
    assert f"version: {zeronet.__version__}\n" in (DOCS.parent / "CITATION.cff").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
def test_every_lesson_has_an_exercise_with_a_hidden_answer(path):
    last = path.read_text(encoding="utf-8").partition("## Exercise")[2]
    assert ":tags: [hide-cell]" in last


@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
def test_every_lesson_is_there_in_japanese_with_the_same_cells(path):
    english, japanese = (each.read_text(encoding="utf-8") for each in (path, path.parent / "ja" / path.name))
    assert japanese.count("{{cell}}") == english.count("```{code-cell}")
    assert japanese.count("\n## ") == english.count("\n## ")


def test_every_optimizer_has_its_effects_and_every_command_its_page():
    pages = runpy.run_path(str(DOCS / "pages.py"))
    assert pages["effects"]().keys() == zeronet.optimizers.OPTIMIZERS.keys()
    ((_, commands),) = pages["command_page"]()
    assert re.findall(r"^## zeronet (.+)", commands, re.MULTILINE) == list(zeronet.cli.COMMANDS)
    assert "--tune-range" in commands
