"""README.ja.md says what README.md says, its two training loops learn, and the names in its tables exist."""

import ast
import io
import re
import tokenize
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import zeronet
from zeronet.lab.specs.aliases import our_class

ROOT = Path(__file__).resolve().parents[1]
# What README.ja.md has beyond README.md stands under one heading.
EXTRA = "『ゼロから作るDeep Learning』との対応"

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`([^`\n]+)`")
TARGET = re.compile(r"\]\(([^)\s]+)\)")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def without_code(text):
    return FENCE.sub("", text)


def sections(text):
    """Heading → text, in order; what stands above the first heading of the second level has the heading ""."""
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    return {"": parts[0]} | dict(zip(parts[1::2], parts[2::2], strict=True))


ENGLISH, JAPANESE = sections(read("README.md")), sections(read("README.ja.md"))
CORRESPONDENCE = JAPANESE.pop(EXTRA)
PAIRS = list(zip(ENGLISH.values(), JAPANESE.values(), strict=False))  # a section too few or many has its own test
every_section = pytest.mark.parametrize(
    ("english", "japanese"), PAIRS, ids=[name or "begin" for name in ENGLISH][: len(PAIRS)]
)


def test_both_have_as_many_sections_and_their_headings_have_the_same_levels():
    assert len(ENGLISH) == len(JAPANESE), f"{list(ENGLISH)} and {list(JAPANESE)}"
    levels = [
        [re.findall(r"^#+(?= )", without_code(text), re.MULTILINE) for text in readme.values()]
        for readme in (ENGLISH, JAPANESE)
    ]
    assert levels[0] == levels[1]


# Code


def without_comments(language, code):
    """What remains of a code block without its comments: Python as tokens, anything else as lines."""
    if language != "python":
        return [re.sub(r"\s+#.*", "", line) for line in code.splitlines()]
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return [(token.type, token.string) for token in tokens if token.type not in (tokenize.COMMENT, tokenize.NL)]


def commands(text):
    """The lines in blocks without a language that a reader types, in order, without their comments."""
    lines = [line for language, code in FENCE.findall(text) if not language for line in without_comments("", code)]
    return [line for line in lines if re.match(r"(python|make|uv|py)\b", line)]


@every_section
def test_commands_are_the_same_in_the_same_order(english, japanese):
    assert commands(english) == commands(japanese)


def test_the_readme_has_commands_in_its_code_blocks():
    assert "make train" in commands(ENGLISH[""])
    assert sum(len(commands(text)) for text in ENGLISH.values()) > 5


@every_section
def test_code_blocks_are_the_same_in_the_same_order_apart_from_comments(english, japanese):
    blocks = [
        [(language, without_comments(language, code)) for language, code in FENCE.findall(text)]
        for text in (english, japanese)
    ]
    assert blocks[0] == blocks[1]


@every_section
def test_code_inside_sentences_and_tables_is_the_same(english, japanese):
    """In any order within a section: the two languages put their words in different orders."""
    spans = [sorted(INLINE_CODE.findall(without_code(text))) for text in (english, japanese)]
    assert spans[0] == spans[1]


# Links, figures, numbers, tables


def targets(text):
    return TARGET.findall(INLINE_CODE.sub("", without_code(text)))


@every_section
def test_links_and_figures_are_the_same_in_the_same_order(english, japanese):
    other = {"README.ja.md": "README.md"}
    assert [other.get(target, target) for target in targets(english)] == targets(japanese)


def test_every_link_of_the_japanese_readme_and_glossary_leads_somewhere():
    for file in ("README.ja.md", "docs/glossary.ja.md"):
        local = [target for target in targets(read(file)) if not target.startswith("https://")]
        assert local
        assert [target for target in local if not ((ROOT / file).parent / target).exists()] == []


@every_section
def test_numbers_in_sentences_and_tables_are_the_same(english, japanese):
    """In any order; a number that is a word in English is a word in Japanese, too."""
    numbers = [
        sorted(NUMBER.findall(TARGET.sub("", INLINE_CODE.sub("", without_code(text))))) for text in (english, japanese)
    ]
    assert numbers[0] == numbers[1]


@every_section
def test_paragraphs_are_as_many_and_tables_and_lists_have_as_many_rows(english, japanese):
    def paragraphs(text):
        return [bool(part.strip()) for part in re.split(r"\n{2,}", FENCE.sub("code", text).strip())]

    def bars(text):
        return [line.count("|") for line in without_code(text).splitlines() if line.startswith("|")]

    def items(text):
        return len(re.findall(r"^\s*(?:[-*]|\d+\.) ", without_code(text), re.MULTILINE))

    assert paragraphs(english) == paragraphs(japanese)
    assert bars(english) == bars(japanese)
    assert items(english) == items(japanese)


# The book beside zeronet


def test_both_training_loops_learn(monkeypatch, rng):
    """As printed, but for small data: digits, 8×8 = 64 pixels in place of 784, and 600 steps in place of 10,000."""
    monkeypatch.setattr(np.random, "choice", rng.choice)  # the book's loop draws without a seed; the test repeats
    blocks = [code for language, code in FENCE.findall(CORRESPONDENCE) if language == "python"]
    assert ["np.random.choice" in code for code in blocks] == [True, False]
    assert ["Trainer(" in code for code in blocks] == [False, True]
    for code in blocks:
        for ours, small in (('load("mnist")', 'load("digits")'), ("(784,", "(64,"), ("10000", "600")):
            assert code.count(ours) == 1
            code = code.replace(ours, small)
        names = {}
        exec(code, names)
        losses, net, data = names["losses"], names["net"], names["data"]
        assert data.name == "digits"
        assert len(losses) == 600
        assert np.mean(losses[:10]) == pytest.approx(np.log(10), abs=0.05)  # so far it guesses
        assert np.mean(losses[-10:]) < 0.5
        assert net.accuracy(data.x_test, data.t_test) > 0.8


# Tables of names


def rows(text, columns):
    """The cells of every table row, without the heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    heads = [number - 1 for number, row in enumerate(cells) if set("".join(row)) == {"-"}]
    assert heads
    assert {len(row) for row in cells} == {columns}
    return [row for number, row in enumerate(cells) if number not in heads and number - 1 not in heads]


def names_in(node):
    """What a piece of code gives names to: classes, functions, arguments, variables, attributes."""
    names = set()
    for each in ast.walk(node):
        match each:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.arg(arg=name) | ast.alias(name=name):
                names.add(name)
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                names.add(name)
    return names


def members(node):
    """The methods of a class, what its body assigns, and what its methods assign to self."""
    names = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
    for each in node.body:
        if isinstance(each, ast.Assign | ast.AnnAssign):
            names |= names_in(each)
    for each in ast.walk(node):
        match each:
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                names.add(name)
    return names


def is_in(name, path):
    """Whether the file gives something this name; Class.name must be a member of that class."""
    tree = ast.parse(read(path))
    owner, _, member = name.rpartition(".")
    if not owner:
        return member in names_in(tree)
    return any(isinstance(node, ast.ClassDef) and node.name == owner and member in members(node) for node in tree.body)


def code(cell):
    return INLINE_CODE.findall(cell)


BOOK = rows(CORRESPONDENCE, columns=4)
GLOSSARY = rows(read("docs/glossary.ja.md"), columns=5)


def test_a_name_is_found_only_where_it_is():
    assert is_in("AdaGrad.rule", "zeronet/optimizers/adagrad.py")
    assert is_in("h", "zeronet/optimizers/adagrad.py")
    assert not is_in("AdaGrad", "zeronet/optimizers/rmsprop.py")  # its docstrings and comments do not count
    assert not is_in("AdaGrad.forget", "zeronet/optimizers/adagrad.py")
    assert not is_in("Optimizer.value", "zeronet/optimizers/base.py")  # a variable of a method is no member


@pytest.mark.parametrize(("book", "numbers", "ours", "place"), BOOK, ids=[row[2] for row in BOOK])
def test_what_stands_beside_the_book_exists_and_its_docstring_has_the_numbers(book, numbers, ours, place):
    assert book
    (path,) = code(place)
    names = code(ours)
    assert names
    assert [name for name in names if not is_in(name, path)] == []
    given = NUMBER.findall(numbers)
    assert bool(given) == (numbers != "—")
    if given:
        thing = getattr(import_module(path.removesuffix(".py").replace("/", ".")), names[0])
        assert set(given) <= set(NUMBER.findall(thing.__doc__))


def test_the_names_of_the_book_that_zeronet_answers_are_in_the_table():
    table = {theirs: code(ours)[0] for book, _, ours, _ in BOOK for theirs in code(book)[:1]}
    book_names = {"RMSprop", "Relu", "SoftmaxWithLoss"}
    assert {theirs: table[theirs] for theirs in book_names} == {
        theirs: our_class(theirs, zeronet.__all__) for theirs in book_names
    }


def test_every_optimizer_of_the_book_is_in_the_table():
    of_the_book = {name for name, kind in zeronet.optimizers.OPTIMIZERS.items() if "ゼロから作る" in kind.__doc__}
    assert of_the_book >= {"SGD", "Momentum", "AdaGrad", "RMSProp"}
    assert of_the_book <= {code(ours)[0] for _, _, ours, _ in BOOK}


@pytest.mark.parametrize(("word", "english", "names", "place", "meaning"), GLOSSARY, ids=[row[1] for row in GLOSSARY])
def test_the_names_in_the_glossary_exist_where_it_says(word, english, names, place, meaning):
    assert all((word, english, meaning))
    (path,) = code(place)
    assert code(names)
    assert [name for name in code(names) if not is_in(name, path)] == []


def test_no_word_stands_twice_in_the_glossary():
    words = [row[0] for row in GLOSSARY]
    assert len(set(words)) == len(words)
