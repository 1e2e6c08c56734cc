"""protocol.json: all that is needed to repeat an experiment, and to draw its figures."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zeronet.common.files import read_json, reading
from zeronet.common.validation import check_structure
from zeronet.landscapes import LANDSCAPES

FORMAT = 2  # of the protocol file
OPTIMIZERS = [{"label": str, "settings": dict}]

# Every part that a protocol may have, and its structure.
STRUCTURE: dict[str, Any] = {
    "optimizers": OPTIMIZERS,
    "steps": 1,
    "problem": {"source": str},
    "network": {"class": str},
    "networks": [{"label": str, "class": str, "parameters": 1}],
    "seeds": [0],
    "batch_size": 1,
    "target": float,
    "environment": dict,
    "split": {"train": 1, "validation": 1},
    "tuning": {"budget": 1, "seeds": [0], "over": {}, "margin": float},
    "rungs": [{"rung": str, "optimizers": OPTIMIZERS}],
}
IMAGES = {"train": 1, "test": 1, "input_size": 1}  # of a problem that is no landscape
IMAGES_MAY_HAVE: dict[str, Any] = {"image_shape": [1], "white": float}


def most_rows(protocol: Mapping[str, Any]) -> int:
    """Return the number of rows that a table of this experiment can have: one for each step of each run."""
    return len(protocol["optimizers"]) * len(protocol["seeds"]) * (protocol["steps"] + 1)


def read_protocol(path: str | Path, *needed: str) -> dict[str, Any]:
    """Return the content of a protocol file; UserError if it is missing, damaged, or of another format.

    needed: the parts that it must have besides those that every experiment has.
    """
    path = Path(path)
    protocol = read_json(path)
    with reading(path):
        check_structure("protocol", protocol, {})
        if protocol.get("format") != FORMAT:
            raise ValueError(f"its format is {protocol.get('format')!r}, and this zeronet reads format {FORMAT}")
        check_structure("problem", problem := protocol.get("problem"), STRUCTURE["problem"])
        needed += ("optimizers", "steps", "seeds")
        if "landscape" not in problem:
            kind = {"outputs": 1, "variance": float} if "outputs" in problem else {"classes": 2}
            more = {name: structure for name, structure in IMAGES_MAY_HAVE.items() if name in problem}
            check_structure("problem", problem, IMAGES | kind | more)
            needed += ("networks" if "networks" in protocol else "network", "batch_size")
            if "tuning" in protocol and "book_choices" not in protocol:
                needed += ("split",)
        elif "digest" not in problem and problem["landscape"] not in LANDSCAPES:
            raise ValueError(f"unknown landscape {problem['landscape']!r}")
        for name, structure in STRUCTURE.items():
            if name in needed or protocol.get(name) is not None:
                check_structure(name, protocol.get(name), structure)
        if "landscape" not in problem and "target" not in protocol:
            raise ValueError("it has no target, which may be null")
        labels = [about["label"] for about in protocol["optimizers"]]
        if len(set(labels)) < len(labels):
            raise ValueError(f"duplicate label among its optimizers: {', '.join(labels)}")
        networks = [about["label"] for about in protocol.get("networks") or ()]
        for about in protocol["optimizers"]:
            if (networks or "network" in about) and about.get("network") not in networks:
                raise ValueError(f"{about['label']!r} has no network among {', '.join(networks)}")
        if "start" in problem:
            check_structure("problem.start", problem["start"], [float])
            if len(problem["start"]) != 2:
                raise ValueError(f"problem.start must be two numbers, not {problem['start']}")
    return protocol
