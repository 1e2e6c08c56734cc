"""PyTorch's own table of optimizer configurations, row by row: it is said here, and equal, or has its reason."""

import functools
import pickle
import subprocess
import sys

import numpy as np
import pytest

from zeronet.lab.dialects import dialect_of
from zeronet.lab.specs.spec import parse
from zeronet.optimizers import SGD, AdaDelta, AdaGrad, Adam, AdaMax, AdamW, Muon, NAdam, RAdam, RMSProp, Rprop

# In a process of its own: importing the table changes PyTorch's own settings. It wants a package that only PyTorch's
# tests use. The rows for graphics cards are the rows for the processor and more.
READ = """
import inspect, pickle, sys, types, unittest
sys.modules["expecttest"] = types.SimpleNamespace(TestCase=unittest.TestCase)
import torch
from torch.testing._internal.common_optimizers import optim_db
table = {}
for about in optim_db:
    inputs = about.optim_inputs_func
    typed = {"dtype": torch.float32} if "dtype" in inspect.signature(inputs).parameters else {}
    table[about.optim_cls.__name__] = [row.kwargs for row in inputs("cuda", **typed)]
sys.stdout.buffer.write(pickle.dumps(table))
"""
SAID = {
    **{"Adadelta": AdaDelta, "Adagrad": AdaGrad, "Adam": Adam, "Adamax": AdaMax, "AdamW": AdamW, "Muon": Muon},
    **{"NAdam": NAdam, "RAdam": RAdam, "RMSprop": RMSProp, "Rprop": Rprop, "SGD": SGD},
}
NOT_SAID = {
    "Adafactor": "zeronet has no Adafactor",
    "ASGD": "zeronet has no averaged SGD with its decaying rate",
    "LBFGS": "it evaluates the loss several times in a step, which update(params, grads) cannot",
    "SparseAdam": "it takes sparse gradients only, and zeronet's are arrays",
}
UPDATES, SHAPE = 150, (5, 3)


@functools.cache
def table():
    """Name → the settings of each row."""
    pytest.importorskip("torch", reason="PyTorch is the twin of this table: pip install zeronet-dl[twins]")
    read = subprocess.run([sys.executable, "-c", READ], capture_output=True, check=False)
    assert read.returncode == 0, read.stderr.decode()
    return pickle.loads(read.stdout)


def computed(row):
    """The settings that say what is computed, in float64. capturable says how, on a graphics card."""
    return {name: doubled(value) for name, value in row.items() if name != "capturable"}


def doubled(value):
    if isinstance(value, tuple):
        return tuple(map(doubled, value))
    return value.double() if hasattr(value, "double") else value


def ours_of(cls, row):
    """The row under our names."""
    names = {theirs: ours for ours, theirs in dialect_of(cls, "pytorch").says.names.items()}
    flat = {}
    for name, value in row.items():
        parts = {f"{name}[{k}]": part for k, part in enumerate(value)} if isinstance(value, tuple) else {name: value}
        flat |= {names[key]: part for key, part in parts.items()}
    return flat


def text_of(name, cls, row):
    """The row as the command line has it, under PyTorch's names."""
    names = dialect_of(cls, "pytorch").says.names
    pairs = {names[key]: value for key, value in ours_of(cls, row).items()}
    words = [f"{key}={str(v).lower() if isinstance(v, bool) else repr(float(v))}" for key, v in pairs.items()]
    return ",".join([f"{cls.__name__}:dialect=pytorch", *words])


@functools.cache
def numbers():
    rng = np.random.default_rng(7)
    gradients = rng.standard_normal((UPDATES, *SHAPE)) * 10 ** rng.uniform(-6, 2, (UPDATES, *SHAPE))
    return rng.standard_normal(SHAPE), gradients


def their_path(name, row):
    import torch

    start, gradients = numbers()
    turned = np.transpose if name == "Muon" else np.asarray  # PyTorch's matrices are (outputs, inputs)
    floats = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)  # else NAdam keeps the product of its μ in 32 bits
    try:
        w = torch.tensor(turned(start), requires_grad=True)
        optimizer, path = getattr(torch.optim, name)([w], **row), []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(torch.Tensor, "bfloat16", torch.Tensor.clone)  # else Muon computes with three digits
            for g in gradients:
                w.grad = torch.tensor(turned(g))
                optimizer.step()
                path.append(turned(w.detach().numpy()).copy())
    finally:
        torch.set_default_dtype(floats)
    return np.array(path)


def our_path(optimizer):
    start, gradients = numbers()
    params, path = {"W": start.copy()}, []
    for g in gradients:
        optimizer.update(params, {"W": g})
        path.append(params["W"].copy())
    return np.array(path)


@pytest.mark.parametrize(("name", "cls"), SAID.items(), ids=SAID)
def test_each_row_takes_the_path_of_pytorch(name, cls):
    for row in map(computed, table()[name]):
        ours = dialect_of(cls, "pytorch")(**ours_of(cls, row))
        assert repr(parse(text_of(name, cls, row)).build()) == repr(ours)
        theirs = their_path(name, row)
        error = np.abs(our_path(ours) - theirs).max() / np.abs(theirs - numbers()[0]).max()  # of how far it went
        assert error < 1e-12, f"{row}: {error:.1e}"


def test_no_row_is_forgotten():
    assert table().keys() == SAID.keys() | NOT_SAID.keys()
    rows = {name: len(each) for name, each in table().items()}
    assert (sum(rows.values()), sum(rows[name] for name in SAID)) == (127, 101)


def test_a_setting_may_be_a_tensor_of_one_number():
    torch = pytest.importorskip("torch", reason="PyTorch makes the tensors: pip install zeronet-dl[twins]")
    for tensor in (
        torch.tensor(0.5),
        torch.tensor([[0.5]], dtype=torch.float64),
        torch.tensor(0.5, requires_grad=True),
    ):
        assert SGD(lr=tensor).settings == {"lr": 0.5}
        assert SGD(lr=lambda k, lr=tensor: lr).lr == 0.5
    with pytest.raises(ValueError, match=r"lr must be positive and finite, not tensor\(\[0.1000, 0.2000\]\)"):
        SGD(lr=torch.tensor([0.1, 0.2]))
