"""The grammar of SPEC, as a table, and what is said of each mistake."""

from types import SimpleNamespace

import pytest

import zeronet
from zeronet import Adam, Optimizer, RMSProp
from zeronet.common.errors import UserError
from zeronet.lab.dialects import DIALECTS
from zeronet.lab.specs import spec as specs
from zeronet.lab.specs.aliases import CLASSES, SETTINGS, our_settings
from zeronet.lab.specs.spec import distinct, from_object, from_protocol, parse, specs_of, split
from zeronet.optimizers import OPTIMIZERS


@pytest.mark.parametrize(
    ("text", "label", "target", "settings"),
    [
        ("sgd", None, "sgd", {}),
        ("sgd:lr=0.5", None, "sgd", {"lr": 0.5}),
        ("sgd: lr = 0.5 ", None, "sgd", {"lr": 0.5}),
        ("adam:lr=1e-3,beta1=0.8", None, "adam", {"lr": 0.001, "beta1": 0.8}),
        ("mine=adam", "mine", "adam", {}),
        ("mine=adam:lr=1", "mine", "adam", {"lr": 1}),
        ("手書き=my.py:慣性:lr=1", "手書き", "my.py:慣性", {"lr": 1}),
        ("my.py:Class", None, "my.py:Class", {}),
        ("my.py:Class:lr=0.1", None, "my.py:Class", {"lr": 0.1}),
        (r"C:\my.py:Class:lr=0.1", None, r"C:\my.py:Class", {"lr": 0.1}),
        (r"c=C:\my.py:Class:lr=0.1", "c", r"C:\my.py:Class", {"lr": 0.1}),
        ("package.module:Class:flag=true,word=cosine", None, "package.module:Class", {"flag": True, "word": "cosine"}),
        ("sgd:lr", None, "sgd:lr", {}),
        ("sgd=2", "sgd", "2", {}),
        ("a=b=c", "a", "b=c", {}),
        ("/tmp/lr=0.1,x/my.py:Class", None, "/tmp/lr=0.1,x/my.py:Class", {}),
        ("m=/tmp/lr=0.1,x/my.py:Class:lr=2", "m", "/tmp/lr=0.1,x/my.py:Class", {"lr": 2}),
    ],
)
def test_grammar(text, label, target, settings):
    assert split(text) == (label, target, settings)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not [LABEL=]TARGET"),
        ("sgd:", "is not [LABEL=]TARGET"),
        ("=sgd", "no label"),
        ("sgd:lr", "'lr' in 'sgd:lr' is not key=value"),
        ("sgd:lr=", "is not key=value"),
        ("sgd:lr=1,", "is not key=value"),
        ("sgd:lr=1,lr=2", "duplicate"),
        ("sgd=2", "unknown optimizer '2'"),
        ("rmsprob", "did you mean RMSProp?"),
        ("xyz", "(SGD, SignSGD, Momentum, Nesterov, AdaGrad"),
        ("gd", "here it is called SGD"),
        ("rmsprop:alpha=0.9", "here it is called rho"),
        ("rmsprop:decay_rate=0.9", "here it is called rho"),
        ("momentum:alpha=0.9", "here it is called momentum"),
        ("sgd:alpha=0.9", "here it is called lr"),
        ("adam:learning_rate=0.9", "here it is called lr"),
        ("sgd:momentum=0.9", "SGD has no setting 'momentum': it has lr"),
        ("sgd:lr=-1", "lr must be positive and finite, not -1"),
        ("sgd:lr=abc", "not 'abc'"),
        ("sgd:lr=nan", "not nan"),
        ("sgd:lr=true", "not True"),
        ("rmsprop:rho=1", "rho must be in [0, 1)"),
        ("sgd:dialect=pytorch,nesterov=true", "torch.optim.SGD cannot have nesterov alone: it can have momentum;"),
        ("sgd:dialect=pytorch,dampening=0.5", "cannot have dampening alone"),
        ("sgd:dialect=pytorch,momentum=0.9,dampening=2", "dampening must be in [0, 1], not 2"),
        ("sgd:dialect=pytorch,momentum=0.9,nesterov=true,dampening=0.5", "momentum and dampening; momentum and nest"),
        ("rmsprop:dialect=pytorch,centered=1", "centered must be true or false, not 1"),
        ("rmsprop:dialect=keras,centered=true", "no setting 'centered': it has lr, rho, eps, weight_decay"),
        ("radam:dialect=pytorch,decoupled_weight_decay=true", "decoupled_weight_decay needs a weight_decay"),
        ("adam:dialect=pytorch,weight_decay=0.1,decay=all", "its own weight_decay takes all parameters"),
        ("adam:amsgrad=true", "Adam has no setting 'amsgrad'"),
        ("muon:dialect=pytorch,ns_steps=0", "ns_steps must be an integer of at least 1, not 0"),
    ],
)
def test_mistakes_end_in_one_line_that_helps(text, words):
    with pytest.raises(UserError) as mistake:
        parse(text)
    assert words in str(mistake.value)
    assert "\n" not in str(mistake.value)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_names_are_read_in_any_case_and_settings_are_complete(name):
    for written in (name, name.lower(), name.upper()):
        spec = parse(written)
        assert (spec.label, spec.target, spec.settings) == (name, name, OPTIMIZERS[name]().settings)
        assert type(spec.build()) is OPTIMIZERS[name]


def test_other_names_stand_for_names_that_exist_as_those_of_the_libraries_do():
    settings = {name for cls in OPTIMIZERS.values() for name in cls().settings}
    assert {name for names in SETTINGS.values() for name in names} <= settings
    assert set(CLASSES.values()) <= set(zeronet.__all__)
    for dialect in (cls for each in DIALECTS.values() for cls in each.values()):
        for ours, theirs in dialect.says.names.items():
            assert theirs in (ours, "", "initial_accumulator_value") or "[" in theirs or ours in our_settings(theirs)


def test_the_label_tells_the_settings_that_were_given():
    assert parse("RMSPROP:LR=0.002,rho=0.95").label == "RMSProp lr=0.002,rho=0.95"
    assert parse("sgd", lr=0.3).label == "SGD lr=0.3"
    assert parse("mine=sgd:lr=0.3").label == "mine"


def test_one_rate_for_all_excludes_a_rate_of_its_own():
    with pytest.raises(UserError, match="one rate"):
        parse("sgd:lr=0.1", lr=0.3)


def test_equal_labels_are_a_mistake_that_explains_labels():
    with pytest.raises(UserError, match="LABEL="):
        distinct([parse("sgd"), parse("SGD")])


def test_builds_are_fresh():
    spec = parse("momentum")
    first = spec.build()
    first.update({"x": 1.0}, {"x": 1.0})
    assert spec.build().v is None


def test_own_objects_become_what_the_command_line_would_have_said():
    assert from_object(RMSProp(lr=0.002)) == parse("rmsprop:lr=0.002")
    assert from_object(Adam()) == parse("adam")
    assert from_object("sgd:lr=2") == parse("sgd:lr=2")


def test_foreign_objects_keep_their_plain_settings_and_are_built_fresh():
    class Counting:
        def __init__(self, lr=0.5):
            self.lr, self.steps = lr, 0

        def update(self, params, grads):
            self.steps += 1

    spec = from_object(Counting(lr=2.0))
    assert (spec.label, spec.settings) == ("Counting", {"lr": 2.0})
    spec.build().optimizer.update({}, {})
    assert spec.build().optimizer.steps == 0


def test_a_class_of_one_s_own_keeps_what_its_init_was_given():
    class Scaled(Optimizer):
        def __init__(self, rate, kind="slow"):
            super().__init__(lr=rate)
            self.kind = kind

        def rule(self, w, g):
            w -= self.lr * g

    built = from_object(Scaled(0.5, "fast")).build()
    assert (built.lr, built.kind, built.t) == (0.5, "fast", 0)


def test_a_class_that_has_the_name_of_ours_is_not_taken_for_it():
    class SGD:
        __slots__ = ()

        def update(self, params, grads):
            pass

    with pytest.raises(UserError):
        from_protocol(from_object(SGD()).to_dict())
    with pytest.raises(UserError, match="hand over"):
        distinct([from_object(SGD()), parse("sgd")])


def test_a_subclass_that_forgets_super_is_told():
    class Forgetful(Optimizer):
        def __init__(self):
            self.lr = 1

    with pytest.raises(UserError, match="super"):
        from_object(Forgetful())


@pytest.mark.parametrize("thing", [7, SimpleNamespace(), Adam])
def test_things_that_are_no_optimizers(thing):
    with pytest.raises(UserError, match="update"):
        from_object(thing)


def test_a_protocol_brings_the_same_spec_back():
    spec = parse("mine=rmsprop:rho=0.8")
    assert from_protocol(spec.to_dict()) == spec


def test_entry_points_are_found_by_name(monkeypatch, tmp_path):
    (tmp_path / "elsewhere_optimizers.py").write_text(
        "class Still:\n    def update(self, params, grads):\n        pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    entry = SimpleNamespace(name="still", value="elsewhere_optimizers:Still")
    monkeypatch.setattr(specs.metadata, "entry_points", lambda group: [entry] * (group == "zeronet.optimizers"))
    spec = parse("STILL")
    assert spec.label == "STILL"
    assert type(spec.build().optimizer).__name__ == "Still"
    with pytest.raises(UserError, match="still"):
        parse("stil")


@pytest.mark.parametrize("label", ["a\nb", "\x1b[31mred", "a\x00", "\x9b31m"])
def test_a_label_cannot_control_a_terminal(label):
    with pytest.raises(UserError, match=r"the label '.*' has control characters or line breaks"):
        distinct(specs_of({label: "sgd"}))
