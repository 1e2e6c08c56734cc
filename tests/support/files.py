"""Files that are damaged, and a disk that is full in the middle of saving."""

import io
import pickle

import numpy as np
import pytest


def npy_file():
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    return file.getvalue()


DAMAGES = {  # name → what is done to the file at a path
    "empty": lambda path: path.write_bytes(b""),
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "text": lambda path: path.write_text("no arrays"),
    "a pickle": lambda path: path.write_bytes(pickle.dumps({"W1": 1})),
    "an .npy file": lambda path: path.write_bytes(npy_file()),
    "foreign arrays": lambda path: np.savez(path, x=np.zeros(3)),
}


def reads_with_one_byte_flipped(path, read, stride):
    """Yield what read() returns while one byte in stride of the file is flipped, unless it raises ValueError."""
    whole = path.read_bytes()
    for place in range(0, len(whole), stride):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            result = read()
        except ValueError:
            continue
        yield result


def check_that_an_interrupted_save_keeps(path, save, monkeypatch):
    """Assert that save() leaves the file at path as it was, and nothing beside it, if the disk is full meanwhile."""
    before = path.read_bytes()

    def full_disk(file, **arrays):
        file.write(b"half a file")
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez", full_disk)
    with pytest.raises(OSError, match="no space"):
        save()
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
