"""docs/data.md: its commands run as they stand, in each section after the Python that makes data to try them on."""

import re
import shlex
from pathlib import Path

import pytest

import zeronet
from zeronet.cli import main

TEXT = (Path(zeronet.__file__).parents[1] / "docs" / "data.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_every_recipe_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZERONET_CACHE_DIR", str(tmp_path / "cache"))
    printed = ""
    for section in TEXT.split("\n## "):
        for code in re.findall(r"```python\n(.*?)```", section, re.DOTALL):
            exec(code, {})
        for code in re.findall(r"```sh\n(.*?)```", section, re.DOTALL):
            assert main(shlex.split(code)[1:]) == 0
            printed += capsys.readouterr().out
    for line in re.findall(r"^photos/\d/.* {2}\d:|^SGD lr=0.1 .* 0\.\d{3} ", TEXT, re.MULTILINE):
        assert line in printed
