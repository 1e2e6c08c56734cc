"""The order of the data: which examples are in the batch of each step."""

from collections.abc import Iterator

import numpy as np

from zeronet.common.validation import checked_integer
from zeronet.nn.rng import stream


def batches_per_epoch(n: int, batch_size: int, drop_last: bool = True) -> int:
    """Return the number of batches of an epoch of n examples; a batch holds n at most.

    >>> batches_per_epoch(5, 2), batches_per_epoch(5, 2, drop_last=False), batches_per_epoch(5, 8)
    (2, 3, 1)
    """
    checked_integer("the number of examples", n)
    checked_integer("batch_size", batch_size)
    return max(n // batch_size, 1) if drop_last else -(-n // batch_size)


def batches(n: int, batch_size: int, seed: int, start: int, stop: int, drop_last: bool = True) -> Iterator[np.ndarray]:
    """Yield the indices (batch_size,) of the examples of the steps start … stop − 1.

        order of epoch e = stream(seed, "batches", e).permutation(n)

    An epoch has n // batch_size batches; the rest of its order is dropped, or is a short batch if drop_last is False.
    A batch_size above n counts as n. The batch of step k follows from seed and k alone, so that every optimizer of a
    seed sees the same batches, and a resumed run continues with them.

    Examples
    --------
    >>> [batch.tolist() for batch in batches(5, 2, seed=0, start=0, stop=3)]
    [[1, 3], [2, 0], [3, 4]]
    >>> [batch.tolist() for batch in batches(5, 2, seed=0, start=2, stop=3)]
    [[3, 4]]
    """
    per_epoch = batches_per_epoch(n, batch_size, drop_last)
    order, epoch_of_order = np.empty(0, int), -1
    for step in range(start, stop):
        epoch, k = divmod(step, per_epoch)
        if epoch != epoch_of_order:
            order, epoch_of_order = stream(seed, "batches", epoch).permutation(n), epoch
        yield order[k * batch_size : (k + 1) * batch_size]
