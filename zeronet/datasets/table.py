"""Your own data as a table: .csv or .tsv, .gz or not, a row for each example; a column has the labels or the targets.

Kaggle's files of digits (label, pixel0 … pixel783) are such tables; so are measurements with a price to predict.
"""

import csv
import io
import math
import reprlib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from zeronet.datasets.blocks import LONGEST_LINE, text_blocks
from zeronet.datasets.dataset import DataError, Dataset
from zeronet.datasets.growing import TEST_EVERY, About, Growing, from_cache

LARGEST = float(np.finfo(np.float32).max)
MOST_CLASSES = 10_000
LABEL_NAMES = ("label", "class")


def load_table(path: Path, settings: Mapping[str, str]) -> Dataset:
    """Load a table. The labels are in the column that label= names, else in that called label or class, or the first.

    Labels are words or integers. With target= there are no labels: that column has numbers to predict. Of each class,
    every fifth row is for testing; if numbers are predicted, every fifth row. If the columns are the bytes of square
    pictures, they are divided by 255, or by their maximum if that is at most 127; else each column gets the mean 0 and
    the standard deviation 1 over the training rows, as do numbers to predict: always predicting their mean gives MSE 1.
    The source says which.

    settings: label or target, the name of a column. Raises DataError, which names the file, and the line.
    """
    if len(settings) > 1:
        raise DataError(f"{path}: give label= for classes, or target= for a number to predict")
    try:
        return from_cache(path, dict(settings), [path], lambda folder: _Reader(path, settings).read(folder))
    except (DataError, csv.Error) as error:
        raise DataError(f"{path}: {error}") from None


@dataclass
class _Statistics:
    """Of the columns: whether all are bytes; mean and squared deviations of those rows that are for training."""

    bytes_only: bool = True
    most: float = 0.0
    n: int = 0
    mean: Any = 0.0
    squares: Any = 0.0

    def add(self, x: np.ndarray, training: np.ndarray) -> None:
        """Merge the mean and the squared deviations of a block's training rows into the running ones; x (N, D).

        T. F. Chan, G. H. Golub and R. J. LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample
        Variances", 1979.
        """
        self.bytes_only = self.bytes_only and bool((x >= 0).all() and (x <= 255).all() and (x == np.rint(x)).all())
        self.most = max(self.most, float(x.max(initial=0)))
        rows = x[training].astype(np.float64)
        if len(rows):
            mean, total = rows.mean(axis=0), self.n + len(rows)
            self.squares += ((rows - mean) ** 2).sum(axis=0) + (mean - self.mean) ** 2 * self.n * len(rows) / total
            self.mean += (mean - self.mean) * len(rows) / total
            self.n = total

    def standardize(self, rows: np.ndarray) -> None:
        """Give rows the mean 0 and the standard deviation 1 of those that were added, in place."""
        deviation = np.sqrt(self.squares / self.n)
        rows[...] = (rows - self.mean) / np.where(deviation > 0, deviation, 1)


@dataclass
class _Reader:
    """Reads a table block by block.

    codes: label → its number, in the order of their first appearance. The fields behind it are those of the format,
    which _detect_format finds; label_column is an index, of the targets in a regression.
    """

    path: Path
    settings: Mapping[str, str]
    inputs: _Statistics = field(default_factory=_Statistics)
    targets: _Statistics = field(default_factory=_Statistics)
    codes: dict[Any, int] = field(default_factory=dict)
    delimiter: str = ","
    has_header: bool = False
    names: list[str] = field(default_factory=list)
    label_column: int = 0
    label_is_guessed: bool = False
    labels_are_words: bool = False

    @property
    def is_regression(self) -> bool:
        """Whether there are numbers to predict."""
        return "target" in self.settings

    def read(self, folder: Path) -> About:
        """Write the four arrays into an empty folder."""
        line, growing = 1, None
        with text_blocks(self.path) as blocks, ExitStack() as stack:
            for text in blocks:
                if growing is None:
                    if not text.strip():
                        continue
                    self._detect_format(text)
                    growing = stack.enter_context(Growing(folder, len(self.names) - 1, int(self.is_regression)))
                    if self.has_header:
                        _, _, text = text.partition("\n")
                        line += 1
                if text.strip():
                    x, t = self._parsed(text, line)
                    testing = growing.append(x, t)
                    self.inputs.add(x, ~testing)
                    if self.is_regression:
                        self.targets.add(t, ~testing)
                line += text.count("\n")
            if growing is None:
                raise DataError("it is empty")
            self._check_classes(growing)
            growing.close()
        return self._completed(growing)

    def _detect_format(self, text: str) -> None:
        """Find delimiter, header, the column of the labels, and whether they are words, in the first two rows."""
        first = text[: text.find("\n")] if "\n" in text else text
        self.delimiter = max(",;\t", key=first.count)
        rows = [row for row in csv.reader(io.StringIO(text[: 2 * LONGEST_LINE]), delimiter=self.delimiter) if row][:2]
        self.has_header = len(rows) == 2 and any(
            not _is_number(a) and _is_number(b) for a, b in zip(*rows, strict=False)
        )
        self.names = (
            [name.strip() for name in rows[0]] if self.has_header else [str(k + 1) for k in range(len(rows[0]))]
        )
        if len(self.names) < 2:
            raise DataError("its first line has one column: a label and at least one number are needed")
        given = next(iter(self.settings.values()), None)
        if given is not None and given not in self.names:
            shown = reprlib.repr(self.names) if self.has_header else f"no names, so it is one of 1 … {len(self.names)}"
            raise DataError(f"there is no column {given!r}: they have {shown}")
        usual = [name for name in self.names if name.lower() in LABEL_NAMES]
        self.label_is_guessed = given is None and not usual
        self.label_column = self.names.index(given if given is not None else (usual or self.names)[0])
        value = rows[-1][self.label_column] if self.label_column < len(rows[-1]) else ""
        self.labels_are_words = not self.is_regression and not _is_number(value)

    def _parsed(self, text: str, line: int) -> tuple[np.ndarray, np.ndarray]:
        """Return inputs (N, D), and codes (N,) or numbers (N, 1); line: the number of the first line."""
        words: Any = {self.label_column: self._code} if self.labels_are_words else None
        form: Any = {"delimiter": self.delimiter, "quotechar": '"', "comments": None, "encoding": None, "ndmin": 2}
        try:
            with np.errstate(over="ignore"):  # what is too large for float32 is reported below
                table = np.loadtxt(io.StringIO(text), np.float32, converters=words, **form)
        except (ValueError, OverflowError) as error:
            raise self._first_error(text, line) or DataError(f"lines from {line:,} on: {error}") from None
        if table.shape[1] != len(self.names) or not np.isfinite(table).all():
            raise self._first_error(text, line) or DataError(f"lines from {line:,} on cannot be read")
        x, t = np.delete(table, self.label_column, axis=1), table[:, self.label_column]
        if self.is_regression:
            return x, t[:, None]
        if self.labels_are_words:
            return x, self._check_class_count(t.astype(np.int64))
        if (t != np.rint(t)).any():
            raise self._first_error(text, line) or DataError(f"lines from {line:,} on: a label is no integer")
        values, places = np.unique(t, return_inverse=True)
        codes = np.array([self._code(int(value)) for value in values])
        return x, self._check_class_count(codes[places.reshape(-1)])

    def _code(self, label: Any) -> int:
        return self.codes.setdefault(label, len(self.codes))

    def _check_class_count(self, codes: np.ndarray) -> np.ndarray:
        if len(self.codes) > MOST_CLASSES:
            raise DataError(f"column {self._name} has more than {MOST_CLASSES:,} different labels{self._hint()}")
        return codes

    @property
    def _name(self) -> str:
        return repr(self.names[self.label_column])

    def _hint(self) -> str:
        """Return what to do if the column of the labels has none."""
        file, name = self.path.name, self.names[self.label_column]
        if self.label_is_guessed:  # the first column, of which nobody said that it has the labels
            return f": name the column of the labels, {file}:label=…, or of numbers to predict, {file}:target=…"
        return f": to predict numbers, use {file}:target={name}"

    def _first_error(self, text: str, line: int) -> DataError | None:
        """Return what is wrong with the first bad line."""
        for number, row in enumerate(text.split("\n"), start=line):
            fields = next(csv.reader([row], delimiter=self.delimiter), [])
            if not fields:
                continue
            if len(fields) != len(self.names):
                return DataError(f"line {number:,} has {len(fields)} fields, and the first line {len(self.names)}")
            for k, value in enumerate(fields):
                is_label = k == self.label_column and not self.is_regression
                if error := self._label_error(value) if is_label else self._number_error(k, value):
                    return DataError(f"line {number:,}: {error}")
        return None

    def _label_error(self, value: str) -> str:
        """Return what is wrong with a label; nothing if it is right."""
        if self.labels_are_words:
            return ""
        if value.strip() and not _is_number(value):
            return f"the label is {reprlib.repr(value)}, and others are numbers"
        error = self._number_error(self.label_column, value)
        if not error and float(value) % 1:
            error = f"column {self._name} is {value.strip()}, and labels are integers or words{self._hint()}"
        return error

    def _number_error(self, column: int, value: str) -> str:
        """Return what is wrong with a number; nothing if it is right."""
        where = f"column {reprlib.repr(self.names[column])}"
        if not value.strip():
            return f"{where} is empty: fill it, or leave the line out"
        if not _is_number(value):
            columns = "all columns" if self.is_regression else "all columns but the label"
            return f"{where} is {reprlib.repr(value)}: {columns} must be numbers"
        if not abs(float(value)) <= LARGEST:
            return f"{where} is {value.strip()}, which is not finite in float32"
        return ""

    def _completed(self, growing: Growing) -> About:
        """Scale the inputs, number the classes, and say how."""
        columns, names = len(self.names) - 1, tuple[str, ...]()
        side, shape, remarks = math.isqrt(columns), tuple[int, ...]((columns,)), []
        if self.is_regression:
            remarks.append(f"{self.names[self.label_column]} standardized, every {TEST_EVERY}th row for testing")
            for role in ("t_train", "t_test"):
                growing.change(role, self.targets.standardize)
            if not self.targets.squares.any():
                raise DataError(f"column {self._name} has one value only: there is nothing to predict")
        else:
            names = self._number_classes(growing)
            if self.label_is_guessed:
                remarks.append(f"labels from the first column, {self._name}")
            if names and not self.labels_are_words:
                remarks.append(f"labels {names[0]} … {names[-1]} numbered from 0")
        pixels = self.inputs.bytes_only and self.inputs.most > 1 and side**2 == columns and side >= 4
        if pixels:
            shape = (side, side)
            white = 255.0 if self.inputs.most > 127 else self.inputs.most  # 16 in scikit-learn's digits
            remarks.append(f"pixels divided by {white:g}")
        else:
            remarks.append("columns standardized")
        for role in ("x_train", "x_test"):
            growing.change(role, partial(_divide, white) if pixels else self.inputs.standardize)
        return About(", ".join(["own data", *remarks]), "images" if pixels else "rows", shape, names)

    def _check_classes(self, growing: Growing) -> None:
        """Raise DataError if the labels are hardly classes."""
        rare = int((growing.counts < TEST_EVERY).sum())
        if self.codes and 2 * rare > len(self.codes):
            raise DataError(
                f"column {self._name} has {len(self.codes):,} different labels, most of them in fewer than "
                f"{TEST_EVERY} rows{self._hint()}"
            )

    def _number_classes(self, growing: Growing) -> tuple[str, ...]:
        """Number the classes in the order of their labels; return the labels, if they are not the numbers."""
        order = sorted(self.codes)
        numbers = np.empty(len(order), np.int64)
        numbers[[self.codes[label] for label in order]] = np.arange(len(order))

        def number(codes: np.ndarray) -> None:
            codes[...] = numbers[codes]

        for role in ("t_train", "t_test"):
            growing.change(role, number)
        return () if order == list(range(len(order))) else tuple(map(str, order))


def _divide(by: float, pixels: np.ndarray) -> None:
    pixels /= np.float32(by)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
