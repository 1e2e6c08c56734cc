"""A page of HTML that needs nothing else: its style, scripts and words in both languages are inside."""

import html
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from zeronet.lab.plots.looks import Look
from zeronet.locale import JAPANESE
from zeronet.version import __version__

HERE = Path(__file__).parent
# Texts that a page shows: data-text="…" and data-label="…" in HTML, text("…") in scripts.
TEXTS = re.compile(r'data-(?:text|label)="([^"]+)"|\btext\("((?:[^"\\]|\\.)+)"')


def page(template: str, scripts: Sequence[str], parts: Mapping[str, str]) -> str:
    """Return the page: a template with {{style}}, {{script}}, {{version}} and the parts filled in.

    scripts: names of files beside this one, or JavaScript; parts: name → HTML, or JSON of script_json.
    """
    source = HERE.joinpath(template).read_text("utf-8")
    scripts = [HERE.joinpath(each).read_text("utf-8") if each.endswith(".js") else each for each in scripts]
    used = {name: JAPANESE[name] for name in texts(source, *scripts) if name in JAPANESE}
    script = "\n".join(
        [f"const JAPANESE = {script_json(used)};", HERE.joinpath("words.js").read_text("utf-8"), *scripts]
    )
    filled = {"style": HERE.joinpath("style.css").read_text("utf-8"), "script": script, "version": __version__, **parts}
    return re.sub(r"\{\{(\w+)\}\}", lambda match: filled[match[1]], source)


def texts(*sources: str) -> list[str]:
    """Return the English texts of templates and scripts."""
    found = [html.unescape(a) or json.loads(f'"{b}"') for source in sources for a, b in TEXTS.findall(source)]
    return list(dict.fromkeys(found))


def script_json(value: Any) -> str:
    """Return JSON that may stand inside <script>: no label can end it.

    >>> script_json({"a": "</script>"})
    '{"a": "\\\\u003c/script>"}'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def svg_look(look: Look) -> dict[str, Any]:
    """Return how an optimizer is drawn: its colour, marker and dashes, for a line 1.6 wide."""
    dash = "" if look.line == "-" else " ".join(f"{1.6 * length:g}" for length in look.line[1])
    return {"colour": look.colour, "marker": look.marker, "dash": dash, "hollow": look.hollow}
