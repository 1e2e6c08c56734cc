"""`from datasets import load`, as in the book's scripts: a door to zeronet.datasets. README.md describes the sets."""

from zeronet.datasets import NAMES, DataError, Dataset, load

__all__ = ["NAMES", "DataError", "Dataset", "load"]
