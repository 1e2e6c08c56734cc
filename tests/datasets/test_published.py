from dataclasses import replace
from pathlib import Path

import pytest

from zeronet.datasets import DataError, idx, load
from zeronet.datasets.catalogue import KNOWN
from zeronet.datasets.dataset import ROLES


@pytest.mark.parametrize("pattern", ["{}.gz", "{}"])
@pytest.mark.parametrize("dotted", [False, True])
@pytest.mark.parametrize("level", [1, 9])
def test_every_usual_name_and_every_compression_is_accepted(fakes, tmp_path, pattern, dotted, level, no_download):
    folder = fakes.write(tmp_path / "files", pattern=pattern, dotted=dotted, level=level)
    assert load("mnist", folder).source == f"MNIST: 30 training and 10 test images from {folder}"


def test_home_folders_with_japanese_letters_and_spaces(fakes, tmp_path, monkeypatch, no_download):
    home = tmp_path / "ユーザー 太郎"
    fakes.write(home / "データ")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("ZERONET_CACHE_DIR", "~/キャッシュ")
    for _ in range(2):
        assert load("mnist", "~/データ").source.endswith(str(Path("~/データ")))
    assert list((home / "キャッシュ").glob("mnist-*/verified-*"))


def test_data_dir_comes_before_the_variable_and_the_variable_before_the_system(fakes, tmp_path, monkeypatch):
    places = [fakes.write(tmp_path / name) for name in ("given", "variable", "system", "cache/mnist")]
    monkeypatch.setitem(KNOWN, "mnist", replace(KNOWN["mnist"], system_folder=places[2]))
    monkeypatch.setenv("ZERONET_DATA_DIR", str(places[1]))
    assert load("mnist", places[0]).source.endswith(f"from {places[0]}")
    assert load("mnist").source.endswith(f"from {places[1]}")
    monkeypatch.delenv("ZERONET_DATA_DIR")
    assert load("mnist").source.endswith(f"from {places[2]}")


def test_a_folder_with_the_name_of_the_set_comes_before_the_folder_itself(fakes, tmp_path):
    fakes.write(tmp_path / "files", "fashion-mnist")
    folder = fakes.write(tmp_path / "files" / "mnist")
    assert load("mnist", tmp_path / "files").source.endswith(f"from {folder}")
    assert load("fashion-mnist", tmp_path / "files").source.endswith(f"from {tmp_path / 'files'}")


def test_a_folder_without_the_files_is_a_mistake_unless_the_variable_names_it(
    fakes, tmp_path, monkeypatch, cache_folder, no_download
):
    fakes.write(cache_folder / "mnist")
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("ZERONET_DATA_DIR", str(tmp_path / "empty"))
    assert load("mnist").name == "mnist"
    with pytest.raises(DataError, match=r"empty has no files of MNIST: put train-images-idx3-ubyte.gz"):
        load("mnist", tmp_path / "empty")


@pytest.mark.parametrize(("content", "problem"), [(None, "does not exist"), (b"", "is a file")])
def test_a_variable_that_names_no_folder_is_a_mistake(fakes, tmp_path, monkeypatch, content, problem):
    place = tmp_path / "place"
    if content is not None:
        place.write_bytes(content)
    monkeypatch.setenv("ZERONET_DATA_DIR", str(place))
    with pytest.raises(DataError, match=f"ZERONET_DATA_DIR {place} {problem}"):
        load("mnist")


def test_missing_files_are_named(fakes, tmp_path):
    folder = fakes.write(tmp_path / "files", roles=("x_train", "t_test"))
    with pytest.raises(DataError, match=r"files lacks train-labels-idx1-ubyte\.gz, t10k-images-idx3-ubyte\.gz: all"):
        load("mnist", folder)


@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize("by_variable", [False, True])
def test_damage_is_said_and_a_warm_cache_does_not_hide_it(fakes, tmp_path, monkeypatch, by_variable, warm):
    folder = fakes.write(tmp_path / "files")
    if warm:
        load("mnist", folder)
    archive = folder / "t10k-images-idx3-ubyte.gz"
    archive.write_bytes(archive.read_bytes()[:-9])
    if by_variable:
        monkeypatch.setenv("ZERONET_DATA_DIR", str(folder))
    with pytest.raises(
        DataError,
        match=r"t10k-images-idx3-ubyte.gz is not MNIST's .*: it is damaged or cut short .*: t10k-images.* belongs",
    ):
        load("mnist", None if by_variable else folder)


def test_the_other_set_in_the_named_folder_is_said_even_if_the_cache_is_warm(fakes, tmp_path):
    load("fashion-mnist", fakes.write(tmp_path / "fashion", "fashion-mnist"))
    folder = fakes.write(tmp_path / "files", "mnist")
    load("mnist", folder)
    with pytest.raises(DataError, match=r"is MNIST's train-images-idx3-ubyte, not Fashion-MNIST's .* into fashion-mni"):
        load("fashion-mnist", folder)


def test_an_unreadable_file_is_named(fakes, tmp_path, monkeypatch):
    folder = fakes.write(tmp_path / "files")

    def deny(path, most):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("zeronet.datasets.published.read_bytes", deny)
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte.gz cannot be read: Permission denied"):
        load("mnist", folder)


def test_a_damaged_system_folder_is_passed_over(fakes, tmp_path, monkeypatch, cache_folder, no_download):
    system = fakes.write(tmp_path / "system", "fashion-mnist")
    (system / "t10k-labels-idx1-ubyte.gz").write_bytes(b"damaged")
    monkeypatch.setitem(KNOWN, "mnist", replace(KNOWN["mnist"], system_folder=system))
    fakes.write(cache_folder / "mnist")
    assert load("mnist").source.endswith(f"from {cache_folder}")


def test_files_verified_once_are_neither_read_nor_decoded_again(fakes, tmp_path, monkeypatch):
    folder = fakes.write(tmp_path / "files")
    first = load("mnist", folder)
    monkeypatch.setattr(idx, "content_of", lambda *_: pytest.fail("verified again"))
    monkeypatch.setattr(idx, "decode", lambda *_: pytest.fail("decoded again"))
    second = load("mnist", folder)
    assert second.source == first.source
    assert all((getattr(first, role) == getattr(second, role)).all() for role in ROLES)


def test_with_a_warm_cache_no_folder_and_no_network_are_needed(fakes, tmp_path, cache_folder, monkeypatch, no_download):
    load("mnist", fakes.write(tmp_path / "files"))
    monkeypatch.setattr(idx, "decode", lambda *_: pytest.fail("decoded again"))
    assert load("mnist").source.endswith(f"from {cache_folder}")


def test_without_a_writable_cache_the_arrays_stay_in_memory(fakes, tmp_path, no_cache):
    folder = fakes.write(tmp_path / "files")
    for _ in range(2):
        data = load("mnist", folder)
        assert data.x_train.shape == (30, 12)
        assert not data.x_train.flags.writeable
