"""`from datasets import load`, as the book's scripts have it: a door to zeronet.datasets."""

from zeronet.datasets import NAMES, DataError, Dataset, load

__all__ = ["NAMES", "DataError", "Dataset", "load"]
