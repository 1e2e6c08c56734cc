"""README.ja.md keeps in step with README.md, its two training loops learn, and the names in its tables exist."""

import ast
import re
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import zeronet

ROOT = Path(__file__).resolve().parents[1]
EXTRA = "『ゼロから作るDeep Learning』との対応"  # the one section that README.md does not have

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`([^`\n]+)`")
TARGET = re.compile(r"\]\(([^)\s]+)\)")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def sections(text):
    """Heading → text, in order; the text above the first ## has the heading ""."""
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    return {"": parts[0]} | dict(zip(parts[1::2], parts[2::2], strict=True))


ENGLISH, JAPANESE = sections(read("README.md")), sections(read("README.ja.md"))
CORRESPONDENCE = JAPANESE.pop(EXTRA)


def blocks(text):
    """Language and code of each code block, without comments."""
    return [(language, re.sub(r"\s*#.*", "", code)) for language, code in FENCE.findall(text)]


def spans(text):
    """Code inside sentences and tables, in any order: the two languages order their words differently."""
    return sorted(INLINE_CODE.findall(FENCE.sub("", text)))


def targets(text):
    """Links and figures."""
    return TARGET.findall(INLINE_CODE.sub("", FENCE.sub("", text)))


def numbers(text):
    """Numbers in sentences and tables, in any order."""
    return sorted(NUMBER.findall(TARGET.sub("", INLINE_CODE.sub("", FENCE.sub("", text)))))


def test_both_readmes_have_as_many_sections():
    assert len(ENGLISH) == len(JAPANESE), f"{list(ENGLISH)} and {list(JAPANESE)}"


@pytest.mark.parametrize("part", [blocks, spans, targets, numbers])
@pytest.mark.parametrize("number", range(len(ENGLISH)), ids=[name or "begin" for name in ENGLISH])
def test_code_links_figures_and_numbers_are_the_same(part, number):
    english, japanese = (list(readme.values())[number] for readme in (ENGLISH, JAPANESE))
    assert part(english.replace("(README.ja.md)", "(README.md)")) == part(japanese)


@pytest.mark.parametrize(
    "file", ["README.md", "README.ja.md", *sorted(f"docs/{p.name}" for p in ROOT.glob("docs/*.md"))]
)
def test_every_link_leads_somewhere(file):
    local = [target for target in targets(read(file)) if not target.startswith(("https://", "#"))]
    assert [target for target in local if not ((ROOT / file).parent / target).exists()] == []


def test_both_training_loops_learn(monkeypatch, rng):
    """As printed, but for small data: digits, 8×8 = 64 pixels in place of 784, and 600 steps in place of 10,000."""
    monkeypatch.setattr(np.random, "choice", rng.choice)  # the book's loop draws without a seed
    loops = [code for language, code in FENCE.findall(CORRESPONDENCE) if language == "python"]
    assert [("np.random.choice" in code, "Trainer(" in code) for code in loops] == [(True, False), (False, True)]
    for code in loops:
        for ours, small in (('load("mnist")', 'load("digits")'), ("(784,", "(64,"), ("10000", "600")):
            assert code.count(ours) == 1
            code = code.replace(ours, small)
        names = {}
        exec(code, names)
        losses, net, data = names["losses"], names["net"], names["data"]
        assert len(losses) == 600
        assert np.mean(losses[:10]) == pytest.approx(np.log(10), abs=0.05)  # at first it guesses
        assert np.mean(losses[-10:]) < 0.5
        assert net.accuracy(data.x_test, data.t_test) > 0.8


def rows(text):
    """The cells of every table row, without the heads."""
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for t in tables for line in t.splitlines()[2:]]


def names_in(node):
    """What a piece of code gives names to: classes, functions, arguments, variables, attributes."""
    for child in ast.walk(node):
        match child:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.arg(arg=name) | ast.alias(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def is_in(name, path):
    """Whether the file gives something this name; Class.name must be given inside that class."""
    tree = ast.parse(read(path))
    owner, _, member = name.rpartition(".")
    owners = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == owner] if owner else [tree]
    return any(member in names_in(node) for node in owners)


code = INLINE_CODE.findall
BOOK = [row for row in rows(CORRESPONDENCE) if len(row) == 4]
EXPERIMENTS = [row for row in rows(CORRESPONDENCE) if len(row) == 3]
GLOSSARY = rows(read("docs/glossary.ja.md"))


@pytest.mark.parametrize(("book", "numbers", "ours", "place"), BOOK, ids=[row[2] for row in BOOK])
def test_a_name_beside_the_book_exists_and_its_docstring_has_the_numbers(book, numbers, ours, place):
    (path,) = code(place)
    assert code(ours) and all(is_in(name, path) for name in code(ours))
    given = NUMBER.findall(numbers)
    assert bool(given) == (numbers != "—")
    if given:
        thing = getattr(import_module(path.removesuffix(".py").replace("/", ".")), code(ours)[0])
        assert set(given) <= set(NUMBER.findall(thing.__doc__))


def test_the_experiments_are_those_of_the_examples():
    scripts = {code(place)[0] for _, _, place in EXPERIMENTS}
    section = read("examples/README.md").partition("## The book's experiments")[2].partition("\n## ")[0]
    assert {f"examples/{name}" for name in re.findall(r"\]\((\w+\.py)\)", section)} <= scripts
    assert all((ROOT / script).is_file() for script in scripts)


def test_the_table_has_every_optimizer_of_the_book_and_the_names_that_error_messages_translate():
    table = {theirs: code(ours)[0] for book, _, ours, _ in BOOK for theirs in code(book)[:1]}
    for theirs in ("RMSprop", "Relu", "SoftmaxWithLoss"):
        with pytest.raises(AttributeError, match=f"called {table[theirs]}$"):
            getattr(zeronet, theirs)
    of_the_book = {name for name, kind in zeronet.optimizers.OPTIMIZERS.items() if "ゼロから作る" in kind.__doc__}
    assert {"SGD", "Momentum", "AdaGrad", "RMSProp"} <= of_the_book <= {code(ours)[0] for _, _, ours, _ in BOOK}


@pytest.mark.parametrize(("word", "english", "names", "place", "meaning"), GLOSSARY, ids=[row[1] for row in GLOSSARY])
def test_the_names_in_the_glossary_exist_where_it_says(word, english, names, place, meaning):
    (path,) = code(place)
    assert code(names) and all(is_in(name, path) for name in code(names))


def test_the_glossary_has_no_word_twice():
    assert len({row[0] for row in GLOSSARY}) == len(GLOSSARY)
