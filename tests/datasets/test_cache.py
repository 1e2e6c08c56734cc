import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from zeronet.datasets import cache, load
from zeronet.datasets.catalogue import KNOWN
from zeronet.datasets.dataset import ROLES

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def files(fakes, tmp_path):
    return fakes.write(tmp_path / "files")


@pytest.fixture
def warm(files):
    load("mnist", files)
    return cache.entry(KNOWN["mnist"])


def cut(path):
    path.write_bytes(path.read_bytes()[:-4])


def lengthen(path):
    path.write_bytes(path.read_bytes() + b"more")


def empty(path):
    path.write_bytes(b"")


def garble(path):
    path.write_bytes(b"\0" * path.stat().st_size)


def other_shape(path):
    np.save(path, np.zeros((3, 3), np.float32))


def other_type(path):
    np.save(path, np.load(path).astype(np.float64))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("damage", [cut, lengthen, empty, garble, other_shape, other_type, Path.unlink])
def test_a_damaged_array_is_rebuilt(files, warm, damage, role, fakes):
    damage(warm / f"{role}.npy")
    assert cache.open_arrays(KNOWN["mnist"]) is None
    data = load("mnist", files)
    np.testing.assert_array_equal(data.t_test, fakes.pixels["mnist"]["t_test"])
    assert cache.open_arrays(KNOWN["mnist"]) is not None


@pytest.mark.parametrize("memory", [b"", b"{", b"[1, 2]", b"\xff\xfe", b'{"a": 1}'])
def test_a_damaged_memory_is_written_anew(files, warm, memory, cache_folder):
    (cache_folder / "verified.json").write_bytes(memory)
    load("mnist", files)
    assert str(files / "t10k-labels-idx1-ubyte.gz") in json.loads((cache_folder / "verified.json").read_text())


def test_an_interrupted_write_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "a.npy"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), cache.replacing(path) as file:
        file.write(b"half of the n")
        raise KeyboardInterrupt
    assert [(p.name, p.read_bytes()) for p in tmp_path.glob("a*")] == [("a.npy", b"old")]


def test_the_old_file_stays_until_the_new_one_is_complete(tmp_path):
    path = tmp_path / "a.npy"
    path.write_bytes(b"old")
    with cache.replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_a_full_disk_is_no_reason_to_fail(files, monkeypatch):
    def save(*arguments, **settings):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", save)
    assert load("mnist", files).x_train.shape == (30, 12)
    assert not list(cache.folder().rglob("*.part"))


def test_who_waited_for_the_lock_finds_the_arrays_and_builds_nothing(warm, monkeypatch):
    known = KNOWN["mnist"]
    answers = iter([None, cache.open_arrays(known)])  # absent at first; stored by another process in the meantime
    monkeypatch.setattr(cache, "open_arrays", lambda _: next(answers))
    assert cache.through(known, lambda: pytest.fail("built twice"))["x_train"].shape == (30, 12)


def test_two_processes_at_once_build_one_entry(cache_folder):
    code = """
import sys, pathlib
from zeronet.datasets import embedded, load
reader = embedded.READERS["digits"]
def counted():
    with open(sys.argv[1], "a") as file:
        file.write("built\\n")
    return reader()
embedded.READERS["digits"] = counted
sys.stdin.readline()
print(load("digits").x_train.sum())
"""
    log = cache_folder.parent / "log"
    command = [sys.executable, "-c", code, str(log)]
    running = [
        subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    sums = {process.communicate(timeout=60)[0] for process in running}
    assert len(sums) == 1
    assert log.read_text() == "built\n"


def test_without_a_home_folder_no_cache_is_made_where_we_are(tmp_path, monkeypatch):
    monkeypatch.delenv("ZERONET_CACHE_DIR")
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda _: "~/.cache/zeronet")  # what it says without a home
    monkeypatch.chdir(tmp_path)
    assert load("digits").x_train.shape == (1442, 64)
    assert list(tmp_path.iterdir()) == []


def test_the_usual_cache_is_the_one_that_pooch_has(monkeypatch):
    import pooch

    monkeypatch.delenv("ZERONET_CACHE_DIR")
    assert cache.folder() == pooch.os_cache("zeronet")
