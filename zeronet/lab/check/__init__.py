"""A test bench for your own optimizer: is this class with update(params, grads) right?

    zeronet check my_optimizer.py            the only class with update in the file
    zeronet check my_optimizer.py:AdaGrad    this one

For each law the report says pass, fail, remark or skip, what was seen, and the likely slip. No class is known by its
name: a law applies if the class behaves so that it must. The file's code is run, in a process of its own and with a
time limit: that stops endless loops, not malice. Check only files that you would run yourself.

The reading order: roles.py (which setting is which), subject.py (the class under test, and what it keeps), findings.py
(what a law returns), the laws: steps.py (direction and length), adaptive.py (step lengths of an adaptive class;
first_step.py has the first one by hand), state.py (what is kept, and for which parameter), contract.py (shapes, types,
what is changed), training.py (the digits, and which built-in optimizer it equals); running.py (all of it in a process),
report.py.
"""

from zeronet.lab.check.running import check

__all__ = ["check"]
