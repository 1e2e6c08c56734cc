"""Files of named arrays that other libraries read as well: .safetensors. They need the extra safetensors."""

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import numpy as np

from zeronet.common.archives import digest_of
from zeronet.common.errors import UserError
from zeronet.common.files import replacing

DIGEST = "sha256"  # the name of the arrays' digest among the texts of a file


def is_tensor_file(path: str | Path) -> bool:
    """Return whether a path has the suffix of these files."""
    return Path(path).suffix.lower() == ".safetensors"


def library() -> ModuleType:
    """Return the package. Raises UserError if it is not installed."""
    try:
        import safetensors.numpy
    except ImportError:
        raise UserError("a .safetensors file needs safetensors: pip install 'zeronet-dl[safetensors]'") from None
    return safetensors


def replace_tensors(path: str | Path, arrays: Mapping[str, np.ndarray], texts: Mapping[str, str]) -> None:
    """Write a file of arrays and texts that replaces path as a whole. Raises OSError if it cannot be written."""
    content = library().numpy.save(dict(arrays), {**texts, DIGEST: digest_of(arrays)})
    with replacing(path) as file:
        file.write(content)


def read_tensors(path: str | Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return the arrays and the texts of a file that replace_tensors wrote.

    Raises FileNotFoundError if there is none, ValueError if it is damaged, or its arrays are not those written. The
    library compares the sizes in its header with the file's before one is read.
    """
    with Path(path).open("rb"):  # raises the usual errors
        pass
    try:
        with library().safe_open(str(path), framework="numpy") as file:
            texts = dict(file.metadata() or {})
            arrays = {name: np.array(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118  # no mapping
    except Exception as error:  # the library has an error of its own
        raise ValueError(f"not a .safetensors file, or a damaged one ({error})") from error
    if texts.pop(DIGEST, None) != digest_of(arrays):
        raise ValueError("its arrays are not those that were written")
    return arrays, texts
