"""Classes from files and modules: found, run from their text, and blamed with their own file and line."""

import pickle

import pytest

from tests.support.articles import ADAGRAD
from zeronet.common.errors import UserError
from zeronet.lab.runner.plan import plugins_of_protocol
from zeronet.lab.specs.networks import networks_of
from zeronet.lab.specs.plugins import Plugin, explained, located
from zeronet.lab.specs.spec import from_protocol, parse


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "手書き my.py"
    path.write_text(ADAGRAD, encoding="utf-8")
    return path


def test_a_class_in_a_file(file):
    spec = parse(f"{file}:AdaGrad:lr=0.1")
    assert (spec.label, spec.settings) == ("AdaGrad lr=0.1", {"lr": 0.1})
    assert spec.target == f"{file}:AdaGrad"
    assert type(spec.build()).__name__ == "Adapted"


def test_a_worker_needs_the_text_only(file):
    spec = pickle.loads(pickle.dumps(parse(f"{file}:AdaGrad")))
    file.unlink()
    params = {"x": 1.0}
    spec.build().optimizer.update(params, {"x": 2.0})
    assert params["x"] == pytest.approx(1 - 0.01)


def test_the_digest_is_that_of_the_text(file):
    before = parse(f"{file}:AdaGrad")
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert parse(f"{file}:AdaGrad").plugin.digest == before.plugin.digest  # another system's line ends
    file.write_text(ADAGRAD.replace("1e-7", "1e-8"), encoding="utf-8")
    assert parse(f"{file}:AdaGrad").plugin.digest != before.plugin.digest
    with pytest.raises(UserError, match="not the one that the protocol was made with"):
        from_protocol(before.to_dict())


def test_a_file_may_import_its_neighbours(tmp_path):
    (tmp_path / "neighbour_of_plugin.py").write_text("RATE = 0.25\n")
    (tmp_path / "mine.py").write_text(
        "from neighbour_of_plugin import RATE\nclass A:\n    def __init__(self, lr=RATE):\n        self.lr = lr\n"
        "    def update(self, params, grads):\n        pass\n"
    )
    assert parse(f"{tmp_path / 'mine.py'}:A").settings == {"lr": 0.25}


def test_a_class_in_a_module(tmp_path, monkeypatch):
    (tmp_path / "module_with_optimizer.py").write_text(ADAGRAD)
    monkeypatch.chdir(tmp_path)  # also one of the current folder
    spec = parse("module_with_optimizer:AdaGrad")
    assert (spec.label, spec.target) == ("AdaGrad", "module_with_optimizer:AdaGrad")
    assert pickle.loads(pickle.dumps(spec)).build() is not None


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("class A\n", "A", "line 1: SyntaxError"),
        ("x = np.zeros(3)\n", "A", "line 1: NameError: name 'np' is not defined (add: import numpy as np)"),
        ("\n\nraise SystemExit\n", "A", "line 3: SystemExit"),
        ("class A:\n    pass\n", "A", "no method update"),
        (ADAGRAD, "B", "has no class 'B', but AdaGrad"),
        ("A = 7\n", "A", "has no class 'A' and none with update"),
        (ADAGRAD, "adagrad.py", "does not name its class"),
        (ADAGRAD.replace("lr=0.01", "lr"), "AdaGrad", "missing 1 required positional argument: 'lr'"),
        (
            ADAGRAD.replace("self.h = None", "self.h = math.nan"),
            "AdaGrad",
            "line 7: NameError: name 'math' is not defined",
        ),
    ],
)
def test_mistakes_name_the_file_in_one_line(tmp_path, text, name, words):
    path = tmp_path / "mine.py"
    path.write_text(text)
    with pytest.raises(UserError) as mistake:
        parse(f"{path}:{name}")
    assert words in str(mistake.value)
    assert "mine.py" in str(mistake.value)
    assert "\n" not in str(mistake.value)


def test_a_plug_in_that_raises_whatever_it_likes_when_loaded_is_named_with_its_line(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("class Odd(BaseException):\n    pass\n\n\nraise Odd('x')\n")
    with pytest.raises(UserError, match=r"mine\.py, line 5: Odd: x"):
        parse(f"{path}:A")


def test_a_class_that_answers_no_question_is_named_with_its_line(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(
        "class Mute(type):\n    def __getattribute__(cls, name):\n        raise RuntimeError(name)\n\n\n"
        "class A(metaclass=Mute):\n    def update(self, params, grads):\n        pass\n"
    )
    with pytest.raises(UserError, match=r"mine\.py, line 3: RuntimeError: update"):
        parse(f"{path}:A")
    problem = {"name": "digits", "input_size": 64, "classes": 10}
    with pytest.raises(UserError, match=r"mine\.py, line 3: RuntimeError"):
        networks_of([f"{path}:A"])[0].fitted(problem, (8, 8), 2)


@pytest.mark.parametrize("folder", ["lr=0.1,x", "a:b=c", "mine=x", "a.py:b=c", "x:y"])
@pytest.mark.parametrize("start", ["", "./", "whole"])
def test_the_separators_of_a_spec_may_be_in_the_path_of_a_file(tmp_path, monkeypatch, folder, start):
    monkeypatch.chdir(tmp_path)
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "my.py").write_text(ADAGRAD)
    path = f"{tmp_path if start == 'whole' else start}{'/' if start == 'whole' else ''}{folder}/my.py"
    for label in ("", "L="):
        spec = parse(f"{label}{path}:AdaGrad:lr=0.5")
        assert (spec.label, spec.settings) == (label[:-1] or "AdaGrad lr=0.5", {"lr": 0.5})
        assert spec.target == f"{tmp_path / folder / 'my.py'}:AdaGrad"


def test_an_object_that_answers_no_question_is_named_with_its_line(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("class A:\n    def __getattribute__(self, name):\n        raise RuntimeError\n    update = print\n")
    with pytest.raises(UserError, match=r"mine\.py, line 3: RuntimeError"):
        parse(f"{path}:A")


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("nowhere.py:A", "the file nowhere.py cannot be read"),
        ("nowhere.py", "write nowhere.py:Class"),
        ("no_such_module:A", "there is no module 'no_such_module'"),
    ],
)
def test_what_is_not_there(target, words):
    with pytest.raises(UserError, match=words):
        located(target)


def test_a_file_that_is_no_text(tmp_path):
    (tmp_path / "mine.py").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="not text in UTF-8"):
        located(f"{tmp_path / 'mine.py'}:A")


def test_an_error_elsewhere_is_shown_where_it_arose():
    try:
        Plugin("mine.py", "A", "").load()
    except UserError as error:
        assert "plugins.py" not in str(error)
    try:
        raise KeyError("W1")
    except KeyError as error:
        assert "test_plugins.py, line" in explained(error, "mine.py")


def test_an_update_that_cannot_be_called_is_the_plug_in_s_fault_not_ours(tmp_path):
    (tmp_path / "mine.py").write_text("class A:\n    def update(self):\n        pass\n")
    spec = parse(f"{tmp_path / 'mine.py'}:A")
    with pytest.raises(TypeError) as error:
        spec.build().update({}, {})
    frames = error.value.__traceback__.tb_next  # without this test's own
    assert explained(error.value.with_traceback(frames), spec.plugin.place).startswith(
        f"{tmp_path / 'mine.py'}: TypeError"
    )


def test_a_module_of_a_protocol_is_not_imported_before_its_digest_is_compared(tmp_path, monkeypatch):
    """Not even its packages, nor the plug-ins beside one that is refused."""
    write = "from pathlib import Path\nPath('sprung').touch()\nclass X:\n    def update(self, params, grads): pass\n"
    (tmp_path / "strangers").mkdir()
    for name in ("strangers/__init__.py", "strangers/module.py", "stranger.py"):
        (tmp_path / name).write_text(write)
    monkeypatch.chdir(tmp_path)
    abouts = [
        {"label": target, "target": target, "settings": {}, "digest": digest}
        for target, digest in [
            (f"{tmp_path / 'stranger.py'}:X", located(f"{tmp_path / 'stranger.py'}:X")[1].digest),
            ("strangers.module:X", "0" * 64),
        ]
    ]
    with pytest.raises(UserError, match="not the one that the protocol was made with"):
        plugins_of_protocol({"optimizers": abouts})
    assert not (tmp_path / "sprung").exists()
    from_protocol(abouts[0])
    assert (tmp_path / "sprung").exists()
