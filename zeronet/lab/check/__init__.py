"""A test bench for one's own optimizer: is this class with update(params, grads) right?

    zeronet check my_optimizer.py            the only class with update in the file
    zeronet check my_optimizer.py:AdaGrad    this one

Law by law it says pass, fail, remark or skip, what it saw, and which slip is likely. It knows no class by its name: a
law applies where the class behaves so that it must. The file's code is run, in a process of its own and with a time
limit: that stops endless loops, not malice. Check only files that you would run yourself.

The reading order: subject.py (the class under test; names.py tells which setting is which), findings.py (what a law
says), then the laws: steps.py (which way and how far), adaptive.py (the length of an adaptive class's steps; lengths.py
knows the first one by hand), memory.py (what is remembered, and of what; states.py finds it), manners.py (shapes,
types, what is changed), training.py (the digits, and which built-in it equals); running.py (all of it in a process),
report.py, __main__.py.
"""

from zeronet.lab.check.running import check

__all__ = ["check"]
