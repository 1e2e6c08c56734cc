import numpy as np
import pytest

from tests.support.problems import save_largest_of_three
from zeronet.datasets import DataError, load

GOOD = {
    "x_train": np.arange(24, dtype=np.float32).reshape(3, 2, 2, 2),
    "t_train": np.array([0, 1, 2]),
    "x_test": np.ones((2, 2, 2, 2), np.float32),
    "t_test": np.array([1, 1]),
}


@pytest.fixture
def save(tmp_path):
    def save(name="own.npz", **changes):
        path = tmp_path / name
        with path.open("wb") as file:
            np.savez(file, **{role: array for role, array in (GOOD | changes).items() if array is not None})
        return path

    return save


def test_images_of_any_shape_are_flattened_but_not_rescaled(save):
    path = save()
    data = load(path)
    np.testing.assert_array_equal(data.x_train, GOOD["x_train"].reshape(3, 8), strict=True)
    assert data.image_shape == (2, 2, 2)
    assert data.classes == 3
    assert data.name == "own.npz"
    assert data.source == f"own data: 3 training and 2 test images from {path}"


@pytest.mark.parametrize("kind", [np.uint8, np.int64, np.float16, np.float64, ">f4"])
def test_images_of_any_number_type_become_float32(save, kind):
    data = load(save(x_train=GOOD["x_train"].astype(kind)))
    np.testing.assert_array_equal(data.x_train, GOOD["x_train"].reshape(3, 8), strict=True)


@pytest.mark.parametrize("kind", [np.uint8, np.int32, np.uint64, ">i2"])
def test_labels_of_any_integer_type_become_int64(save, kind):
    data = load(save(t_train=GOOD["t_train"].astype(kind)))
    np.testing.assert_array_equal(data.t_train, np.array([0, 1, 2]), strict=True)


def test_the_path_may_be_text_relative_and_in_japanese(save, tmp_path, monkeypatch):
    save("手書き 数字.NPZ")
    monkeypatch.chdir(tmp_path)
    assert load("手書き 数字.NPZ").digest == load(str(tmp_path / "手書き 数字.NPZ")).digest


def test_the_digest_is_of_the_arrays_and_an_edited_file_is_seen(save, tmp_path):
    np.savez_compressed(tmp_path / "packed.npz", **GOOD)
    before = load(save())
    assert before.digest == load(tmp_path / "packed.npz").digest
    after = load(save(t_test=np.array([1, 0])))
    assert after.t_test.tolist() == [1, 0]
    assert after.digest != before.digest


@pytest.mark.parametrize("role", GOOD)
def test_the_arrays_are_read_only_as_those_of_every_set(save, role):
    with pytest.raises(ValueError, match="read-only"):
        getattr(load(save()), role)[0] = 0


def with_value(value, kind=np.float64):
    x = GOOD["x_train"].astype(kind)
    x[1, 0, 0, 0] = value
    return x


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"t_test": None, "x_test": None},
            "own.npz: it lacks x_test, t_test: it must hold the arrays x_train, t_train",
        ),
        ({"x_train": np.array(["a", "b", "c"])}, "x_train has the type <U1: images must be integers or floats"),
        ({"x_train": GOOD["x_train"].astype(complex)}, "x_train has the type complex128"),
        (
            {"x_train": np.array([None, None, None])},
            "own.npz: it cannot be read: not an .npz file, or a damaged one .*'x_train.npy' holds Python objects",
        ),
        ({"x_train": np.arange(3)}, r"x_train has the shape \(3,\)"),
        ({"x_train": np.zeros((0, 2, 2, 2))}, r"x_train has the shape \(0, 2, 2, 2\)"),
        ({"x_train": np.zeros((3, 0))}, r"x_train has the shape \(3, 0\)"),
        ({"x_train": with_value(np.nan)}, r"own.npz: x_train\[1\] holds a number that is not finite"),
        ({"x_train": with_value(np.inf)}, r"x_train\[1\] holds a number that is not finite"),
        ({"x_train": with_value(1e39)}, r"x_train\[1\] holds a number that is not finite in float32"),
        ({"x_test": np.ones((2, 8))}, r"images of x_train are \(2, 2, 2\), but those of x_test \(8,\)"),
        ({"t_train": np.array([0, 1])}, "x_train has 3 images, but t_train 2 labels"),
        ({"t_test": np.array([], int)}, "x_test has 2 images, but t_test 0 labels"),
        ({"t_train": np.eye(3, dtype=int)}, r"t_train has the shape \(3, 3\): it must be \(images,\)"),
        ({"t_test": np.array(1)}, r"t_test has the shape \(\)"),
        ({"t_train": np.array([0.0, 1.0, 2.0])}, "t_train and t_test must be of one type and shape"),
        ({"t_train": np.array(["0", "1", "2"])}, "t_train has the type <U1: labels must be integers"),
        ({"t_train": np.array([0, -1, 2])}, "t_train holds -1: labels count from 0"),
        ({"t_train": np.array([0, 1, 2024])}, "t_train holds 2024: labels must be 0 … K−1"),
        ({"t_train": np.array([0, 1, 2**63], np.uint64)}, "t_train holds 9223372036854775808: labels must be"),
    ],
)
def test_each_mistake_is_one_line_that_names_the_array(save, changes, message):
    with pytest.raises(DataError, match=message) as caught:
        load(save(**changes))
    assert "\n" not in str(caught.value)


def test_what_is_not_such_a_file_is_refused(save, tmp_path):
    with pytest.raises(DataError, match=r"there is no file .*absent.npz"):
        load(tmp_path / "absent.npz")
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(DataError, match=r"folder.npz: it cannot be read: Is a directory"):
        load(tmp_path / "folder.npz")
    np.save(tmp_path / "array.npy", np.zeros(3))
    damaged = bytearray(save().read_bytes())
    damaged[200] ^= 0xFF  # inside x_train: the checksum of the archive tells
    for raw in (b"", b"no archive", b"PK\x03\x04 no archive", (tmp_path / "array.npy").read_bytes(), damaged):
        (tmp_path / "a.npz").write_bytes(raw)
        with pytest.raises(DataError, match=r"a\.npz: it cannot be read: not an \.npz file, or a damaged one \("):
            load(tmp_path / "a.npz")


def test_nothing_is_unpickled(tmp_path):
    class Trap:
        def __reduce__(self):
            return (tmp_path.joinpath("sprung").mkdir, ())

    np.savez(tmp_path / "trap.npz", **GOOD | {"x_train": np.array([Trap()], object)})
    with pytest.raises(DataError):
        load(tmp_path / "trap.npz")
    assert not (tmp_path / "sprung").exists()


def test_line_breaks_in_a_path_are_none_in_its_name_and_source(tmp_path):
    path = tmp_path / "two\nlines" / "a\nb.npz"
    path.parent.mkdir()
    save_largest_of_three(path)
    dataset = load(path)
    assert (dataset.name, dataset.source.splitlines()) == ("a b.npz", [dataset.source])
