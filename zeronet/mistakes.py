"""Mistakes of the person at the keyboard."""

import argparse
from typing import NoReturn


class Mistake(ValueError):
    """A person's mistake: its one line is shown instead of a traceback."""

    def __init__(self, words: str):
        super().__init__(words.replace("\n", " "))  # names of files may hold anything


class Parser(argparse.ArgumentParser):
    """An argument parser whose mistakes are one line."""

    def error(self, message: str) -> NoReturn:
        """Print the line and end with status 2."""
        self.exit(2, f"{self.prog}: {message}\n")
