"""--compile: the same files with compiled rules and without."""

import json

import pytest

from zeronet.cli.train import main
from zeronet.training import compiled
from zeronet.training.compiled import compiler

needs_llvm = pytest.mark.skipif(compiler() is None, reason="llvmlite is not installed: pip install zeronet-dl[fast]")


@needs_llvm
def test_all_files_are_the_same_but_for_timings_and_a_line_of_the_protocol(tmp_path, monkeypatch, capsys):
    clipped, decayed = "adagrad:clip_norm=0.5,clip_value=0.1,l2=0.01", "momentum:weight_decay=0.1"
    optimizers = ["--optimizer", "adam", "sgd", clipped, decayed]
    for choice in ("never", "always"):
        monkeypatch.setenv("ZERONET_COMPILE", choice)
        command = ["--problem", "digits", "--steps", "30", "--seeds", "1", "--jobs", "1", "--quiet", "--inspect"]
        assert main([*command, "--compile", choice, "--out", str(tmp_path / choice), *optimizers]) == 0
    never, always = tmp_path / "never", tmp_path / "always"
    files = sorted(path.relative_to(never) for path in never.rglob("*") if path.is_file())
    assert len(files) > 10
    for path in files:
        if path.name not in ("timings.csv", "protocol.json", "manifest.json"):  # which has their digests
            assert (never / path).read_bytes() == (always / path).read_bytes(), path
    before, after = (json.loads((folder / "protocol.json").read_text("utf-8")) for folder in (never, always))
    assert (before.pop("compiled"), after.pop("compiled")) == ("never", f"always ({compiler()})")
    assert before == after
    again = ["--resume", "--compile", "never", "--out", str(always), *optimizers]
    assert main([*command, *again]) == 0  # a change of --compile alone does not start over


def test_the_command_says_what_is_wrong_in_a_line(monkeypatch, capsys):
    monkeypatch.setattr(compiled, "compiler", lambda: None)
    monkeypatch.setenv("ZERONET_COMPILE", "auto")
    assert main(["--problem", "digits", "--compile", "always"]) == 2
    assert "--compile always needs llvmlite" in capsys.readouterr().err
    monkeypatch.setenv("ZERONET_COMPILE", "maybe")
    assert main(["--problem", "digits"]) == 2
    assert "ZERONET_COMPILE must be never, auto, always, not 'maybe'" in capsys.readouterr().err
