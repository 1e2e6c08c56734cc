"""The documentation site: make docs. What can be made from the code is made from it (pages.py)."""

import inspect
import os
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import pages

from zeronet import __version__

project, author, copyright = "zeronet", "The zeronet authors", "the zeronet authors"
version = release = __version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc", "sphinx_design"]
exclude_patterns = ["_build", "lessons/ja"]
default_role = "code"
highlight_language = "text"
templates_path: list[str] = []

html_theme = "furo"
html_title = f"zeronet {version}"
html_extra_path = ["explorer.html"]
html_show_sphinx = False
html_theme_options = {f"{mode}_css_variables": {"code-font-size": "75%"} for mode in ("light", "dark")}
html_copy_source = False

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
myst_fence_as_directive: list[str] = []
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_in_temp = True
nb_execution_timeout = 300
nb_merge_streams = True
nb_code_prompt_show = "Show the answer"
nb_code_prompt_hide = "Hide the answer"
os.environ["PYTHONWARNINGS"] = "ignore"  # of the lessons' kernels: tqdm asks for widgets
numpydoc_show_class_members = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"

# The pages in docs/ are read on GitHub, too: some of what they link to has another place in the site.
ELSEWHERE = {
    "](../examples/README.md": "](generated/gallery/index.md",
    "](../README.ja.md": "](ja.md",
    "](../zeronet/optimizers": "](generated/optimizers/index.md",
    "](lessons/ja/": "](generated/ja/",
}


def find_links(app: Sphinx, docname: str, source: list[str]) -> None:
    """Turn links to files into links to the pages that are made of them."""
    for theirs, ours in ELSEWHERE.items():
        source[0] = source[0].replace(theirs, ours)


def as_restructured_text(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Make plain docstrings valid: indented blocks are literal, and no character in a sentence is markup."""
    result: list[str] = []
    literal = doctest = False
    sections = False  # from the first underlined title on, indented lines belong to the one above
    for k, line in enumerate(lines):
        if k + 1 < len(lines) and re.fullmatch(r"-{3,}", lines[k + 1].strip()):
            sections = True
        indented = line.startswith("    ") and not sections
        doctest = line.lstrip().startswith(">>>") or (doctest and bool(line.strip()))
        if indented and not literal and not doctest:
            result += ["", "::", ""]
        literal = not doctest and (indented or (literal and not line.strip()))
        if literal or doctest or re.fullmatch(r"-{3,}", line.strip()):
            result.append(line)
            continue
        parts = re.split(r"(`[^`]*`)", line)
        result.append("".join(p if p.startswith("`") else re.sub(r"([*|\\]|_\b)", r"\\\1", p) for p in parts))
    lines[:] = result


def is_inherited(app: Sphinx, what: str, name: str, obj: object, skip: bool, options: object) -> bool | None:
    """Leave out what scikit-learn adds to an estimator: its documentation refers to pages of scikit-learn's."""
    return True if re.fullmatch(r"set_\w+_request", name) else None


def own_signature(app: Sphinx, what: str, name: str, obj: type, *_: object) -> tuple[str, str] | None:
    """Return the arguments of __init__: a layer's __new__ takes any."""
    if what != "class" or "__init__" not in vars(obj):
        return None
    arguments = list(inspect.signature(obj.__init__).parameters.values())[1:]
    return str(inspect.Signature([each.replace(annotation=each.empty) for each in arguments])), ""


class Links(HTMLParser):
    """The addresses in a page, and what can be linked to in it."""

    def __init__(self, text: str):
        super().__init__()
        self.addresses: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag refers to, and its name."""
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.addresses.add(value)
            elif name == "id" and value:
                self.anchors.add(value)


def check_links(app: Sphinx, error: Exception | None) -> None:
    """Raise ExtensionError if a link inside the site leads nowhere."""
    if error or app.builder.name != "html":
        return
    site = Path(app.outdir)
    found = {path: Links(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    dead = []
    for path, links in found.items():
        for address in links.addresses:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc or path.name == "explorer.html":
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            there = target.exists() and (
                not anchor or target.name == "explorer.html" or target not in found or anchor in found[target].anchors
            )
            if not there:
                dead.append(f"{path.relative_to(site)}: {address}")
    if dead:
        raise ExtensionError("links lead nowhere:\n" + "\n".join(sorted(dead)))


def setup(app: Sphinx) -> None:
    """Write what is made from the code, and check the whole."""
    pages.write(HERE / "generated")
    app.connect("source-read", find_links)
    app.connect("autodoc-process-docstring", as_restructured_text, priority=1)
    app.connect("autodoc-process-signature", own_signature)
    app.connect("autodoc-skip-member", is_inherited)
    app.connect("build-finished", check_links)
