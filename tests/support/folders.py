"""What the files of a folder contain."""

import csv
from pathlib import Path


def bytes_of(folder, *left_out, read=Path.read_bytes):
    """Return path → bytes of all files, without times, the lock, and paths that end with one of left_out."""
    paths = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {name: read(path) for name, path in paths.items() if not name.endswith(("timings.csv", ".lock", *left_out))}


def rows_of(path):
    """Return the rows of a table as dictionaries."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
