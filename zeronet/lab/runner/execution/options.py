"""How runs are carried out: in how many processes, on which machines."""

import re
from dataclasses import dataclass

from zeronet.common.errors import Mistake
from zeronet.common.validation import whole_number

ADDRESS = r"(tcp|tls)://([^\s/:@]+|\[[\da-fA-F:.]+\]):\d{1,5}"  # of a Dask scheduler


@dataclass(frozen=True)
class How:
    """How runs are carried out, which changes nothing in their files.

    jobs: processes, ≥ 1 (1: this one); quiet: no progress bar; resume: leave out runs whose files are there already;
    cluster: "local" or a Dask scheduler's address, as in tcp://host:8786, None for this machine without Dask;
    accept_mixed: go on where its workers differ from this process. Raises Mistake for jobs < 1 and for no address.
    """

    jobs: int = 1
    quiet: bool = False
    resume: bool = False
    cluster: str | None = None
    accept_mixed: bool = False

    def __post_init__(self) -> None:
        whole_number("number of jobs", self.jobs)
        if self.cluster not in (None, "local") and not re.fullmatch(ADDRESS, self.cluster):
            raise Mistake(f"--cluster takes local, or an address such as tcp://scheduler:8786, not {self.cluster!r}")
