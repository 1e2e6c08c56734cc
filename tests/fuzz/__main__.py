"""python -m tests.fuzz lines 5000, damage 10000, kills 100: how often was which promise broken? [--seed S]"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from importlib import import_module
from pathlib import Path

parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
parser.add_argument("kind", choices=["lines", "damage", "kills"])
parser.add_argument("number", type=int, help="of cases")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--seconds", type=float, default=float("inf"), help="end after this time")
options = parser.parse_args()

counts: Counter[str] = Counter()
end = time.monotonic() + options.seconds
with tempfile.TemporaryDirectory(prefix="fuzz-", ignore_cleanup_errors=True) as folder:
    cases = import_module(f"tests.fuzz.{options.kind}").cases(Path(folder), random.Random(options.seed))
    for _, (what, broken, case) in zip(range(options.number), cases, strict=False):
        counts[what] += 1
        for promise in broken:
            counts[f"BROKEN {promise}"] += 1
            print(f"{promise}: {case}", flush=True)
        if time.monotonic() > end:
            break
for what, number in sorted(counts.items()):
    print(f"{number:7,}  {what}")
sys.exit(any(what.startswith("BROKEN") for what in counts))
