"""The machine while training: flushed subnormal numbers, the number of BLAS threads, freed memory that is kept."""

import ctypes
import ctypes.util
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

import numpy as np
import threadpoolctl

# Index of the control word in the C library's fenv_t, in 32-bit words, and the bits that flush.
# x86-64: MXCSR is at byte 28; bit 15 flushes results, bit 6 operands. aarch64: FPCR is first; bit 24 does both.
CONTROL_WORDS = {"x86_64": (7, 1 << 15 | 1 << 6), "aarch64": (0, 1 << 24)}


@contextmanager
def flushed_subnormals() -> Iterator[bool]:
    """Treat numbers below 1e-38 (float32) as 0 in this thread, inside the block; yield whether this machine can.

    The state of a weight whose pixel is rarely on decays through subnormal numbers (1e-38 … 1e-45), which the processor
    handles so slowly that a step can take twice as long. Works on Linux with x86-64 and aarch64; does nothing
    elsewhere. The previous setting is restored at the end, also after an exception.

    Examples
    --------
    >>> tiny = np.array([1e-40], dtype=np.float32)
    >>> with flushed_subnormals() as flushing:
    ...     product = tiny * np.float32(1)
    >>> bool(product[0] == 0) == flushing
    True
    """
    if not can_flush():
        yield False
        return
    word, bits = CONTROL_WORDS[platform.machine()]
    c = ctypes.CDLL(None)
    before = (ctypes.c_uint32 * 16)()  # larger than any fenv_t of these machines
    c.fegetenv(ctypes.byref(before))
    flushing = (ctypes.c_uint32 * 16)(*before)
    flushing[word] |= bits
    c.fesetenv(ctypes.byref(flushing))
    try:
        yield True
    finally:
        c.fesetenv(ctypes.byref(before))


def can_flush() -> bool:
    """Return whether flushed_subnormals has an effect here."""
    return sys.platform == "linux" and platform.machine() in CONTROL_WORDS and hasattr(ctypes.CDLL(None), "fesetenv")


# Products of fewer multiplications than this per step are faster with one thread: 784-300-10 with a batch of 128 gains
# from a second one, 784-100-100-100-100-10 loses (python -m benchmarks.threads).
# A convolution multiplies more often than this counts.
WORTH_THREADS = 20_000_000

_chosen: ContextVar[bool] = ContextVar("_chosen", default=False)  # whether blas_threads decides


@contextmanager
def blas_threads(number: int) -> Iterator[None]:
    """Use this number of threads for matrix products, inside the block, also in a Trainer's fit."""
    token = _chosen.set(True)
    try:
        with threadpoolctl.threadpool_limits(number, user_api="blas"):
            yield
    finally:
        _chosen.reset(token)


@contextmanager
def threads_by_shape(batch_size: int, parameters: int) -> Iterator[None]:
    """Use one thread inside the block if the products of a training step are small, unless blas_threads has decided.

    The threads of small products wait for each other, and on a busy machine much longer than they work.
    """
    if _chosen.get() or batch_size * parameters >= WORTH_THREADS:
        yield
        return
    with _pools().limit(limits=1, user_api="blas"):
        yield


@cache
def _pools() -> threadpoolctl.ThreadpoolController:
    return threadpoolctl.ThreadpoolController()  # looks through all loaded libraries, which takes milliseconds


@cache
def keep_freed_memory() -> bool:
    """Make the C library keep up to 256 MB of freed memory, for the rest of this process; return whether it can.

    glibc returns the memory of freed arrays to the system and requests it again in the next step, page by page, which
    costs much of each step. Other C libraries are left as they are.

    References
    ----------
    mallopt(3): M_TRIM_THRESHOLD, and M_MMAP_THRESHOLD at its largest, 32 MB.
    """
    if sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallopt"):
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return bool(mallopt(-1, 256 << 20) and mallopt(-3, 32 << 20))


def description() -> dict[str, object]:
    """Return what decides the bits of a run besides its plan: NumPy, the BLAS with its kernel, and the flushing."""
    pools = [pool for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    pools = [pool for pool in pools if "numpy" in pool["filepath"]] or pools  # SciPy may bring its own BLAS
    return {
        "numpy": np.__version__,
        "blas": sorted({f"{pool['internal_api']} {pool['version']} {pool.get('architecture', '')}" for pool in pools}),
        "flush_subnormals": can_flush(),
    }
