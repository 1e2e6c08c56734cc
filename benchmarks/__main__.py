"""Run all benchmarks, one after the other, each in a process of its own, and write docs/speed.md.

python -m benchmarks

Nothing is written if others use the machine before one of them.
"""

import subprocess
import sys
from pathlib import Path

from benchmarks import harness

HERE = Path(__file__).resolve().parent.parent
INTRODUCTION = """# Speed

Written by `make bench`. Compare ratios, not times, which come from one machine at one time.
[speed-notes.md](speed-notes.md) explains the results.
"""
PARTS = {
    "One run, one core": ["benchmarks.one_run", "one-core"],
    "One run, all cores": ["benchmarks.one_run", "all-cores"],
    "A convolutional network, one core": ["benchmarks.convolution"],
    "One update": ["benchmarks.updates"],
    "One update after transforms": ["benchmarks.updates", "transforms"],
    "Where a step's time goes": ["benchmarks.profile"],
    "BLAS threads": ["benchmarks.threads"],
    "What the runs of a seed could share": ["benchmarks.sharing"],
    "The whole default comparison": ["benchmarks.whole_job"],
    "How cost grows": ["benchmarks.growth", "docs/growth.png"],
    "Memory": ["benchmarks.memory"],
}


def main() -> None:
    """Run the parts and write what they print."""
    text = INTRODUCTION
    for title, part in PARTS.items():
        harness.require_quiet()
        print(f"{title} ...", file=sys.stderr, flush=True)
        run = subprocess.run([sys.executable, "-m", *part], cwd=HERE, stdout=subprocess.PIPE, text=True, check=True)
        text += f"\n## {title}\n\n`python -m {' '.join(part)}`\n\n{run.stdout.strip()}\n"
    (HERE / "docs" / "speed.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
