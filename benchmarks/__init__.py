"""Benchmarks: zeronet beside what a user would pick instead, in one run, doing the same work.

make bench-quick    under two minutes, no peers: zeronet against its own matrix products
make bench          everything; writes docs/speed.md

harness.py        interleaved rounds, medians, ratios, a look at the machine
task.py           the work: network, weights, batches, update rule
contestants/      who does it: zeronet, the book's loop, scikit-learn, PyTorch, JAX, and two floors
one_run.py        one epoch of one network, on one core or on all
profile.py        where the time of a step goes
updates.py        one update of every optimizer at three sizes, in NumPy and compiled, beside PyTorch's
threads.py        which shapes gain from more BLAS threads
sharing.py        what the optimizers of a seed could share
whole_job.py      the default comparison, from process start to figure, beside the same in JAX
growth.py         how cost grows with batch, width, parameters, images, seeds, workers; draws docs/growth.png
memory.py         peak memory of train.py, and training from a file of 4 GB
cluster_overhead.py    what a run costs on a cluster besides its training
controls.py       the verdict tested on itself: what must not be found, and what must be
"""
