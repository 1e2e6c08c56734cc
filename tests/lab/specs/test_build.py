"""Schedules, transforms and dialects as plain settings: on the command line, in protocols, under --tune."""

import json
import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

import train
from zeronet import (
    L2,
    SGD,
    AdaGrad,
    Adam,
    ClipNorm,
    ClipValue,
    Cosine,
    Momentum,
    Optimizer,
    RMSProp,
    Step,
    Warmup,
    WeightDecay,
)
from zeronet.common.errors import UserError
from zeronet.lab.dialects import DIALECTS
from zeronet.lab.specs import spec as specs
from zeronet.lab.specs.build import TRANSFORMS, assemble, settings_of
from zeronet.lab.specs.catalogue import catalogue, reference_of
from zeronet.lab.specs.spec import from_object, from_protocol, parse, with_settings
from zeronet.lab.tuning.grid import trial
from zeronet.optimizers import OPTIMIZERS, Muon
from zeronet.optimizers.schedules import SCHEDULES

SPECS = {
    "adam:lr=0.1,schedule=cosine,warmup=20": Adam(Warmup(Cosine(0.1, 80), 20)),
    "adam:lr=0.1,schedule=cosine,horizon=50,end=0.5": Adam(Cosine(0.1, 50, 0.5)),
    "sgd:schedule=step,every=30": SGD(Step(0.01, 30)),
    "sgd:clip_norm=1": SGD().with_transforms(ClipNorm(1)),
    "momentum:l2=0.1,decay=all,clip_value=2": Momentum().with_transforms(ClipValue(2), L2(0.1, "all")),
    "adagrad:weight_decay=0.1,clip_norm=1,l2=0.2,clip_value=3": AdaGrad().with_transforms(
        ClipValue(3), ClipNorm(1), L2(0.2), WeightDecay(0.1)
    ),
    "rmsprop:dialect=keras": DIALECTS[RMSProp]["keras"](),
    "rmsprop:dialect=pytorch,alpha=0.5,schedule=cosine,clip_norm=1": DIALECTS[RMSProp]["pytorch"](
        Cosine(0.01, 100), 0.5
    ).with_transforms(ClipNorm(1)),
    "adagrad:DIALECT=Optax,Initial_Accumulator_Value=2,Clip_Norm=1": DIALECTS[AdaGrad]["optax"](
        start=2
    ).with_transforms(ClipNorm(1)),
    "sgd:dialect=pytorch,momentum=0.9,dampening=0.5,weight_decay=0.1,clip_norm=1": DIALECTS[SGD]["pytorch"](
        momentum=0.9, dampening=0.5, weight_decay=0.1
    ).with_transforms(ClipNorm(1)),
    "rmsprop:dialect=pytorch,centered=true,momentum=0.5,maximize=true": DIALECTS[RMSProp]["pytorch"](
        centered=True, momentum=0.5, maximize=True
    ),
    "adam:dialect=keras,amsgrad=true,weight_decay=0.1": DIALECTS[Adam]["keras"](amsgrad=True, weight_decay=0.1),
    "adam:dialect=sklearn,learning_rate_init=0.1": DIALECTS[Adam]["sklearn"](0.1),
    "muon:dialect=pytorch,ns_steps=6,weight_decay=0": DIALECTS[Muon]["pytorch"](ns_steps=6, weight_decay=0),
}
every_spec = pytest.mark.parametrize(("text", "meant"), SPECS.items(), ids=SPECS)


@every_spec
def test_text_becomes_the_optimizer_that_is_meant(text, meant):
    assert repr(parse(text, steps=100).build()) == repr(meant)


@every_spec
def test_objects_become_what_the_command_line_would_have_said(text, meant):
    spec, said = from_object(meant), parse(text, steps=100)
    assert (spec.target, spec.settings, repr(spec.build())) == (said.target, said.settings, repr(meant))


@every_spec
def test_settings_are_plain_complete_and_bring_the_optimizer_back(text, meant):
    spec = parse(text, steps=100)
    about = json.loads(json.dumps(spec.to_dict()))
    assert from_protocol(about) == spec
    again = assemble(OPTIMIZERS[spec.target], spec.settings)
    assert repr(again) == repr(meant)
    assert settings_of(again) == spec.settings


@every_spec
def test_tuning_varies_the_peak_and_nothing_else(text, meant):
    spec = parse(text, steps=100)
    tuned = trial(spec, 0.007, {})
    assert {**tuned.settings, "lr": None} == {**spec.settings, "lr": None}
    assert tuned.settings["lr"] == 0.007
    optimizer = tuned.build()
    if optimizer.schedule is None:
        assert optimizer.lr == 0.007
    else:
        assert max(optimizer.schedule(k) for k in range(100)) == 0.007


def test_labels_tell_what_was_given_and_no_more():
    spec = parse("adam:schedule=cosine,warmup=20", steps=100)
    assert spec.label == "Adam schedule=cosine,warmup=20"
    assert spec.settings["horizon"] == 100
    assert parse("keras=rmsprop:dialect=keras").label == "keras"
    assert from_object(SGD(Cosine(0.1, 50))).label == "SGD lr=0.1,schedule=cosine,horizon=50"


def test_a_dialect_keeps_its_own_defaults_and_takes_the_problem_s_rate():
    assert parse("rmsprop:dialect=pytorch").settings == {"lr": 0.01, "rho": 0.99, "eps": 1e-8, "dialect": "pytorch"}
    assert parse("rmsprop:dialect=pytorch", rates={"RMSProp": 0.3}).settings["lr"] == 0.3
    assert parse("rmsprop:dialect=pytorch", lr=0.5).settings["lr"] == 0.5
    assert with_settings(parse("rmsprop:dialect=pytorch"), {"rho": 0.5}).build().rho == 0.5
    assert with_settings(parse("rmsprop:dialect=pytorch"), {"centered": True}).settings["centered"] is True


def test_a_schedule_that_was_handed_over_without_a_name_of_ours_is_kept_as_an_object():
    spec = from_object(SGD(lambda k: 1 / (k + 1)))
    assert spec.instance is not None
    assert spec.build().schedule(1) == 0.5


def test_transforms_in_another_order_are_kept_as_an_object():
    spec = from_object(SGD().with_transforms(L2(0.1), ClipNorm(1)))
    assert repr(spec.build()) == "SGD(lr=0.01).with_transforms(L2(0.1, 'weights'), ClipNorm(1.0))"


def test_what_an_optimizer_has_itself_is_its_own(tmp_path):
    """AdamW's weight_decay is the one in its equation, and a plug-in may call a setting as it likes."""
    assert type(parse("adamw:weight_decay=0.5").build()) is OPTIMIZERS["AdamW"]
    file = tmp_path / "mine.py"
    file.write_text(
        "from zeronet import Optimizer\n"
        "class Mine(Optimizer):\n"
        "    def __init__(self, lr=0.1, warmup=3, clip_norm=2):\n"
        "        super().__init__(lr=lr, warmup=warmup, clip_norm=clip_norm)\n"
        "    def rule(self, w, g):\n"
        "        w -= self.lr * g\n"
        "class Plain:\n"
        "    def __init__(self, lr=0.1):\n"
        "        self.lr = lr\n"
        "    def update(self, params, grads):\n"
        "        pass\n"
        "class Anything(Plain):\n"
        "    def __init__(self, **settings):\n"
        "        self.settings = settings\n"
    )
    mine = parse(f"{file}:Mine:clip_norm=5,warmup=4,clip_value=1").build()
    assert (mine.clip_norm, mine.warmup, mine.transforms[0].clip_value) == (5, 4, 1)
    with pytest.raises(UserError, match=r"clip_norm needs a class derived from zeronet\.Optimizer"):
        parse(f"{file}:Plain:clip_norm=5")
    with pytest.raises(UserError, match=r"schedule, horizon needs a class derived from zeronet\.Optimizer"):
        parse(f"{file}:Plain:schedule=cosine,horizon=5")
    assert parse(f"{file}:Anything:clip_norm=5,schedule=cosine").build().optimizer.settings == {
        "clip_norm": 5,
        "schedule": "cosine",
    }


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_takes_a_schedule_and_transforms(name):
    optimizer = parse(f"{name}:schedule=polynomial,clip_value=1,l2=0.01", steps=10).build()
    assert optimizer.schedule.horizon == 10
    assert [type(each) for each in optimizer.transforms] == [ClipValue, L2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sgd:schedule=cosin", "did you mean cosine?"),
        ("sgd:schedule=7", "unknown schedule 7"),
        ("sgd:schedule=step", "the schedule step needs every=…"),
        ("sgd:schedule=cosine,warmup=100", "a warm-up of 100 updates leaves none of 100"),
        ("sgd:schedule=cosine,power=2", "SGD has no setting 'power'"),
        ("sgd:warmup=0", "warmup must be an integer of at least 1, not 0"),
        ("sgd:warmup=few", "not 'few'"),
        ("sgd:horizon=5", "SGD has no setting 'horizon'"),
        ("sgd:schedule=cosine,lr=-1", "lr must be positive and finite, not -1"),
        ("sgd:decay=all", "goes with l2 or weight_decay, and needs one of them"),
        ("sgd:l2=0.1,decay=some", "decay must be weights or all, not 'some'"),
        ("rmsprop:decay=0.9", "here it is called rho"),
        ("rmsprop:dialect=tensorflow", "no dialect 'tensorflow': it has book, pytorch, keras, optax"),
        ("signsgd:dialect=keras", "no dialect 'keras': SGD, Momentum"),
        ("rmsprop:dialect=keras,alpha=0.9", "here it is called rho"),
        ("rmsprop:dialect=pytorch,alpha=0.9,rho=0.9", "rho is given twice"),
        ("rmsprop:dialect=pytorch,rho=1", "rho must be in [0, 1)"),
        ("adagrad:dialect=keras,start=-1", "start must be at least 0"),
    ],
)
def test_mistakes_end_in_one_line_that_helps(text, words):
    with pytest.raises(UserError) as mistake:
        parse(text, steps=100)
    assert words in str(mistake.value)
    assert "\n" not in str(mistake.value)


def test_without_steps_a_schedule_asks_for_its_horizon():
    with pytest.raises(UserError, match="the schedule cosine needs horizon=…"):
        parse("sgd:schedule=cosine")


def test_the_command_line_fills_the_horizon_in_from_the_length_of_the_runs(tmp_path, capsys):
    network = ["--problem", "digits", "--seeds", "1", "--jobs", "1", "--quiet", "--out", str(tmp_path / "a")]
    spec = "adam:lr=0.01,schedule=cosine,warmup=5"
    assert train.main([*network, "--epochs", "2", "--optimizer", spec]) == 0
    protocol = json.loads((tmp_path / "a" / "protocol.json").read_text())
    assert protocol["optimizers"][0]["settings"]["horizon"] == protocol["steps"] == 22
    again = ["--protocol-file", str(tmp_path / "a" / "protocol.json"), "--jobs", "1", "--quiet"]
    assert train.main([*again, "--out", str(tmp_path / "b")]) == 0
    assert (tmp_path / "a" / "curves.csv").read_bytes() == (tmp_path / "b" / "curves.csv").read_bytes()
    valley = ["--problem", "valley", "--optimizer", "sgd:schedule=cosine,clip_norm=1", "--quiet"]
    assert train.main([*valley, "--out", str(tmp_path / "c")]) == 0
    settings = json.loads((tmp_path / "c" / "protocol.json").read_text())["optimizers"][0]["settings"]
    assert settings == {"lr": 0.95, "schedule": "cosine", "horizon": 30, "end": 0.0, "clip_norm": 1.0}
    assert "Adam" in capsys.readouterr().out


def test_digests_know_schedules_transforms_and_dialects_but_not_labels():
    from zeronet.lab.runner.plan import Plan

    problem = {"name": "p", "address": "p", "digest": "d", "source": "s", "train": 9, "test": 9}
    problem |= {"input_size": 2, "classes": 2}
    texts = ["sgd", "sgd:clip_norm=1", "sgd:schedule=cosine", "sgd:dialect=keras", "sgd:l2=1", "sgd:l2=1,decay=all"]
    named = [replace(parse(text, steps=10), label=str(k)) for k, text in enumerate([*texts, texts[1]])]
    plan = Plan(problem, tuple(named), (0,), 10, batch_size=3)
    digests = [cell.digest for cell in plan.cells()]
    assert len(set(digests)) == len(texts)
    assert digests[-1] == digests[1]


# The catalogue


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("adamw:weight_decay=0.1,decay=all", "its own weight_decay takes all parameters: decay goes with l2"),
        ("sgd:schedule=onecycle,rise=0.2", "unknown schedule 'onecycle': did you mean one-cycle?"),
        ("sgd:schedule=Cosine,horizon=10", "unknown schedule 'Cosine': did you mean cosine?"),
        ("schedulefreesgd:weight_decay=0.1", "WeightDecay cannot reach the weights that ScheduleFreeSGD keeps"),
    ],
)
def test_what_does_not_fit_is_named(text, words):
    with pytest.raises(UserError, match=re.escape(words)):
        parse(text, steps=100)


def test_decay_is_that_of_l2_even_where_a_library_calls_its_mean_so():
    assert parse("rmsprop:dialect=optax,l2=0.1,decay=all").settings["decay"] == "all"
    assert parse("rmsprop:dialect=optax,decay=0.8").settings["rho"] == 0.8


def test_soap_may_follow_a_stair():
    assert parse("soap:schedule=step,every=7,renew_every=3").build().schedule(7) == pytest.approx(0.0003)


def test_two_decays_of_one_name_stay_an_object():
    optimizer = OPTIMIZERS["AdamW"]().with_transforms(WeightDecay(0.2))
    assert repr(from_object(optimizer).build()) == repr(optimizer)


def test_the_catalogue_has_each_optimizer_with_equation_defaults_and_reference(capsys):
    assert train.main(["--list-optimizers"]) == 0
    entries = capsys.readouterr().out.split("\n\n")
    for name, entry in zip(OPTIMIZERS, entries, strict=False):
        head, *lines = entry.splitlines()
        assert head.startswith(f"{name}(lr=")
        assert any("w ← " in line for line in lines)
        assert re.search(r"\b(19|20)\d\d$", re.sub(r"\n    dialects: .*", "", entry))
    for name in (*SCHEDULES, *TRANSFORMS):
        assert name in entries[-1]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_names_its_source(name):
    assert 20 < len(reference_of(OPTIMIZERS[name])) < 200


def test_installed_plug_ins_are_listed_whether_they_can_be_loaded_or_not(monkeypatch, tmp_path):
    (tmp_path / "elsewhere_catalogue.py").write_text(
        "class Still:\n"
        '    """Stay.\n\n        w ← w\n\n    lr: ignored.\n    """\n\n'
        "    def __init__(self, lr=0.5):\n        pass\n\n"
        "    def update(self, params, grads):\n        pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    entries = [SimpleNamespace(name=n, value=f"{n}_catalogue:Still") for n in ("elsewhere", "nowhere")]
    monkeypatch.setattr(specs.metadata, "entry_points", lambda group: entries)
    text = catalogue()
    assert "elsewhere(lr=0.5)\n    w ← w\n    installed plug-in, elsewhere_catalogue:Still" in text
    assert "nowhere\n    installed plug-in, nowhere_catalogue:Still: there is no module" in text


def test_a_class_of_one_s_own_is_no_dialect_of_ours():
    class Mine(Optimizer):
        def __init__(self, lr=0.1):
            super().__init__(lr=lr)

        def rule(self, w, g):
            w -= self.lr * g

    spec = from_object(Mine(Cosine(0.1, 9)).with_transforms(ClipNorm(1)))
    assert spec.instance is not None
    assert spec.settings == {"lr": 0.1, "schedule": "cosine", "horizon": 9, "end": 0.0, "clip_norm": 1.0}
