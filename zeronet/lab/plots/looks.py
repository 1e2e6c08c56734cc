"""The colour, marker and line style of each optimizer, the same in every figure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import product
from typing import Any

# Eight colours that readers with any kind of colour vision can tell apart (ΔE of at least 33 with deuteranopia or
# protanopia, 24 with tritanopia), each with a contrast of at least 3 : 1 to white. The tests measure both.
AZURE, OCHRE, LAVENDER, BLACK = "#0180FF", "#C28702", "#908DC4", "#000000"
CORAL, PLUM, NAVY, OLIVE = "#FB596C", "#82315E", "#06207A", "#44450F"
COLOURS: tuple[str, ...] = (AZURE, OCHRE, LAVENDER, BLACK, CORAL, PLUM, NAVY, OLIVE)

SOLID: Any = "-"
DASHED, DASH_DOT, DOTTED, LONG = (0, (5, 1.5)), (0, (5, 1.5, 1, 1.5)), (0, (1.2, 1.2)), (0, (9, 2))
LINES = (SOLID, DASHED, DASH_DOT, DOTTED, LONG)
OF_NETWORKS = (SOLID, DASHED, DOTTED, LONG, DASH_DOT)  # every other one has hollow markers
MARKERS = ("o", "s", "v", "^", "D", "P", "X", "*", "p", "<", ">", "h", "d")

Triple = tuple[str, str, Any]  # colour, marker, line style

# The book's optimizers and Nesterov's have a colour of their own and a solid line; the others lie between them.
TABLE: Mapping[str, Triple] = {
    "SGD": (AZURE, "o", SOLID),
    "Momentum": (OCHRE, "s", SOLID),
    "Nesterov": (LAVENDER, "v", SOLID),
    "AdaGrad": (BLACK, "^", SOLID),
    "RMSProp": (CORAL, "D", SOLID),
    "Adam": (PLUM, "P", SOLID),
    "SignSGD": (OCHRE, "<", DASHED),
    "CenteredRMSProp": (OLIVE, "d", DASHED),
    "RMSPropMomentum": (NAVY, ">", DASHED),
    "AdaDelta": (AZURE, "h", DASHED),
    "Rprop": (LAVENDER, "p", DASHED),
    "AdamW": (LAVENDER, "X", DASH_DOT),
    "AdaMax": (OLIVE, "*", DASHED),
    "NAdam": (OCHRE, "v", DASH_DOT),
    "RAdam": (AZURE, "^", DASH_DOT),
    "AMSGrad": (CORAL, "h", DASHED),
    "AdaBelief": (BLACK, "d", DASHED),
    "Yogi": (NAVY, "p", DASH_DOT),
    "Lion": (CORAL, "<", DASH_DOT),
    "Adan": (OCHRE, "*", DOTTED),
    "ScheduleFreeSGD": (PLUM, "o", DASHED),
    "ScheduleFreeAdamW": (BLACK, "X", DASH_DOT),
    "Prodigy": (AZURE, "P", DOTTED),
    "LARS": (LAVENDER, "s", DOTTED),
    "LAMB": (PLUM, "s", DASH_DOT),
    "Muon": (OLIVE, "D", DASH_DOT),
    "Shampoo": (NAVY, "^", DOTTED),
    "SOAP": (CORAL, "p", DOTTED),
}
LEFT = (NAVY, OLIVE)  # the colours of optimizers that are not in the table, as long as they last


@dataclass(frozen=True)
class Look:
    """How an optimizer is drawn; place: in the figure, where later ones lie in front; hollow: its markers are."""

    colour: str
    marker: str
    line: Any
    place: int = 0
    hollow: bool = False

    @property
    def style(self) -> dict[str, Any]:
        """Colour, marker and line style, as Matplotlib names them."""
        hollow = {"markerfacecolor": "white", "markeredgecolor": self.colour, "markeredgewidth": 1.0}
        return {"color": self.colour, "marker": self.marker, "linestyle": self.line} | (hollow if self.hollow else {})


def look(name: str) -> Look:
    """Return the look of an optimizer of zeronet, alone in a figure.

    >>> look("AdaGrad").colour, look("AdaGrad").marker
    ('#000000', '^')
    """
    return Look(*TABLE[name])


def looks_of(optimizers: Iterable[Mapping[str, Any]]) -> dict[str, Look]:
    """Return label → look, of the optimizers of a protocol.

    Variants of one optimizer have its colour, and differ in marker and line style: the first has those of the table. A
    class that is not in the table takes what the others leave, chosen by its name. On several networks an optimizer has
    one colour and marker, and each network a line and full or hollow markers. No two looks are equal.

    >>> two = looks_of([{"label": "a", "target": "SGD"}, {"label": "b", "target": "SGD"}])
    >>> two["a"] == look("SGD"), two["a"].colour == two["b"].colour, two["a"].marker == two["b"].marker
    (True, True, False)
    """
    optimizers = list(optimizers)
    networks = list(dict.fromkeys(about.get("network") for about in optimizers))
    if len(networks) > 1:
        return _on_networks(optimizers, networks)
    names = {about["label"]: _name(about) for about in optimizers}
    firsts: dict[str, Triple] = {name: TABLE[name] for name in names.values() if name in TABLE}
    for name in sorted(set(names.values()) - set(firsts)):  # sorted: whatever their order in the figure
        firsts[name] = _left_by(firsts.values(), name)
    looks: dict[str, Look] = {}
    used, begun = set(firsts.values()), set[str]()
    for place, (label, name) in enumerate(names.items()):
        triple = firsts[name]
        if name in begun:
            triple = next((each for each in _variants(triple) if each not in used), triple)
        begun.add(name)
        used.add(triple)
        looks[label] = Look(*triple, place)
    return looks


def _on_networks(optimizers: Sequence[Mapping[str, Any]], networks: Sequence[Any]) -> dict[str, Look]:
    """Return label → look of optimizers on several networks."""
    own = [
        about["label"].removeprefix(str(about.get("network"))).strip() for about in optimizers
    ]  # an optimizer's own label
    alone = looks_of({**about, "label": label, "network": None} for label, about in zip(own, optimizers, strict=True))
    looks: dict[str, Look] = {}
    for place, (label, about) in enumerate(zip(own, optimizers, strict=True)):
        k = networks.index(about.get("network"))
        first, line, hollow = alone[label], OF_NETWORKS[k % len(OF_NETWORKS)], k % 2 == 1
        shift = k if len(alone) == 1 else k // (2 * len(OF_NETWORKS))  # of one optimizer, markers are free to differ
        wanted = (
            Look(first.colour, marker, line, place, hollow)
            for marker in _from(MARKERS.index(first.marker) + shift, MARKERS)
        )
        drawn = {replace(look, place=place) for look in looks.values()}
        looks[about["label"]] = next((look for look in wanted if look not in drawn), replace(first, place=place))
    return looks


def _name(about: Mapping[str, Any]) -> str:
    """Return the name of an optimizer's class, with a colon if the class is not zeronet's own."""
    target = str(about.get("target", about["label"]))
    return f":{target.rpartition(':')[2]}" if about.get("digest") or ":" in target else target


def _left_by(used: Iterable[Triple], name: str) -> Triple:
    """Return what a class that is not in the table takes: by its name, and of the colours and markers that are free."""
    colours, markers, _ = map(set, zip(*used, strict=True)) if (used := set(used)) else ((), (), ())
    number = int.from_bytes(sha256(name.encode("utf-8", "replace")).digest()[:8])
    by_colour = sorted(_from(number, COLOURS), key=lambda colour: (colour in colours, colour not in LEFT))
    by_marker = sorted(_from(number, MARKERS), key=lambda marker: marker in markers)
    wanted = product(by_colour, LINES, by_marker)
    return next((c, m, line) for c, line, m in wanted if (c, m, line) not in used)


def _variants(first: Triple) -> Iterator[Triple]:
    """Yield all looks of one colour, each with another marker and another line than the one before."""
    colour, marker, line = first
    markers, lines = _from(MARKERS.index(marker), MARKERS), _from(LINES.index(line), LINES)
    for k in range(1, len(MARKERS) * len(LINES)):  # their numbers have no common divisor: every pair once
        yield colour, markers[k % len(MARKERS)], lines[k % len(LINES)]


def _from(k: int, items: tuple[Any, ...]) -> tuple[Any, ...]:
    k %= len(items)
    return items[k:] + items[:k]
