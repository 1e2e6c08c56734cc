"""The progress bar of fit: in terminals and notebooks, where somebody sees it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from zeronet.common.notebook import is_watched

DELAY = 1.0  # seconds: a shorter fit shows no bar unless it is asked for
SHOW_LOSS_EVERY = 100  # steps

Watch = Callable[[Iterable[Any]], Iterable[Any]]


@contextmanager
def progress_bar(wanted: bool | None, step: int, last_step: int, loss: Callable[[], float | None]) -> Iterator[Watch]:
    """Show a bar inside the block: with progress_bar(…) as watch: for step in watch(steps): …

    wanted: None for a bar where somebody sees it; step, last_step: where the bar is, and ends; loss: to be shown.
    Without a bar, watch(steps) is steps, so that a step costs nothing.
    """
    if not (is_watched() if wanted is None else wanted):
        yield lambda steps: steps
        return
    from tqdm.auto import tqdm  # only here: it takes as long to import as half of zeronet

    delay = DELAY if wanted is None else 0.0
    with tqdm(total=last_step, initial=step, unit="step", delay=delay) as bar:

        def show_loss() -> None:
            if (now := loss()) is not None:
                bar.set_postfix(loss=f"{now:.4f}", refresh=False)

        def watch(steps: Iterable[Any]) -> Iterator[Any]:
            for each in steps:
                yield each
                bar.update()
                if bar.n % SHOW_LOSS_EVERY == 0:
                    show_loss()

        try:
            yield watch
        finally:
            show_loss()
