"""Files from strangers × readers: each is refused in one line, before it takes memory or time."""

import gzip
import json
import multiprocessing
import os
import pickle
import resource
import shutil
import struct
import zipfile
import zlib
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.problems import save_largest_of_three
from zeronet.common.archives import read_arrays, replace_arrays
from zeronet.common.errors import UserError
from zeronet.common.files import read_bytes, read_csv, reading
from zeronet.datasets import idx
from zeronet.datasets import load as load_data
from zeronet.datasets.catalogue import STEMS
from zeronet.lab.comparison.files import read_curves, read_evaluations, read_inspection
from zeronet.lab.runner.folder import changed_since
from zeronet.lab.runner.protocol import FORMAT, read_protocol
from zeronet.lab.runner.resume import start_or_resume
from zeronet.lab.runner.runs import Run, _seconds, read_run, timing, write_run
from zeronet.lab.specs.plugins import located
from zeronet.lab.tuning.files import read_verdict
from zeronet.nn import TwoLayerNet, load
from zeronet.optimizers import Momentum
from zeronet.training import Checkpoint, Trainer
from zeronet.training.inspection import COLUMNS

MB = 1_000_000
MOST = 200  # MB that a reader may take for a hostile file beyond what it takes for the honest one
GB4 = 4_000_000_000

pytestmark = pytest.mark.filterwarnings(r"ignore:os\.fork\(\) was called")  # JAX's, where a twin has imported it

PROTOCOL = {
    "format": FORMAT,
    "zeronet": "0",
    "problem": {"name": "a", "source": "a", "address": "a", "train": 9, "test": 9, "input_size": 2, "classes": 2},
    "network": {"class": "TwoLayerNet", "hidden_size": 2},
    "optimizers": [{"label": "SGD", "target": "SGD", "settings": {"lr": 0.1}, "digest": None}],
    "seeds": [0],
    "batch_size": 1,
    "steps": 3,
    "eval_every": 1,
    "target": 0.5,
    "environment": {"blas_threads": 1},
    "split": {"train": 5, "validation": 4},
    "tuning": {"budget": 3, "seeds": [0], "over": {}, "margin": 0.02},
}


# What there is: honest files ---------------------------------------------------------------------------------------


def network():
    return TwoLayerNet(20, 10, 3)


def trainer():
    return Trainer(TwoLayerNet(6, 5, 3), Momentum(), batch_size=3)


def honest(folder):
    """Write one honest file for each reader."""
    folder.mkdir()
    save_largest_of_three(folder / "data.npz")
    network().save(folder / "network.npz")
    x, t = np.eye(6), np.arange(6) % 3
    trainer().fit(x, t, steps=0)
    Checkpoint(folder / "checkpoint.npz").save(trainer().fit(x, t, steps=2))
    write_run(folder / "run.npz", Run(losses=[1.0, 2.0]))
    replace_arrays(folder / "inspection.npz", {"0/pixels": np.zeros((2, 2))})
    (folder / "inspection.csv").write_text(",".join(["optimizer", "seed", "parameter", *COLUMNS]) + "\n")
    for name in ("protocol.json", "plan.json"):
        (folder / name).write_text(json.dumps(PROTOCOL))
    (folder / "verdict.json").write_text("{}")
    (folder / "tuning.csv").write_text("optimizer,lr,seed,loss,round\nSGD,0.1,0,1,1\n")
    (folder / "curves.csv").write_text("optimizer,seed,step,loss\nSGD,0,0,1\n")
    (folder / "evaluations.csv").write_text("optimizer,seed,step,validation_loss,validation_accuracy\nSGD,0,0,1,1\n")
    (folder / "timings.csv").write_text(timing("a" * 64, 1.5))
    (folder / "manifest.json").write_text('["curves.csv"]')
    (folder / "parameters.pickle").write_bytes(pickle.dumps(network().params))
    (folder / "mine.py").write_text("class Mine:\n    def update(self, params, grads):\n        pass\n")
    table = "label,x\n" + "".join(f"{k % 2},{k}\n" for k in range(20))
    (folder / "table.csv").write_text(table)
    (folder / "table.csv.gz").write_bytes(gzip.compress(table.encode()))
    for k in range(10):
        (folder / "photos" / "ab"[k % 2]).mkdir(parents=True, exist_ok=True)
        Image.new("L", (4, 4)).save(folder / "photos" / "ab"[k % 2] / f"{k}.png")
    (folder / "set").mkdir()
    for role, stem in STEMS.items():
        content = np.zeros((5, 2, 2)[: 3 if role.startswith("x") else 1], np.uint8)
        (folder / "set" / f"{stem}.gz").write_bytes(gzip.compress(idx.render(content)))
    for role, stem in STEMS.items():
        (folder / f"{stem}.gz").write_bytes(gzip.compress(idx.render(np.zeros(5, np.uint8)), 1) if role else b"")
    return folder


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    return honest(tmp_path_factory.mktemp("originals") / "files")


@pytest.fixture
def folder(originals, tmp_path):
    """A copy of the honest files, for a test to change."""
    return shutil.copytree(originals, tmp_path / "files")


def within_runs(folder, name):
    (folder / ".runs").mkdir()
    (folder / name).rename(folder / ".runs" / name)
    return folder


def unpickled(folder):
    with reading(path := folder / "parameters.pickle"):
        pickle.loads(read_bytes(path))


def resumed(folder):
    start_or_resume(within_runs(folder, "plan.json"), PROTOCOL, resume=True)


READERS = {  # file → what reads it
    "train-images-idx3-ubyte.gz": lambda folder: load_data("mnist", folder),
    "data.npz": lambda folder: load_data(folder / "data.npz"),
    "table.csv": lambda folder: load_data(folder / "table.csv"),
    "table.csv.gz": lambda folder: load_data(folder / "table.csv.gz"),
    "photos/b/7.png": lambda folder: load_data(folder / "photos"),
    "set/train-images-idx3-ubyte.gz": lambda folder: load_data(folder / "set"),
    "network.npz": lambda folder: load(folder / "network.npz"),
    "checkpoint.npz": lambda folder: Checkpoint(folder / "checkpoint.npz").resume(trainer()),
    "run.npz": lambda folder: read_run(folder / "run.npz"),
    "inspection.npz": read_inspection,
    "protocol.json": lambda folder: read_protocol(folder / "protocol.json"),
    "plan.json": resumed,
    "verdict.json": read_verdict,
    "curves.csv": lambda folder: read_curves(folder, PROTOCOL),
    "evaluations.csv": lambda folder: read_evaluations(folder, PROTOCOL),
    "tuning.csv": read_verdict,
    "timings.csv": lambda folder: _seconds(within_runs(folder, "timings.csv")),
    "manifest.json": lambda folder: changed_since(within_runs(folder, "manifest.json")),
    "parameters.pickle": unpickled,
    "mine.py": lambda folder: located(f"{folder / 'mine.py'}:Mine"),
}
ARCHIVES = [name for name in READERS if name.endswith(".npz")]
TEXTS = [name for name in READERS if name.endswith(("json", "csv", "py"))]
LETTERS = [name for name in READERS if name.endswith("json")]


# What strangers send -----------------------------------------------------------------------------------------------


@cache
def many_zeros(size, wbits):
    """Return zeros, compressed quickly by repeating one compressed block."""
    block = bytes(16 * MB)
    if wbits > 0:
        return gzip.compress(block, 1) * (size // len(block))  # a file of many members
    packer = zlib.compressobj(wbits=wbits)
    return (packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)) * (size // len(block)) + packer.flush()


def npy(shape, kind="<f4", content=b""):
    head = repr({"descr": kind, "fortran_order": False, "shape": shape})
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(head) + 1) + head.encode() + b"\n" + content


def archive(members):
    """Return a zip file of members (name, content, size, method), whatever they say about themselves."""
    body, directory = b"", b""
    for name, content, size, method in members:
        numbers = struct.pack("<HHHHHIII", 20, 0, method, 0, 0, zlib.crc32(content), len(content), size)
        sizes = struct.pack("<HH", len(name), 0)
        directory += b"PK\1\2" + struct.pack("<H", 20) + numbers + sizes
        directory += struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name.encode()
        body += b"PK\3\4" + numbers + sizes + name.encode() + content
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(directory), len(body), 0)
    return body + directory + b"PK\5\6" + end


def stored(*members):
    return archive([(name, content, len(content), 0) for name, content in members])


def compressed(name, head, size):
    size = size // (16 * MB) * 16 * MB
    packer = zlib.compressobj(wbits=-15)
    start = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    return archive([(name, start + many_zeros(size, -15), len(head) + size, 8)])


def with_member(name, content):
    """Return a change of an archive: one more member, or another one in its place, and no digest that fits."""

    def change(path):
        with zipfile.ZipFile(path) as old:
            members = [(each, old.read(each)) for each in old.namelist() if each != name]
        path.write_bytes(stored(*members, (name, content)))

    return change


def within_itself(path):
    path.write_bytes(stored(("within.npz", path.read_bytes())))


def overlapping(path):
    """All members are the same bytes of the file."""
    content = npy((MB,), "|u1", bytes(MB))
    one = stored(("x_train.npy", content))
    entry = one[one.index(b"PK\1\2") : one.index(b"PK\5\6")]
    entries = b"".join(entry.replace(b"x_train", f"x{i:06}".encode()) for i in range(1000))
    start = one.index(b"PK\1\2")
    path.write_bytes(
        one[:start] + entries + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1000, 1000, len(entries), start, 0)
    )


def linked(path):
    with zipfile.ZipFile(path, "a") as file:
        member = zipfile.ZipInfo("link.npy")
        member.external_attr = 0o120777 << 16
        file.writestr(member, "/etc/passwd")


HUGE = npy((32_000, 31_250))
ARCHIVE_DAMAGES = {
    "zeros, 4 GB in 4 MB": lambda path: path.write_bytes(compressed("x_train.npy", HUGE, GB4)),
    "a header of more than there is": with_member("x_train.npy", HUGE),
    "a negative dimension": with_member("x_train.npy", npy((-5, 4))),
    "an empty array of 10¹² rows": with_member("losses.npy", npy((10**12, 0))),
    "strings without letters": with_member("losses.npy", npy((10**12,), "<U0")),
    "300 dimensions": with_member("x_train.npy", npy((1,) * 300, content=bytes(4))),
    "a nested header": with_member("x_train.npy", b"\x93NUMPY\1\0" + struct.pack("<H", 9000) + b"(" * 9000),
    "another format": with_member("x_train.npy", b"\x93NUMPY\2\0" + b"\xff" * 4),
    "Python objects": with_member("x_train.npy", npy((1,), "|O", b"\x80\x04N.")),
    "a name twice": lambda path: path.write_bytes(stored(*[("x_train.npy", npy((1,), content=bytes(4)))] * 2)),
    "a name with ..": with_member("../x_train.npy", npy((1,), content=bytes(4))),
    "an absolute name": with_member("/x_train.npy", npy((1,), content=bytes(4))),
    "a folder": with_member("x_train.npy/", b""),
    "a link": linked,
    "an archive within itself": within_itself,
    "overlapping members": overlapping,
    "another compression": lambda path: path.write_bytes(archive([("x_train.npy", b"", GB4, 14)])),
    "a size that is not true": lambda path: path.write_bytes(archive([("x_train.npy", HUGE, GB4, 0)])),
    "4 GB of nothing": lambda path: truncate(path, GB4),
}
TEXT_DAMAGES = {
    "4 GB of nothing": lambda path: truncate(path, GB4),
    "a line without an end": lambda path: path.write_bytes(b"x" * 30 * MB),
}
JSON_DAMAGES = {
    "deeply nested": lambda path: path.write_bytes(b"[" * MB),
    "millions of lists": lambda path: path.write_bytes(b"[" + b"[]," * (60 * MB // 3) + b"[]]"),
    "a number of a million digits": lambda path: path.write_bytes(b"1" * MB),
    "bytes that are no text": lambda path: path.write_bytes(b"\xff\xfe{"),
}


def nested_gzip(path):
    content = idx.render(np.zeros(5, np.uint8))
    for _ in range(50):
        content = gzip.compress(content)
    path.write_bytes(content)


def architecture(**changes):
    """Return a change of a saved network: another architecture, with the digest that fits."""

    def change(path):
        arrays = read_arrays(path)
        plan = json.loads(str(arrays.pop("architecture"))) | changes
        replace_arrays(path, {"architecture": np.array(json.dumps(plan)), **arrays})

    return change


def nested_architecture(path):
    replace_arrays(path, {**read_arrays(path), "architecture": np.array("[" * 100_000)})


def layers(*sizes):
    """Return a change of a saved network: affine layers of these sizes."""
    return architecture(layers=[["Affine", {"input_size": n, "output_size": m}] for n, m in sizes])


def images(*header):
    return lambda path: path.write_bytes(b"\0\0\x08" + bytes([len(header)]) + struct.pack(f">{len(header)}I", *header))


def many_rows(path):
    head, row, *_ = path.read_text().splitlines()
    path.write_text(f"{head}\n" + f"{row}\n" * 10**6)


def outside(path):
    path.write_text('["../../mine"]')


def claimed(shapes, flat=None):
    """Return a change of a pickle: Parameters of these shapes, with this vector."""

    def change(path):
        params = network().params
        params.shapes, params._flat = shapes, flat
        path.write_bytes(pickle.dumps(params))

    return change


def rows_in_gzip(path):
    """80 MB of rows in 0.4 MB."""
    row = b"0" + b",0" * 1000 + b"\n"
    path.write_bytes(gzip.compress(row * 4000, 1) * 10)


def png(width, height):
    """Return a change of a picture: its header says that it is this large."""

    def change(path):
        header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
        chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk + path.read_bytes()[33:])

    return change


IDX = {
    "4 GB in 4 MB": lambda path: path.write_bytes(many_zeros(GB4, 31)),
    "2³¹ images": images(2**31, 28, 28),
    "255 dimensions": images(*[2**32 - 1] * 255),
    "no images": images(0, 28, 28),
}
OTHERS = {
    "table.csv": {
        "a quotation that does not end": lambda path: path.write_bytes(b'"' + b"0,0\n" * MB),
        "a row of a million columns": lambda path: path.write_bytes(b"0," * MB + b"0\n"),
        "as many labels as rows": lambda path: path.write_bytes(b"".join(b"a%d,0\n" % k for k in range(MB))),
    },
    "table.csv.gz": {
        "80 MB in 0.4 MB": rows_in_gzip,
        "4 GB in 4 MB": lambda path: path.write_bytes(many_zeros(GB4, 31)),
    },
    "photos/b/7.png": {
        "4 GB of nothing": lambda path: path.write_bytes(b"") or truncate(path, GB4),
        "60,000 × 60,000 pixels": png(60_000, 60_000),
        "4,000 × 4,000 pixels in 100 bytes": png(4_000, 4_000),
    },
    "set/train-images-idx3-ubyte.gz": IDX,
    "train-images-idx3-ubyte.gz": {
        "4 GB in 4 MB": lambda path: path.write_bytes(many_zeros(GB4, 31)),
        "gzip in gzip in gzip …": nested_gzip,
        "4 GB of nothing": lambda path: truncate(path, GB4),
        "2³¹ images": images(2**31, 28, 28),
        "255 dimensions": images(*[2**32 - 1] * 255),
    },
    "network.npz": {
        "a layer of 100,000 × 30,000": layers((100_000, 30_000)),
        "the same layer 100,000 times": layers(*[(20, 10)] * 100_000),
        "a layer of 10¹² × −1": layers((10**12, -1)),
        "a type of another size": architecture(dtype="f8192"),
        "a nested architecture": nested_architecture,
    },
    "run.npz": {"arrays of something else": lambda path: replace_arrays(path, {"x": np.zeros(3)})},
    "checkpoint.npz": {"arrays of something else": lambda path: replace_arrays(path, {"x": np.zeros(3)})},
    **{name: {"more rows than steps": many_rows} for name in ("curves.csv", "evaluations.csv", "tuning.csv")},
    "manifest.json": {"names outside of the folder": outside},
    "parameters.pickle": {
        "shapes without a vector": claimed({"W1": (10**6, 10**6)}),
        "shapes of another vector": claimed({"W1": (10**6, 10**6)}, np.zeros(3)),
        "negative shapes": claimed({"W1": (-3,), "b1": (6,)}, np.zeros(3)),
    },
}


def named_pipe(path):
    path.unlink()
    os.mkfifo(path)


TABLE = [(name, what, make) for name in ARCHIVES for what, make in ARCHIVE_DAMAGES.items()]
TABLE += [(name, what, make) for name in TEXTS for what, make in TEXT_DAMAGES.items()]
TABLE += [(name, what, make) for name in LETTERS for what, make in JSON_DAMAGES.items()]
TABLE += [(name, "a named pipe", named_pipe) for name in READERS if hasattr(os, "mkfifo")]
TABLE += [(name, what, make) for name, makes in OTHERS.items() for what, make in makes.items()]


def truncate(path, size):
    with path.open("r+b") as file:
        file.truncate(size)


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB


def read_in_child(name, folder, pipe):
    """Send the error of a reader, and how much memory it took beyond what was taken before."""
    before = peak()
    try:
        READERS[name](folder)
        answer = None
    except (OSError, ValueError) as error:
        answer = str(error)
    except BaseException as error:
        answer = error
    pipe.send((answer, peak() - before))


def outcome(name, folder, read=read_in_child):
    """Return what a reader answers in a process of its own, and its peak memory in MB."""
    here, there = multiprocessing.get_context("fork").Pipe()
    process = multiprocessing.get_context("fork").Process(target=read, args=(name, folder, there))
    process.start()
    there.close()
    answer = here.recv() if here.poll(60) else ("still reading after a minute", 0)
    process.kill()
    process.join()
    return answer


@pytest.mark.parametrize(("name", "what", "make"), TABLE, ids=[f"{name}-{what}" for name, what, _ in TABLE])
def test_a_hostile_file_is_one_line_and_little_memory(name, what, make, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("ZERONET_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("zeronet.datasets.blocks.USUAL_SIZE", 10 * MB)  # 100 MB take a while
    make(folder / name)
    answer, memory = outcome(name, folder)
    if name == "timings.csv":  # its lines are left out if they are damaged
        assert (answer, memory < MOST) == (None, True)
        return
    assert isinstance(answer, str), answer
    assert name in answer and "\n" not in answer and "still reading" not in answer
    assert memory < MOST


@pytest.mark.parametrize("name", READERS)
def test_honest_files_are_read(name, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("ZERONET_CACHE_DIR", str(tmp_path / "cache"))
    answer, memory = outcome(name, folder)
    honest_enough = {"train-images-idx3-ubyte.gz": "instead of", "verdict.json": "verdict.optimizers"}
    honest_enough["tuning.csv"] = honest_enough["verdict.json"]
    assert answer is None or honest_enough.get(name, "?") in answer
    assert memory < MOST


def test_data_larger_than_the_memory_are_refused_with_their_size(tmp_path, monkeypatch):
    save_largest_of_three(tmp_path / "data.npz")
    monkeypatch.setattr("zeronet.datasets.npz.free_memory", lambda: 1000.0)
    with pytest.raises(UserError, match=r"data\.npz: its arrays need 0\.0 GB of memory, and 0\.0 GB are free"):
        load_data(tmp_path / "data.npz")


def test_compressed_data_of_a_usual_ratio_are_read(tmp_path):
    x = np.zeros((1000, 784))
    x[:, :100] = np.random.default_rng(0).integers(0, 256, (1000, 100)) / 255
    np.savez_compressed(tmp_path / "data.npz", x_train=x, x_test=x, t_train=np.arange(1000) % 9, t_test=np.arange(1000))
    assert load_data(tmp_path / "data.npz").x_train.shape == (1000, 784)


def with_little_memory(name, folder, pipe):
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 30 * MB,) * 2)
    read_in_child(name, folder, pipe)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Linux tells how much memory there is")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("data.npz", "its arrays need 0.2 GB of memory"),
        ("run.npz", "Unable to allocate"),
        ("network.npz", "Unable to allocate"),
    ],
)
def test_a_file_larger_than_the_memory_is_one_line(name, words, folder):
    if name == "data.npz":
        t = np.arange(4 * MB) % 7
        np.savez(folder / name, x_train=t[:, None].astype(np.float32), x_test=t[:, None], t_train=t, t_test=t)
    else:
        replace_arrays(folder / name, {"losses": np.zeros(50 * MB)})
    answer, _ = outcome(name, folder, with_little_memory)
    assert words in answer and name in answer and "\n" not in answer


def test_memory_that_ends_while_a_table_is_read_is_one_line(tmp_path):
    def no_memory(text):
        raise MemoryError

    (tmp_path / "a.csv").write_text("step\n1\n")
    with pytest.raises(UserError, match=r"a\.csv is too large for the memory of this machine"):
        read_csv(tmp_path / "a.csv", {"step": no_memory}, most=1)


def test_a_protocol_without_a_target_is_one_line(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({name: PROTOCOL[name] for name in PROTOCOL if name != "target"}))
    with pytest.raises(UserError, match=r"a\.json is damaged: it has no target, which may be null$"):
        read_protocol(tmp_path / "a.json")
