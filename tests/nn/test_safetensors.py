"""Networks as .safetensors: the same network, and arrays that other libraries read."""

import json
import struct
import sys

import numpy as np
import pytest

from zeronet import MultiLayerNet, SimpleConvNet, TwoLayerNet
from zeronet.common.errors import UserError
from zeronet.nn import load


@pytest.fixture(autouse=True)
def installed():
    pytest.importorskip("safetensors", reason="needs safetensors")


@pytest.mark.parametrize(
    "net",
    [
        TwoLayerNet(6, 5, 3, seed=1),
        MultiLayerNet(6, [5, 4], 3, batch_norm=True, dropout=0.1, dtype=np.float64),
        SimpleConvNet((1, 6, 6), filters=2, filter_size=3),
    ],
)
def test_a_network_comes_back_as_from_an_npz_file(net, tmp_path, rng):
    net.save(tmp_path / "a.safetensors")
    net.save(tmp_path / "a.npz")
    one, other = load(tmp_path / "a.safetensors"), load(tmp_path / "a.npz")
    assert repr(one) == repr(other) == repr(net)
    np.testing.assert_array_equal(one.params.flat, net.params.flat, strict=True)
    np.testing.assert_array_equal(one.buffers.flat, net.buffers.flat, strict=True)
    x = rng.standard_normal((4, net.layers[0].input_size))
    np.testing.assert_array_equal(one.predict(x), other.predict(x))


def test_the_librarys_own_reader_finds_the_arrays_by_name(tmp_path):
    from safetensors.numpy import load_file

    net = TwoLayerNet(6, 5, 3)
    net.save(tmp_path / "a.SAFETENSORS")
    arrays = load_file(tmp_path / "a.SAFETENSORS")
    assert set(arrays) == set(net.params)
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, net.params[name], strict=True)


def changed(content, **tensors):
    """Return a file whose header says other things of its tensors."""
    (size,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + size])
    for name, about in tensors.items():
        header[name] = header[name] | about
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content[8 + size :]


@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"",
        lambda content: content[:-4],
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: struct.pack("<Q", 2**60) + content[8:],
        lambda content: changed(content, W1={"shape": [100_000, 100_000]}),
        lambda content: changed(content, W1={"data_offsets": [0, 4_000_000_000]}),
        lambda content: changed(content, W1={"dtype": "F64"}),
        lambda content: changed(content, __metadata__={"architecture": "["}),
    ],
)
def test_a_damaged_file_is_one_line(tmp_path, change):
    path = tmp_path / "a.safetensors"
    TwoLayerNet(6, 5, 3).save(path)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ValueError, match=r"a\.safetensors is not a network saved by zeronet, or is damaged") as error:
        load(path)
    assert "\n" not in str(error.value)


def test_a_missing_file_and_a_missing_package_are_told_apart(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "absent.safetensors")
    TwoLayerNet(6, 5, 3).save(tmp_path / "a.safetensors")
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    for use in (load, TwoLayerNet(6, 5, 3).save):
        with pytest.raises(UserError, match=r"needs safetensors: pip install 'zeronet-dl\[safetensors\]'"):
            use(tmp_path / "a.safetensors")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.safetensors"]
