"""Train a network on MNIST and compare optimizers: parse, plan, run, report.

python train.py                                              SGD, AdaGrad and RMSProp, as in chapter 6 of the book
python train.py --optimizer rmsprop                          one of them
python train.py --optimizer sgd:lr=0.5 adagrad rmsprop       with settings
python train.py --optimizer my_optimizer.py:MyAdaGrad sgd    your own class with update(params, grads)
python train.py --problem valley --lr 0.3 --animate          paths on f(x, y) = x²/20 + y², still and in motion

Where zeronet is installed, `zeronet train` is the same.
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]  # zeronet is the neighbour of this file, whatever else is installed

from zeronet.cli.parser import exit_status, hide_warnings  # noqa: E402
from zeronet.cli.train import list_optimizers, parse, plan, report, run  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    options = parse(arguments, "train.py")
    return exit_status("train.py", lambda: answer(options), options.lang)


def answer(options: argparse.Namespace) -> int:
    """Plan the comparison, carry it out, and report what it says; return the exit status."""
    if options.list_optimizers:
        return list_optimizers()
    requests = plan(options)  # which optimizers, on which problem, how long, from which seeds
    results = {request.problem.name: run(request, options) for request in requests}  # train, write files, draw figures
    return report(results, options)  # print what several problems say together; open windows


if __name__ == "__main__":
    hide_warnings()
    sys.exit(main())
