"""Tables, folders of images and folders of IDX files of one's own."""

import csv
import gzip
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_diabetes, load_digits, load_iris

import zeronet
from zeronet.datasets import DataError, cache, growing, idx, is_own, load
from zeronet.datasets.dataset import array_digest


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty current folder, and a cache of one's own."""
    monkeypatch.setenv("ZERONET_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def write(name, rows, delimiter=","):
    with gzip.open(name, "wt", newline="") if name.endswith(".gz") else Path(name).open("w", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return name


@pytest.fixture
def digits():
    """The digits as Kaggle has them: label, pixel0, …, here 0 … 255."""
    x, t = load_digits(return_X_y=True)
    x = (x * 255 / 16).round().astype(int)
    return x, t, [["label", *(f"pixel{k}" for k in range(64))], *np.column_stack([t, x]).tolist()]


def every_fifth(t):
    """Which rows are for testing: of each class, every fifth in the order of the file."""
    ranks = [np.sum(t[:k] == t[k]) for k in range(len(t))]
    return np.array(ranks) % 5 == 4


# Tables ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["train.csv", "train.csv.gz", "TRAIN.CSV", "train.tsv", "train.tsv.gz"])
def test_kaggles_digits_are_read_as_they_are(digits, name):
    x, t, rows = digits
    data = load(write(name, rows, "\t" if ".tsv" in name else ","))
    testing = every_fifth(t)
    np.testing.assert_array_equal(data.x_train, idx.scale(x[~testing].astype(np.uint8)), strict=True)
    np.testing.assert_array_equal(data.x_test, idx.scale(x[testing].astype(np.uint8)), strict=True)
    np.testing.assert_array_equal(data.t_test, t[testing], strict=True)
    assert data.image_shape == (8, 8) and data.classes == 10 and data.class_names == ()
    assert data.source.startswith("own data, pixels divided by 255: 1,")


def test_the_digest_is_of_the_arrays_and_the_second_load_maps_them(digits, monkeypatch):
    name = write("train.csv", digits[2])
    data = load(name)
    arrays = {role: getattr(data, role) for role in ("x_train", "t_train", "x_test", "t_test")}
    assert data.digest == array_digest(arrays)
    assert isinstance(data.x_train.base, np.memmap) and not data.x_train.flags.writeable
    monkeypatch.setattr(growing, "_built", None)  # would be called to read the file
    assert load(name).digest == data.digest


def test_a_file_that_has_changed_is_read_again(here):
    before = load(write("a.csv", [["label", "x"], *[[k % 2, k] for k in range(20)]]))
    after = load(write("a.csv", [["label", "x"], *[[k % 2, k * k] for k in range(20)]]))
    assert before.digest != after.digest
    assert len(list((cache.folder() / "own").iterdir())) == 1  # the arrays of the old one are gone


def test_damaged_arrays_in_the_cache_are_made_again():
    write("a.csv", [["label", "x"], *[[k % 2, k] for k in range(20)]])
    digest = load("a.csv").digest
    for path in (cache.folder() / "own").glob("*/x_train.npy"):
        path.write_bytes(path.read_bytes()[:-4])
    assert load("a.csv").digest == digest


def test_where_nothing_can_be_written_the_data_are_read_all_the_same(digits, monkeypatch):
    write("a.csv", digits[2])
    digest = load("a.csv").digest
    monkeypatch.setenv("ZERONET_CACHE_DIR", "/dev/null/cache")
    assert load("a.csv").digest == digest


def test_words_are_classes_in_alphabetical_order_and_columns_are_standardized():
    x, t = load_iris(return_X_y=True)
    names = np.array(["virginica", "setosa", "Versicolor, blue"])
    write("iris.csv", [["length", "width", "a", "b", "species"], *[[*a, names[b]] for a, b in zip(x, t, strict=True)]])
    data = load("iris.csv:label=species")
    assert data.class_names == ("Versicolor, blue", "setosa", "virginica")
    testing = every_fifth(t)
    np.testing.assert_array_equal(data.t_train, np.array([2, 1, 0])[t[~testing]])
    mean, deviation = x[~testing].mean(axis=0), x[~testing].std(axis=0)
    np.testing.assert_allclose(data.x_train, (x[~testing] - mean) / deviation, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(data.x_test, (x[testing] - mean) / deviation, rtol=1e-4, atol=1e-5)
    assert "columns standardized: 120 training and 30 test rows" in data.source


@pytest.mark.parametrize("block", [200, 4_000_000])
def test_a_target_is_standardized_and_blocks_change_nothing(block, monkeypatch):
    monkeypatch.setattr("zeronet.datasets.blocks.BLOCK", block)
    x, t = load_diabetes(return_X_y=True, scaled=False)
    write("d.csv", [[*load_diabetes().feature_names, "progression"], *np.column_stack([x, t]).tolist()])
    data = load("d.csv:target=progression")
    testing = np.arange(len(t)) % 5 == 4
    assert not data.classifies and data.t_train.shape == (354, 1)
    mean, deviation = t[~testing].mean(), t[~testing].std()
    np.testing.assert_allclose(data.t_test[:, 0], (t[testing] - mean) / deviation, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(data.x_train.std(axis=0), 1, rtol=1e-5)


@pytest.mark.parametrize(
    ("head", "address", "label"),
    [
        (["label", "x", "y"], "a.csv", 0),
        (["x", "Label", "y"], "a.csv", 1),
        (["x", "y", "class"], "a.csv", 2),
        (["x", "y", "z"], "a.csv", 0),
        (["x", "y", "target"], "a.csv", 0),
        (["x", "y", "z"], "a.csv:label=z", 2),
        (["label", "y", "z"], "a.csv:label=y", 1),
        (None, "a.csv", 0),
        (None, "a.csv:label=2", 1),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_label_is_found_by_name_or_is_the_first_column(head, address, label, delimiter):
    rows = np.array([[k % 2, k % 3, k % 4] for k in range(60)])
    write("a.csv", [*([head] if head else []), *rows.tolist()], delimiter)
    data = load(address)
    assert data.classes == label + 2
    np.testing.assert_array_equal(np.bincount(data.t_train), np.bincount(rows[:, label]) * 4 // 5)


def test_the_source_says_if_the_first_column_was_taken_for_the_labels():
    rows = [[k % 2, k] for k in range(20)]
    assert "labels from the first column, 'x', columns" in load(write("a.csv", [["x", "y"], *rows])).source
    assert "first column" not in load(write("b.csv", [["class", "y"], *rows])).source


def test_labels_that_do_not_count_from_0_are_numbered_and_the_source_says_so():
    data = load(write("a.csv", [["label", "x"], *[[[3, -1, 8][k % 3], k] for k in range(30)]]))
    assert data.class_names == ("-1", "3", "8") and data.t_train[:3].tolist() == [1, 0, 2]
    assert "labels -1 … 8 numbered from 0" in data.source


def test_a_table_with_a_byte_order_mark_and_windows_lines(here):
    text = "label,x\r\n" + "".join(f"{k % 2},{k}\r\n" for k in range(20))
    (here / "a.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load("a.csv").classes == 2


TWENTY = "".join(f"{k % 2},{k}\n" for k in range(20))


@pytest.mark.parametrize(
    ("text", "address", "words"),
    [
        ("", "a.csv", "a.csv: it is empty"),
        ("label,x\n0,1\n1,\n", "a.csv", "line 3: column 'x' is empty"),
        ("label,x\n0,1\n\n1,red\n", "a.csv", "line 4: column 'x' is 'red': all columns but the label must be numbers"),
        ("label,x\n0,1\n1,2,3\n", "a.csv", "line 3 has 3 fields, and the first line 2"),
        ("label,x\n0,1\n1\n", "a.csv", "line 3 has 1 fields, and the first line 2"),
        ("label,x\n0,nan\n", "a.csv", "line 2: column 'x' is nan, which is not finite"),
        ("label,x\n0,1e39\n", "a.csv", "line 2: column 'x' is 1e39, which is not finite in float32"),
        ("label,x\n0,1\ncat,1\n", "a.csv", "line 3: the label is 'cat', and others are numbers"),
        (
            "label,x\n0,1\n0.5,1\n",
            "a.csv:label=label",
            "line 3: column 'label' is 0.5, and labels are integers or words: to predict numbers, use "
            "a.csv:target=label",
        ),
        (
            "x,y\n1,1\n1.5,1\n",
            "a.csv",
            "line 3: column 'x' is 1.5, and labels are integers or words: name the column of the labels, "
            "a.csv:label=…, or of numbers to predict, a.csv:target=…",
        ),
        ("label,x\n0,1\ninf,1\n", "a.csv", "line 3: column 'label' is inf, which is not finite"),
        ("x,price\n0,1\n1,red\n", "a.csv:target=price", "column 'price' is 'red': all columns must be numbers"),
        ("label,x\n" + TWENTY, "a.csv:label=lable", "there is no column 'lable': they have"),
        ("label,x\n" + TWENTY, "a.csv:target=x,label=label", "give label= for classes, or target="),
        ("label,x\n" + TWENTY, "a.csv:size=3", "has no setting 'size': it has label, target"),
        (
            "label,x\n" + TWENTY,
            "a.csv:label=x",
            "column 'x' has 20 different labels, most of them in fewer than 5 rows",
        ),
        ("label,x\n0,1\n1,2\n", "a.csv", "most of them in fewer than 5 rows"),
        ("label\n0\n1\n", "a.csv", "its first line has one column"),
        ("x,y\n1,2\n1,3\n1,4\n1,5\n1,6\n", "a.csv:target=x", "column 'x' has one value only"),
        ("label,x\n0,\xe9\n", "a.csv", "it is not a text in UTF-8"),
    ],
)
def test_each_mistake_in_a_table_is_one_line_and_leaves_nothing(here, text, address, words):
    (here / "a.csv").write_text(text, encoding="latin-1")
    with pytest.raises(DataError, match=r"a\.csv") as caught:
        load(address)
    assert words in str(caught.value) and "\n" not in str(caught.value)
    assert not list((cache.folder() / "own").glob("*"))


def test_a_line_far_below_is_named(here, monkeypatch):
    monkeypatch.setattr("zeronet.datasets.blocks.BLOCK", 1000)
    (here / "a.csv").write_text("label,x\n" + 100 * TWENTY + "1,?\n" + 100 * TWENTY)
    with pytest.raises(DataError, match=r"line 2,002: column 'x' is '\?'"):
        load("a.csv")


def test_a_table_that_is_compressed_and_cut_short(here, digits):
    write("a.csv.gz", digits[2])
    (here / "a.csv.gz").write_bytes((here / "a.csv.gz").read_bytes()[:-100])
    with pytest.raises(DataError, match=r"a\.csv\.gz: it is damaged or cut short"):
        load("a.csv.gz")


@pytest.mark.slow
def test_a_table_larger_than_the_memory_that_may_be_taken(here):
    """50 MB of CSV become 100 MB of arrays, and take less than 90 MB of memory."""
    line = ",".join(["7"] * 784)
    with Path("a.csv").open("w") as file:
        for k in range(32_000):
            file.write(f"{k % 10},{line}\n")
    script = "import resource, zeronet.datasets as d; d.load('digits'); f = lambda: resource.getrusage(0).ru_maxrss; "
    script += "b = f(); x = d.load('a.csv'); print(f() - b, len(x.x_train))"
    environment = os.environ | {"PYTHONPATH": str(Path(zeronet.__file__).parents[1])}
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    kilobytes, rows = map(int, run.stdout.split())
    assert rows == 25_600
    assert kilobytes < (90_000 if sys.platform == "linux" else resource.RLIM_INFINITY)


# Folders of images -------------------------------------------------------------------------------------------------


def save(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)


@pytest.fixture
def photos(here, rng):
    """Two classes of seven coloured pictures of 9 × 8 pixels."""
    for name in ("dog", "cat"):
        for k in range(7):
            save(here / "photos" / name / f"{k}.png", rng.integers(0, 256, (8, 9, 3), dtype=np.uint8))
    (here / "photos" / ".hidden").mkdir()
    (here / "photos" / "cat" / "notes.txt").write_text("not an image")
    return here / "photos"


def test_subfolders_are_classes_and_colours_come_first(photos):
    data = load("photos")
    assert data.class_names == ("cat", "dog") and data.image_shape == (3, 8, 9)
    assert data.t_train.tolist() == [0] * 6 + [1] * 6 and data.t_test.tolist() == [0, 1]
    fifth = np.asarray(Image.open(photos / "dog" / "4.png"))
    np.testing.assert_array_equal(data.x_test[1].reshape(3, 8, 9), idx.scale(np.moveaxis(fifth, -1, 0)))
    assert data.source.startswith("own data, every 5th of a class for testing: 12 training and 2 test images from ")


def test_pictures_are_resized_and_made_grey_only_if_asked(photos):
    data = load("photos:size=5x4,grey=true")
    assert data.image_shape == (4, 5)
    picture = Image.open(photos / "cat" / "0.png").resize((5, 4), Image.Resampling.LANCZOS).convert("L")
    np.testing.assert_allclose(data.x_train[0], np.asarray(picture).ravel() / 255, atol=0.01)
    assert "resized to 5×4, made grey" in data.source
    save(photos / "cat" / "0.png", np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(DataError, match=r"cat/1\.png is 9×8, coloured, but .*cat/0\.png 8×8.*: photos:size=28"):
        load("photos")
    save(photos / "cat" / "0.png", np.zeros((8, 9), np.uint8))
    with pytest.raises(DataError, match=r"is 9×8, coloured, but .*cat/0\.png 9×8, grey.*: photos:grey=true"):
        load("photos")


def test_train_and_test_may_have_folders_of_their_own(here, photos):
    (here / "all").mkdir()
    for part in ("train", "test"):
        for name in ("cat", "dog"):
            save(here / "all" / part / name / "0.png", np.full((4, 4), 100 * (part == "test"), np.uint8))
    data = load("all")
    assert (len(data.x_train), len(data.x_test)) == (2, 2) and data.x_test.min() == np.float32(100) / np.float32(255)
    save(here / "all" / "test" / "cow" / "0.png", np.zeros((4, 4), np.uint8))
    with pytest.raises(DataError, match="cow has no folder of its name in "):
        load("all")


def test_transparent_pictures_are_on_white_and_cameras_are_turned(here):
    clear = np.zeros((4, 6, 4), np.uint8)
    clear[0, 0] = (0, 0, 0, 255)  # one black dot
    for k in range(10):
        save(here / "p" / "ab"[k % 2] / f"{k}.png", clear)
    x = load("p").x_train[0].reshape(3, 4, 6)
    assert (x[:, 0, 0] == 0).all() and x.sum() == 3 * 23
    turned = Image.fromarray(np.zeros((4, 6, 3), np.uint8))
    exif = turned.getexif()
    exif[0x0112] = 6  # the camera was held upright
    for k in range(10):
        (here / "q" / "ab"[k % 2]).mkdir(parents=True, exist_ok=True)
        turned.save(here / "q" / "ab"[k % 2] / f"{k}.jpg", exif=exif)
    assert load("q").image_shape == (3, 6, 4)


@pytest.mark.parametrize(
    ("change", "address", "words"),
    [
        (lambda p: (p / "cat" / "z.png").write_bytes(b"no image"), "photos", "cat/z.png cannot be read as an image"),
        (lambda p: (p / "cow").mkdir(), "photos", "cow has no images: .png, .jpg"),
        (lambda p: None, "photos:size=0", "size must be one or two numbers of pixels, as in 28 or 28x32, not '0'"),
        (lambda p: None, "photos:size=9x9x9", "size must be"),
        (lambda p: None, "photos:grey=maybe", "grey must be true or false, not 'maybe'"),
        (lambda p: None, "photos:label=3", "has no setting 'label': it has size, grey"),
        (lambda p: None, "photos/cat", "cat must have a subfolder of images for each class, at least 2"),
        (
            lambda p: save(p / "cat" / "z.png", np.zeros((8, 9), np.uint16)),
            "photos",
            "its mode is I;16: save it with 8",
        ),
        (
            lambda p: Image.new("L", (9000, 9000)).save(p / "cat" / "z.png"),
            "photos:size=4",
            "pixels, more than 50,000,000",
        ),
        (lambda p: [f.unlink() for f in p.glob("*/[4-6].png")], "photos", "it is too small: of each class, every 5th"),
    ],
)
def test_each_mistake_in_a_folder_of_images_is_one_line_and_leaves_nothing(photos, change, address, words):
    change(photos)
    with pytest.raises(DataError) as caught:
        load(address)
    assert words in str(caught.value) and "\n" not in str(caught.value)
    assert not list((cache.folder() / "own").glob("*"))


def test_a_picture_that_is_cut_short_is_named(photos):
    path = photos / "dog" / "6.png"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DataError, match=r"dog/6\.png cannot be read as an image"):
        load("photos")


# Folders of IDX files ----------------------------------------------------------------------------------------------


def save_idx(folder, prefix="", test="t10k", first=0, **changes):
    """Write four IDX files: 6 + 4 images of 3 × 2 pixels, labels from `first`."""
    folder.mkdir(exist_ok=True)
    for part, n in (("train", 6), (test, 4)):
        images = np.arange(n * 6, dtype=np.uint8).reshape(n, 3, 2)
        labels = (np.arange(n) % 3 + first).astype(np.uint8)
        for kind, array in (
            ("images-idx3", changes.get(f"{part}_x", images)),
            ("labels-idx1", changes.get(part, labels)),
        ):
            with gzip.open(folder / f"{prefix}{part}-{kind}-ubyte.gz", "wb") as file:
                file.write(idx.render(array))
    return folder


def test_any_four_idx_files_are_a_data_set(here):
    data = load(save_idx(here / "kmnist"))
    np.testing.assert_array_equal(data.x_test, idx.scale(np.arange(24, dtype=np.uint8).reshape(4, 6)), strict=True)
    assert data.name == "kmnist" and data.image_shape == (3, 2) and data.class_names == ()
    assert data.t_train.tolist() == [0, 1, 2, 0, 1, 2]
    assert data.source.startswith("own data: 6 training and 4 test images from ")


def test_emnists_letters_are_numbered_from_0_and_upright(here):
    data = load(save_idx(here / "letters", "emnist-letters-", "test", first=1))
    assert data.t_test.tolist() == [0, 1, 2, 0] and data.class_names == ("1", "2", "3")
    np.testing.assert_array_equal(data.x_train[0], idx.scale(np.array([0, 2, 4, 1, 3, 5], np.uint8)))
    assert data.image_shape == (2, 3)
    assert "own data, turned upright, labels 1 … 3 numbered from 0: " in data.source


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: (f / "t10k-labels-idx1-ubyte.gz").unlink(), "lacks t10k-labels-idx1-ubyte"),
        (lambda f: save_idx(f, "other-"), "holds other-t10k-images-idx3-ubyte.gz and t10k-images-idx3-ubyte.gz"),
        (lambda f: save_idx(f, train=np.zeros(5, np.uint8)), "train-labels-idx1-ubyte.gz holds an array (5,), and not"),
        (
            lambda f: save_idx(f, t10k_x=np.zeros((4, 3, 3), np.uint8)),
            "training images are (3, 2), and test images (3, 3)",
        ),
        (lambda f: save_idx(f, t10k_x=np.zeros(4, np.uint8)), "t10k-images-idx3-ubyte.gz holds an array (4,), and no"),
        (lambda f: (f / "t10k-labels-idx1-ubyte.gz").write_bytes(b"\x1f\x8bno"), "t10k-labels-idx1-ubyte.gz: "),
        (lambda f: (f / "t10k-labels-idx1-ubyte.gz").write_bytes(b"no"), "which is not an IDX file of bytes"),
    ],
)
def test_each_mistake_in_a_folder_of_idx_files_is_one_line(here, change, words):
    change(save_idx(here / "set"))
    with pytest.raises(DataError) as caught:
        load("set")
    assert words in str(caught.value) and "\n" not in str(caught.value)


# Addresses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("mnist", False),
        ("a.npz", True),
        ("b/a.CSV.GZ", True),
        ("./digits", True),
        ("a.csv:label=x", True),
        ("a.tsv.gz", True),
        ("misspelt.xls", True),
        ("x", False),
    ],
)
def test_which_addresses_are_of_files(address, own):
    assert is_own(address) == own


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("absent.csv", r"there is no file .*absent\.csv"),
        ("absent/x", "there is no file or folder"),
        ("here.txt", "is none of the files that can be read: an .npz, .csv"),
        ("a.csv:label=x,label=y", "gives label twice"),
    ],
)
def test_an_address_that_is_none_is_one_line(here, address, words):
    (here / "here.txt").write_text("")
    with pytest.raises(DataError, match=words):
        load(f"./{address}")


def test_a_regression_in_an_npz_file():
    x, t = np.eye(4, dtype=np.float32), np.array([0.5, 1.0, 2.0, 4.0])
    np.savez("a.npz", x_train=x, t_train=t, x_test=x, t_test=t[:, None])
    data = load("a.npz")
    assert not data.classifies and data.t_train.dtype == np.float32 and data.t_test.tolist() == [[0.5], [1], [2], [4]]
    with pytest.raises(ValueError, match=r"a\.npz has numbers to predict, and no classes"):
        _ = data.classes
    np.savez("a.npz", x_train=x, t_train=t, x_test=x, t_test=np.arange(4))
    with pytest.raises(DataError, match="t_train and t_test must be of one type and shape"):
        load("a.npz")
    np.savez("a.npz", x_train=x, t_train=t * np.nan, x_test=x, t_test=t)
    with pytest.raises(DataError, match=r"t_train\[0\] holds a number that is not finite"):
        load("a.npz")
