"""Does a change that should change nothing change anything? Digests of what eight commands write and print.

python -m benchmarks.behaviour before.json                      run them and keep the digests
python -m benchmarks.behaviour after.json --against before.json     run them, keep the digests, name what differs

Paths, versions and seconds are masked. Digests depend on NumPy, its BLAS, Matplotlib and the machine: compare only
files made by one machine.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TRAIN = Path(__file__).resolve().parents[1] / "train.py"
OPTIMIZERS = """\
import numpy as np


class Raises:
    def __init__(self, lr=0.1):
        self.lr = lr
        self.t = 0

    def update(self, params, grads):
        self.t += 1
        if self.t > 3:
            raise RuntimeError("three updates are enough")


class MyAdaGrad:
    def __init__(self, lr=0.01):
        self.lr = lr
        self.h = None

    def update(self, params, grads):
        if self.h is None:
            self.h = {k: np.zeros_like(v) for k, v in params.items()}
        for k in params:
            self.h[k] += grads[k] * grads[k]
            params[k] -= self.lr * grads[k] / (np.sqrt(self.h[k]) + 1e-7)
"""
SMALL = ["--problem", "digits", "--steps", "100", "--eval-every", "20"]
COMMANDS = {
    "default": ["--problem", "digits", "--jobs", "2"],
    "tuned": [*SMALL, "--tune", "6", "--seeds", "3"],
    "ladder": [*SMALL, "--protocol", "ladder", "--hidden", "20", "20", "--seeds", "2", "--jobs", "2"],
    "valley": ["--problem", "valley", "--animate"],
    "landscapes": ["--problem", "valley", "beale", "ackley", "--tune", "4", "--seeds", "3", "--jobs", "2"],
    "inspect": [*SMALL, "--inspect", "--seeds", "1"],
    "failing": [*SMALL, "--optimizer", "sgd:lr=1e9", "optimizers.py:Raises", "optimizers.py:MyAdaGrad", "--jobs", "2"],
    "japanese": [*SMALL, "--optimizer", "sgd", "adam:clip_norm=1", "rmsprop:dialect=pytorch", "--lang", "ja"],
}
MASKS = (
    (r"\d+(\.\d+)?(?= s of training)", "SECONDS"),
    (r"\d+(?= 秒)", "SECONDS"),
    (r'"(zeronet|python|numpy)": "[^"]*"', r'"\1": "VERSION"'),
    (r"\b[0-9a-f]{64}\b", "DIGEST"),  # of plug-ins' sources, whose paths change
)


def masked(content: bytes, folder: str) -> bytes:
    """Return a file's content without what differs from run to run."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return content
    for path in sorted({folder, os.path.realpath(folder), str(TRAIN.parent), sys.prefix}, key=len, reverse=True):
        text = text.replace(path, "PATH")
    for pattern, replacement in MASKS:
        text = re.sub(pattern, replacement, text)
    return text.encode()


def printed(text: str) -> str:
    """Return what a command printed without the last column of its table, which is seconds."""
    return re.sub(r"(?m)  \d+\.\d( \(\d+\.\d\.\.\d+\.\d\))?$", "  SECONDS", text)


def traceback_masked(text: bytes) -> bytes:
    """Return a traceback without zeronet's own frames, which a move renames."""
    lines = text.decode().splitlines()
    return "\n".join(line for line in lines if not line.startswith(" ") or "optimizers.py" in line).encode()


def digests(name: str, arguments: list[str]) -> dict[str, str]:
    """Run train.py in a new folder; return file or stream → digest of what it holds."""
    with tempfile.TemporaryDirectory(prefix="zeronet-") as folder:
        Path(folder, "optimizers.py").write_text(OPTIMIZERS)
        command = [sys.executable, str(TRAIN), *arguments, "--quiet", "--out", "out"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={**os.environ, "COLUMNS": "100"})
        found = {"status": str(done.returncode)}
        contents = {"stdout": printed(done.stdout).encode(), "stderr": done.stderr.encode()}
        for path in sorted(Path(folder, "out").rglob("*")):
            relative = path.relative_to(Path(folder, "out"))
            if path.is_file() and ".runs" not in relative.parts and path.name not in ("timings.csv", ".lock"):
                contents[relative.as_posix()] = path.read_bytes()
        for place, content in contents.items():
            content = traceback_masked(content) if place.startswith("errors/") else content
            content = masked(content, folder)
            if keep := os.environ.get("KEEP"):  # the contents themselves, to look at what differs
                Path(keep, name, place).parent.mkdir(parents=True, exist_ok=True)
                Path(keep, name, place).write_bytes(content)
            found[place] = hashlib.sha256(content).hexdigest()[:16]
    return found


def main() -> int:
    """Run all commands; return 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--against", type=Path)
    args = parser.parse_args()
    found = {name: digests(name, arguments) for name, arguments in COMMANDS.items()}
    args.file.write_text(json.dumps(found, indent=1) + "\n")
    if not args.against:
        return 0
    before = json.loads(args.against.read_text())
    differing = [
        f"{name}: {place}"
        for name in COMMANDS
        for place in sorted({*before[name], *found[name]})
        if before[name].get(place) != found[name].get(place)
    ]
    more = [f"… and {len(differing) - 40} more"] if len(differing) > 40 else []
    print("\n".join(differing[:40] + more) or f"all the same: {sum(map(len, found.values()))} digests")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
