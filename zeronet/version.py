"""The version of zeronet, which protocols and saved files name."""

__version__ = "0.1.0"
