import stat

import numpy as np
import pytest

from zeronet.common.archives import read_arrays
from zeronet.common.errors import UserError
from zeronet.common.files import finite, one_of, read_csv, replacing


@pytest.mark.parametrize("name", ["a.txt", "確率的勾配降下法" * 10])
def test_a_file_appears_whole_when_the_block_ends(name, tmp_path):
    path = tmp_path / name
    with replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert not path.exists()
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_interrupted_block_leaves_the_old_file_and_no_half_one(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    with pytest.raises(error), replacing(path) as file:
        file.write(b"half")
        raise error
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_has_the_rights_of_an_ordinary_one(tmp_path):
    with replacing(tmp_path / "a.txt") as file:
        file.write(b"")
    (tmp_path / "b.txt").write_bytes(b"")
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == stat.S_IMODE((tmp_path / "b.txt").stat().st_mode)


def test_a_folder_that_does_not_exist_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "nowhere" / "a.txt"):
        pytest.fail("the block must not begin")


def test_a_folder_in_the_place_of_the_file_stays(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError), replacing(tmp_path / "a") as file:
        file.write(b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no file {path}"),
        (b"", "{path} is empty"),
        (b"label,loss\n", "{path} is damaged: its first line is not label,step,loss"),
        (b"label,step,loss\nSGD,0\n", "{path} is damaged: line 2 has 2 fields, not 3"),
        (b"label,step,loss\nSGD,0,1\nSGD,x,1\n", "{path} is damaged: line 3: step must not be 'x'"),
        (b"label,step,loss\nAdam,0,1\n", "{path} is damaged: line 2: label must not be 'Adam'"),
        (b"label,step,loss\nSGD,0,inf\n", "{path} is damaged: line 2: loss must not be 'inf'"),
    ],
)
def test_a_damaged_table_is_named_with_its_line(tmp_path, content, message):
    path = tmp_path / "table.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_csv(path, {"label": one_of(["SGD"]), "step": int, "loss": finite}, most=9)
    assert str(caught.value) == message.format(path=path)


def test_what_a_damaged_archive_says_of_itself_is_cut_short(tmp_path):
    """zipfile quotes the name in the header, which a bit in its length makes as long as the file."""
    path = tmp_path / "a.npz"
    np.savez(path, a=np.zeros(3000))
    data = bytearray(path.read_bytes())
    data[27] = 8  # the length of the name in the first header: 2,053 instead of 5
    path.write_bytes(data)
    with pytest.raises(ValueError, match="a damaged one") as error:
        read_arrays(path)
    assert len(str(error.value)) < 200
