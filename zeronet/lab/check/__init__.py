"""A test bench for your own optimizer: is this class with update(params, grads) right?

    zeronet check my_optimizer.py            the only class with update in the file
    zeronet check my_optimizer.py:AdaGrad    this one

For each law the report says pass, fail, remark or skip, what was seen, and the likely slip. A law applies if the class
behaves so that it must; a class that is named as one of zeronet's, or compared by --like, must also go where that one
goes. The file's code is run, in a process of its own and with a time limit: that stops endless loops, not
malice. Check only files that you would run yourself.

The reading order: roles.py (which setting is which), interface.py (what a class expects of its caller), subject.py (the
class under test), state.py (what it keeps), findings.py (what a law returns), laws/: steps.py (direction and
length), adaptive.py (step lengths of an adaptive class; first_step.py has the first one by hand), state.py (what is
kept, and for which parameter), contract.py (shapes, types, what is changed), memory.py (some thousand updates),
likeness.py (the path of zeronet's own; twins.py finds which that is), training.py (the digits); running.py (all laws),
process.py (in a process of their own), report.py.
"""

from zeronet.lab.check.process import check

__all__ = ["check"]
