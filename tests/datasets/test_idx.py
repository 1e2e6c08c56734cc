import gzip
import struct

import numpy as np
import pytest

from zeronet.datasets import DataError, idx
from zeronet.datasets.catalogue import KNOWN


@pytest.mark.parametrize("shape", [(5,), (2, 3), (3, 2, 2), (0, 2)])
def test_render_and_parse_are_inverse(shape):
    array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    np.testing.assert_array_equal(idx.parse(idx.render(array)), array, strict=True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an IDX file"),
        (b"<!DOCTYPE html>", "not an IDX file"),
        (bytes([0, 0, 0x0D, 1]) + struct.pack(">I", 0), "not an IDX file"),  # type 0x0D: floats
        (bytes([0, 0, 8, 0]), "not an IDX file"),
        (bytes([0, 0, 8, 3, 0, 0]), "cannot hold the header of 16"),
        (bytes([0, 0, 8, 1]) + struct.pack(">I", 3) + b"ab", "cut short: 10 bytes uncompressed instead of 11"),
        (bytes([0, 0, 8, 1]) + struct.pack(">I", 3) + b"abcd", "too long: 12 bytes uncompressed instead of 11"),
        (bytes([0, 0, 8, 4]) + b"\xff" * 16, "cut short: 20 bytes"),  # 2¹²⁸ elements: no overflow
    ],
)
def test_parse_refuses(content, message):
    with pytest.raises(ValueError, match=message):
        idx.parse(content)


@pytest.mark.parametrize("times", [0, 1, 2])
def test_content_is_found_however_often_it_was_compressed(times, fakes):
    content = raw = fakes.contents["mnist"]["x_test"]
    for _ in range(times):
        raw = gzip.compress(raw)
    assert idx.content_of(KNOWN["mnist"], "x_test", raw, "here") == content


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: gzip.compress(c)[:-20], "^here is not MNIST's t10k-images-idx3-ubyte: it is damaged or cut short"),
        (
            lambda c: gzip.compress(c)[:30] + b"\0" * 50,
            "^here is not MNIST's t10k-images-idx3-ubyte: it is damaged or cut short",
        ),
        (lambda c: gzip.compress(c)[:3], "^here is not MNIST's t10k-images-idx3-ubyte: it is damaged or cut short"),
        (lambda c: c[:-5], "^here is not MNIST's t10k-images-idx3-ubyte: it is cut short: 131 bytes .* instead of 136"),
        (lambda c: c + b"\0", "it is too long"),
        (lambda c: b"<html>", "not an IDX file"),
        (lambda c: idx.render(np.zeros((10, 3, 4), np.uint8)), r"holds an array \(10, 3, 4\) instead of \(10, 4, 3\)"),
        (lambda c: c[:-1] + bytes([c[-1] ^ 1]), "its content has another sha256, "),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(change, message, fakes):
    raw = change(fakes.contents["mnist"]["x_test"])
    with pytest.raises(DataError, match=message):
        idx.content_of(KNOWN["mnist"], "x_test", raw, "here")


@pytest.mark.parametrize(
    ("name", "role", "what"),
    [("fashion-mnist", "t_test", "Fashion-MNIST's t10k"), ("mnist", "t_train", "MNIST's train")],
)
def test_another_published_file_is_named(name, role, what, fakes):
    raw = gzip.compress(fakes.contents[name][role])
    with pytest.raises(DataError, match=f"here is {what}-labels-idx1-ubyte, not MNIST's t10k-labels-idx1-ubyte"):
        idx.content_of(KNOWN["mnist"], "t_test", raw, "here")
