"""Networks compared as optimizers are: network × optimizer × seed, the same batches, everything else as it was."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import train
from tests.support.folders import bytes_of, rows_of
from tests.support.problems import save_largest_of_three
from zeronet import SGD, Affine, Layer, Network, ReLU, compare
from zeronet.common.errors import UserError
from zeronet.lab.comparison.figure import comparison_figure
from zeronet.lab.comparison.files import read_comparison
from zeronet.lab.runner.execution import processes as execute
from zeronet.lab.runner.protocol import read_protocol
from zeronet.locale import language
from zeronet.nn.layers import register_layer

PLAN = {"steps": 30, "batch_size": 10, "eval_every": 10, "target": 0.5, "jobs": 1}
TWO = ["two-layer:hidden=8", "mlp:hidden=8x2,batch_norm=true"]
OPTIONS = ["--problem", "own.npz", "--network", *TWO, "--optimizer", "sgd", "adam", "--seeds", "2", "--steps", "20"]
OPTIONS += ["--batch-size", "10", "--eval-every", "10", "--target", "0.5", "--quiet"]
NET = """\
import numpy as np
from zeronet import Affine, Layer, Network, register_layer


@register_layer
class Late(Layer):
    passes = 0

    def forward(self, x, train=False):
        Late.passes += train
        if Late.passes > 3:
            raise RuntimeError("tired")
        return x

    def backward(self, dy):
        return dy


def good(input_size, output_size, seed):
    return Network([Affine(input_size, output_size, rng=np.random.default_rng(seed))])


def late(input_size, output_size, seed):
    return Network([Affine(input_size, output_size, rng=np.random.default_rng(seed)), Late()])


def broken(input_size, output_size, seed):
    return Network([Affine(input_size, output_size, rng=np.random.default_rng(seed) / 0)])
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """An empty current folder with a small data set and a plug-in."""
    monkeypatch.chdir(tmp_path)
    save_largest_of_three("own.npz")
    Path("net.py").write_text(NET)
    return OPTIONS


@pytest.fixture(scope="module")
def compared(problem, tmp_path_factory):
    """Two networks with two optimizers. To be read, not changed."""
    out = tmp_path_factory.mktemp("networks") / "out"
    return compare(problem, ["sgd:lr=0.5", "adam"], networks=TWO, seeds=2, out=out, **PLAN)


def test_runs_are_network_by_optimizer_by_seed(compared):
    labels = ["two-layer SGD lr=0.5", "two-layer Adam", "mlp SGD lr=0.5", "mlp Adam"]
    assert list(compared.runs) == [(label, seed) for label in labels for seed in (0, 1)]
    assert all(run.outcome == "finished" for run in compared.runs.values())
    protocol = compared.table.protocol
    assert [about["network"] for about in protocol["optimizers"]] == ["two-layer", "two-layer", "mlp", "mlp"]
    assert protocol["networks"] == [
        {"label": "two-layer", "class": "TwoLayerNet", "hidden_size": 8, "parameters": 6 * 8 + 8 + 8 * 3 + 3},
        {
            "label": "mlp",
            "class": "MultiLayerNet",
            "hidden_sizes": [8, 8],
            "batch_norm": True,
            "parameters": 6 * 8 + 8 + 16 + 8 * 8 + 8 + 16 + 8 * 3 + 3,
        },
    ]
    assert [row["network"] for row in rows_of(compared.folder / "summary.csv")] == ["two-layer"] * 2 + ["mlp"] * 2
    assert "network" not in protocol


def test_a_run_is_the_same_whichever_networks_are_beside_it(problem, compared):
    for k, spec in enumerate(TWO):
        alone = compare(problem, ["sgd:lr=0.5", "adam"], networks=[spec], seeds=2, **PLAN)
        for own, (label, seed) in zip(alone.runs.values(), list(compared.runs)[4 * k :], strict=False):
            run = compared.runs[label, seed]
            assert (own.losses, own.evaluations) == (run.losses, run.evaluations)
            assert own.model["W1"].tobytes() == run.model["W1"].tobytes()


def test_a_single_network_leaves_the_files_as_hidden_sizes_do(problem, tmp_path):
    compare(problem, ["sgd"], hidden_sizes=(8, 8), seeds=1, out=tmp_path / "short", **PLAN)
    compare(problem, ["sgd"], networks=["mlp:hidden=8x2"], seeds=1, out=tmp_path / "long", **PLAN)
    assert bytes_of(tmp_path / "long") == bytes_of(tmp_path / "short")
    protocol = json.loads((tmp_path / "short" / "protocol.json").read_text(encoding="utf-8"))
    assert protocol["network"] == {"class": "MultiLayerNet", "hidden_sizes": [8, 8]}
    assert not {"networks", "first_weights"} & protocol.keys()
    assert "network" not in protocol["optimizers"][0]


class Recorder(Layer):
    """Remember every batch that is trained on."""

    seen: dict[str, list[bytes]] = {}  # noqa: RUF012

    def __init__(self, name=""):
        super().__init__()
        self.name = self.settings["name"] = name

    def forward(self, x, train=False):
        if train:
            self.seen.setdefault(self.name, []).append(x.tobytes())
        return x

    def backward(self, dy):
        return dy


def test_every_network_sees_the_same_batches(problem):
    register_layer(Recorder)

    def narrow(input_size, output_size, seed):
        rng = np.random.default_rng(seed)
        return Network([Recorder("narrow"), Affine(input_size, output_size, rng=rng)])

    def wide(input_size, output_size, seed):
        rng = np.random.default_rng(seed)
        layers = [Affine(input_size, 9, rng=rng), ReLU(), Affine(9, output_size, rng=rng)]
        return Network([Recorder("wide"), *layers])

    compare(problem, [SGD()], networks=[narrow, wide], seeds=2, **PLAN)
    narrow_ones, wide_ones = (Recorder.seen.pop(name) for name in ("narrow", "wide"))
    assert narrow_ones[-60:] == wide_ones[-60:]  # before these: each was tried once
    assert len(set(narrow_ones[-60:])) == 60


def test_first_weights_are_the_same_where_the_protocol_says_so(problem):
    networks = ["mlp:hidden=8x2", "mlp:hidden=8x2,batch_norm=true", "mlp:hidden=9x2"]
    result = compare(problem, ["sgd"], networks=networks, seeds=[3, 4], **PLAN | {"steps": 1, "batch_size": 100})
    plain, normalized = "mlp hidden=8x2", "mlp hidden=8x2,batch_norm=true"
    told = result.table.protocol["first_weights"]
    assert told == {name: [[plain, normalized]] for name in ("W1", "b1", "W2", "b2", "W3")} | {
        "b3": [[plain, normalized, "mlp hidden=9x2"]]  # all 0
    }


@pytest.mark.slow
def test_another_process_and_the_protocol_give_the_same_bytes(own, tmp_path):
    networks = [*TWO, "net.py:good"]
    options = [*own[: own.index("--network") + 1], *networks, *own[own.index("--optimizer") :]]
    assert train.main([*options, "--jobs", "1", "--out", "one"]) == 0
    assert train.main([*options, "--jobs", "2", "--out", "two"]) == 0
    assert train.main(["--protocol-file", "one/protocol.json", "--jobs", "1", "--quiet", "--out", "again"]) == 0
    one = bytes_of(tmp_path / "one")
    assert sum(name.startswith("models") for name in one) == 3 * 2 * 2
    assert bytes_of(tmp_path / "two") == one
    assert bytes_of(tmp_path / "again") == one
    Path("net.py").write_text(NET + "\n# changed\n")
    assert train.main(["--protocol-file", "one/protocol.json", "--out", "refused"]) == 2


@pytest.mark.parametrize("tune", [[], ["--tune", "3"]])
def test_it_goes_on_where_it_was_interrupted(own, tmp_path, monkeypatch, tune):
    own = [*own, *tune]
    assert train.main([*own, "--jobs", "1", "--out", "whole"]) == 0
    made, run_task = [], execute.run_task

    def held(*arguments):
        if len(made) == 5:
            raise KeyboardInterrupt
        made.append(1)
        return run_task(*arguments)

    monkeypatch.setattr(execute, "run_task", held)
    assert train.main([*own, "--jobs", "1", "--out", "out"]) == 130
    finished = bytes_of(tmp_path / "out" / ".runs", ".json", read=lambda path: path.stat().st_mtime_ns)
    assert len(finished) == 5
    monkeypatch.setattr(execute, "run_task", run_task)
    assert train.main([*own, "--jobs", "1", "--out", "out", "--resume"]) == 0
    again = bytes_of(tmp_path / "out" / ".runs", ".json", read=lambda path: path.stat().st_mtime_ns)
    assert again | finished == again
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "whole")
    changed = ["mlp:hidden=9x2" if word == TWO[1] else word for word in own]
    assert train.main([*changed, "--jobs", "1", "--out", "out", "--resume"]) == 2


def test_every_network_is_tuned_with_every_optimizer_on_the_same_budget(problem, tmp_path):
    changes = {name: value for name, value in PLAN.items() if name != "target"}
    result = compare(problem, ["sgd", "adam"], networks=TWO, seeds=2, tune=5, out=tmp_path / "out", **changes)
    labels = ["two-layer SGD", "two-layer Adam", "mlp SGD", "mlp Adam"]
    trials = Counter(row["optimizer"] for row in rows_of(tmp_path / "out" / "tuning.csv"))
    assert trials == dict.fromkeys(labels, 5 * 3)
    assert len(result.verdict) == 6
    assert {pair.a for pair in result.verdict} | {pair.b for pair in result.verdict} == set(labels)
    assert {about["network"] for about in result.table.protocol["tuning"]["asked"]} == {"two-layer", "mlp"}
    text = str(result.table)
    assert text.split("\n")[0].startswith("network, optimizer") or text.startswith("network,")
    assert "two-layer: TwoLayerNet 6–8–3, 83 parameters; mlp: MultiLayerNet 6–8–8–3 batch_norm true" in text


def test_studies_take_networks(problem):
    changes = {name: value for name, value in PLAN.items() if name != "target"} | {"steps": 10}
    result = compare(problem, ["sgd"], networks=TWO, seeds=2, tune=3, studies=2, **changes)
    assert result.table.records()[1][0][:2] == ["two-layer", "mlp"]
    assert len(result.verdict) == 2


@pytest.mark.parametrize(
    ("network", "status", "words"),
    [
        ("net.py:broken", 2, "net.py, line 28: TypeError"),
        ("net.py:nothing", 2, "has no function 'nothing', but Late, good, late, broken"),
        ("mlp:hidden=", 2, "'hidden=' in 'mlp:hidden=' is not key=value"),
        ("cnn", 2, "SimpleConvNet takes images, and own.npz has examples of shape (6,): save x as (N, height, width)"),
        ("net.py:late", 1, "net.py, line 12: RuntimeError: tired"),
    ],
)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_mistakes_have_one_line_with_file_and_line_and_a_status(own, capsys, network, status, words, jobs):
    options = [*own[: own.index("--network") + 1], "two-layer", network, *own[own.index("--optimizer") :]]
    assert train.main([*options, "--jobs", jobs, "--out", "out"]) == status
    shown = capsys.readouterr()
    if status == 2:
        [line] = [line for line in shown.err.splitlines() if not line.startswith("own data")]
        assert words in line
        assert shown.out == ""
    else:
        failed = [line for line in shown.out.splitlines() if " raised: " in line]
        assert len(failed) == 4
        assert all(words in line for line in failed)
        assert len(list(Path("out", "errors").iterdir())) == 4


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--network", "mlp", "--hidden", "5"], "--hidden is the short form of --network: leave one of them out"),
        (["--network", "mlp", "--problem", "valley"], "--network is for networks, not for landscapes"),
        (["--network", "mlp", "cnn", "--problem", "digits", "valley"], "leave out --problem valley"),
        (["--network", "mlp", "mlp", "--problem", "digits"], "two networks are labelled 'mlp': name one with LABEL="),
        (["--network", "mlp:batch_norm=true", "--problem", "digits", "--batch-size", "1"], "at least 2 examples"),
    ],
)
def test_options_that_do_not_go_together(capsys, options, words):
    assert train.main(options) == 2
    assert words in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    "change",
    [
        lambda protocol: protocol["optimizers"][0].pop("network"),
        lambda protocol: protocol["optimizers"][0].update(network="other"),
        lambda protocol: protocol.pop("networks"),
        lambda protocol: protocol["networks"][0].pop("parameters"),
    ],
)
def test_a_protocol_whose_networks_are_damaged_is_refused(compared, tmp_path, change):
    protocol = json.loads((compared.folder / "protocol.json").read_text(encoding="utf-8"))
    change(protocol)
    (tmp_path / "protocol.json").write_text(json.dumps(protocol), encoding="utf-8")
    with pytest.raises(UserError, match=r"protocol\.json"):
        read_protocol(tmp_path / "protocol.json")


def test_the_figure_names_networks_and_what_is_equal(compared):
    for word, equal in (
        ("en", "those of one network start from the same weights"),
        ("ja", "同じネットワークなら同じ重み"),
    ):
        with language(word):
            texts = [text.get_text().replace("\n", " ") for text in comparison_figure(compared.folder).texts]
        assert any("MultiLayerNet 6–8–8–3 batch_norm true" in text for text in texts)
        assert any(equal in text.replace(" ", "") or equal in text for text in texts)


@pytest.mark.drawn
@pytest.mark.slow
def test_the_inside_of_convolutional_networks_can_be_looked_at(tmp_path):
    networks = ["cnn:filters=3,hidden=5", "two-layer:hidden=5"]
    out = tmp_path / "out"
    compare("digits", ["sgd"], networks=networks, seeds=1, steps=2, jobs=1, inspect=True, out=out)
    assert {path.name for path in out.glob("*.png")} == {
        f"{n}.png" for n in ("comparison", "inspection", "pixels", "weights")
    }
    rows = {(row["optimizer"], row["parameter"]) for row in rows_of(out / "inspection.csv")}
    assert ("cnn", "W3") in rows
    assert ("two-layer", "W3") not in rows


def test_a_single_convolutional_network_can_be_looked_at(tmp_path):
    alone = tmp_path / "alone"
    compare("digits", ["sgd"], networks=["cnn:filters=3,hidden=5"], seeds=1, steps=2, jobs=1, inspect=True, out=alone)
    assert read_comparison(alone).protocol["network"] == {
        "class": "SimpleConvNet",
        "image_shape": [1, 8, 8],
        "filters": 3,
        "hidden_size": 5,
    }
