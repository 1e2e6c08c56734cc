"""How runs are executed: in how many processes, on which machines."""

import re
from dataclasses import dataclass

from zeronet.common.errors import UserError
from zeronet.common.validation import checked_integer
from zeronet.lab.specs.grammar import word

ADDRESS = r"(tcp|tls)://([^\s/:@]+|\[[\da-fA-F:.]+\]):\d{1,5}"  # of a Dask scheduler

MAX_TIMEOUT = 1e6  # seconds


@dataclass(frozen=True)
class ExecutionOptions:
    """How runs are executed; their files do not depend on it.

    jobs: number of processes, ≥ 1 (1: this one); quiet: no progress bar; resume: skip runs whose files exist; cluster:
    "local" or a Dask scheduler's address, as in tcp://host:8786, None for this machine without Dask; accept_mixed:
    accept workers that differ from this process; run_timeout: seconds until a run is stopped. Raises UserError if
    jobs < 1, cluster is not an address, or run_timeout is not positive.
    """

    jobs: int = 1
    quiet: bool = False
    resume: bool = False
    cluster: str | None = None
    accept_mixed: bool = False
    run_timeout: float | None = None

    def __post_init__(self) -> None:
        checked_integer("number of jobs", self.jobs)
        if self.run_timeout is not None and not 0 < self.run_timeout <= MAX_TIMEOUT:
            raise UserError(f"--run-timeout must be a positive number of seconds, not {word(self.run_timeout)}")
        if self.cluster not in (None, "local") and not re.fullmatch(ADDRESS, self.cluster):
            raise UserError(f"--cluster must be local or an address such as tcp://scheduler:8786, not {self.cluster!r}")


def default_jobs() -> int:
    """Return the number of cores that this process may use."""
    import joblib  # only here: it takes a while to import

    return int(joblib.cpu_count())
