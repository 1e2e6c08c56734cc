import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.support.environments import CHECKOUT
from zeronet.datasets import cache, load
from zeronet.datasets.catalogue import KNOWN
from zeronet.datasets.dataset import ROLES


@pytest.fixture
def files(fakes, tmp_path):
    return fakes.write(tmp_path / "files")


@pytest.fixture
def warm(files):
    load("mnist", files)
    return cache.entry(KNOWN["mnist"])


DAMAGE = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-4]),
    "lengthened": lambda path: path.write_bytes(path.read_bytes() + b"more"),
    "empty": lambda path: path.write_bytes(b""),
    "zeros": lambda path: path.write_bytes(b"\0" * path.stat().st_size),
    "other shape": lambda path: np.save(path, np.zeros((3, 3), np.float32)),
    "a header of nonsense": lambda path: path.write_bytes(path.read_bytes()[:10] + b'"""(' + path.read_bytes()[14:]),
    "a changed pixel": lambda path: path.write_bytes(path.read_bytes()[:-8] + b"\1" * 8),
    "other type": lambda path: np.save(path, np.load(path).astype(np.float64)),
    "absent": Path.unlink,
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_array_is_rebuilt(files, warm, damage, role, fakes):
    DAMAGE[damage](warm / f"{role}.npy")
    assert cache.open_arrays(KNOWN["mnist"]) is None
    data = load("mnist", files)
    np.testing.assert_array_equal(data.t_test, fakes.pixels["mnist"]["t_test"])
    assert cache.open_arrays(KNOWN["mnist"]) is not None


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
    assert cache.cached(known, lambda: pytest.fail("built twice"))["x_train"].shape == (30, 12)


@pytest.mark.slow
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
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    running = [subprocess.Popen(command, cwd=CHECKOUT, **pipes) for _ in range(2)]
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert len({process.communicate(timeout=600)[0] for process in running}) == 1
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
