"""The pages of the documentation site that are made from the code: optimizers, commands, classes, examples."""

import ast
import io
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout, suppress
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np

import zeronet
from zeronet import Diverged, Trainer, TwoLayerNet
from zeronet.cli import COMMANDS, main
from zeronet.common.text import equation_of
from zeronet.datasets import load
from zeronet.lab.dialects import DIALECTS
from zeronet.lab.dialects.table import markdown
from zeronet.lab.plots.landscape import draw_heights, draw_landscape, draw_path
from zeronet.lab.plots.looks import look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import QUIET, curve_style, house_style, logarithmic
from zeronet.lab.runner.landscape_defaults import STEPS
from zeronet.lab.runner.landscape_problem import ARRIVED
from zeronet.lab.web.explorer import rate
from zeronet.lab.web.javascript import traceable
from zeronet.lab.web.rates import best_rate
from zeronet.landscapes import Valley, descend
from zeronet.optimizers import OPTIMIZERS, Optimizer

HOUSE = Path(zeronet.__file__).parents[1]
RATES = 10.0 ** np.arange(-4, 1.5, 0.5)
UPDATES = 100  # of the network on the digits
PACKAGES = {
    "nn": "Layers, losses, networks",
    "training": "Training",
    "landscapes": "Landscapes",
    "datasets": "Data sets",
}
FUNCTIONS = {
    "zeronet.compare": "zeronet.lab.compare",
    "zeronet.race": "zeronet.lab.race.run",
    "zeronet.check": "zeronet.lab.check.process",
}


def write(folder: Path) -> None:
    """Write all pages into a folder, and leave those as they are that have not changed."""
    made = dict([*optimizer_pages(folder), *command_page(), *class_pages(), *example_pages(), *japanese_lessons()])
    for path, text in made.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")


def toctree(names: Iterable[str]) -> str:
    """Return a hidden table of contents."""
    return "\n".join([":::{toctree}", ":hidden:", "", *names, ":::", ""])


# One page per optimizer ----------------------------------------------------------------------------------------------


def optimizer_pages(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield a page for each optimizer, and that of all; draw their figures."""
    (folder / "optimizers").mkdir(parents=True, exist_ok=True)
    accuracies = {name: sensitivity(cls) for name, cls in OPTIMIZERS.items()}
    rows = []
    for name, cls in OPTIMIZERS.items():
        source = Path(import_module(cls.__module__).__file__ or "").relative_to(HOUSE)
        cures, remains = effects()[name]
        path_figure(name, cls, folder / "optimizers" / f"{name}-valley.png")
        sensitivity_figure(name, accuracies, folder / "optimizers" / f"{name}-digits.png")
        gist = (import_module(cls.__module__).__doc__ or "").splitlines()[0].removeprefix(f"{name}: ")
        rows.append(f"| [{name}]({name}.md) | {gist} | {cures} | {remains} |")
        yield f"optimizers/{name}.md", optimizer_page(name, cls, source, cures, remains)
    head = ["# Optimizers", "", "In order of increasing complexity; each file is one equation.", ""]
    head += ["| optimizer | | improves | what remains |", "|---|---|---|---|", *rows, ""]
    yield "optimizers/index.md", "\n".join([*head, toctree(OPTIMIZERS)])


def optimizer_page(name: str, cls: type[Optimizer], source: Path, cures: str, remains: str) -> str:
    """Return the page of an optimizer."""
    lr = valley_rate(name, cls)
    lines = [
        f"# {name}",
        "",
        "```text",
        *equation_of(cls),
        "```",
        "",
        f"It improves: {cures}. What remains: {remains}.",
    ]
    lines += ["", "## On the valley", "", f"![The path of {name} on the valley]({name}-valley.png)", ""]
    command = f"zeronet train --problem valley --optimizer {name.lower()}:lr={lr:g}"
    lines += ["```", command, f"{command} --explain 3", "```", ""]
    if name in traceable():
        address = f"../../explorer.html#l=valley&o={name}:lr={lr:g}"
        lines += [f'<a href="{address}">Open it in the explorer</a>, with sliders for its settings.', ""]
    lines += ["## How sensitive it is to the learning rate", ""]
    lines += [f"![Accuracy of {name} on the digits, by learning rate]({name}-digits.png)", ""]
    lines += ["## Its file", "", f"`{source.as_posix()}`", ""]
    lines += [f":::{{literalinclude}} ../../../{source.as_posix()}", ":language: python", ":::", ""]
    if cls in DIALECTS:
        lines += ["## Dialects", "", "What other libraries mean by this name ([more](../../dialects.md)):", ""]
        lines += [markdown(cls), ""]
    lines += ["## Reference", "", "```{eval-rst}", f".. autoclass:: zeronet.{name}", "```", ""]
    return "\n".join(lines)


def effects() -> dict[str, tuple[str, str]]:
    """Return what each optimizer improves and what remains: the table in zeronet's docstring."""
    lines = (zeronet.__doc__ or "").splitlines()
    head = next(line for line in lines if line.split()[:2] == ["optimizer", "improves"])
    first, second = head.index("improves"), head.index("what remains")
    rows = lines[lines.index(head) + 1 :]
    return {row.split()[0]: (row[first:second].strip(), row[second:].strip()) for row in rows if row.strip()}


@cache
def valley_rate(name: str, cls: type[Optimizer]) -> float:
    """Return the learning rate of the explorer, or by the same rule that of an optimizer which is not in it."""
    return rate("valley", name) if name in traceable() else best_rate(Valley(), cls, STEPS["valley"])


def path_figure(name: str, cls: type[Optimizer], target: Path) -> None:
    """Draw the path of an optimizer on the valley, and its height."""
    lr = valley_rate(name, cls)
    path = descend(Valley(), cls(lr=lr), steps=STEPS["valley"])
    with house_style():
        figure = new_page(2.1, f"{name}, η = {lr:g}, {STEPS['valley']} updates on the valley")
        plane, heights = figure.subplots(1, 2)
        draw_landscape(plane, Valley())
        draw_path(plane, path, look(name))
        draw_heights(
            heights, Valley(), {name: np.array([Valley()(*place) for place in path])}, {name: look(name)}, ARRIVED
        )
        figure.savefig(target, dpi=110)


def sensitivity(cls: type[Optimizer]) -> list[float]:
    """Return the test accuracy of a network on the digits at each of RATES."""
    data = load("digits")
    accuracies = []
    for lr in RATES:
        network = TwoLayerNet(data.x_train.shape[1], 50, data.classes, seed=0)
        try:
            Trainer(network, cls(lr=float(lr)), batch_size=100).fit(data.x_train, data.t_train, steps=UPDATES)
            accuracies.append(network.accuracy(data.x_test, data.t_test))
        except Diverged:
            accuracies.append(0.0)
    return accuracies


def sensitivity_figure(name: str, accuracies: dict[str, list[float]], target: Path) -> None:
    """Draw the accuracy of an optimizer against the learning rate, those of the others pale behind it."""
    best = RATES[int(np.argmax(accuracies[name]))]
    words = f"{name} on the digits: {max(accuracies[name]):.1%} right at best, at η = {best:.2g}"
    how = f"64–50–10, batch 100, {UPDATES} updates, one seed; 0: the loss was no longer finite; grey: the others"
    with house_style():
        figure = new_page(2.4, words, [how])
        axes = figure.subplots()
        for other, values in accuracies.items():
            if other != name:
                axes.plot(RATES, values, color=QUIET, linewidth=0.5, alpha=0.4)
        axes.plot(RATES, accuracies[name], **curve_style(look(name)))
        logarithmic(axes, "x")
        axes.set(xlabel="learning rate", ylabel="test accuracy", ylim=(-0.02, 1.02))
        figure.savefig(target, dpi=110)


# Commands, classes, examples -----------------------------------------------------------------------------------------


def command_page() -> Iterator[tuple[str, str]]:
    """Yield the reference of the command line: what --help prints."""
    os.environ["COLUMNS"] = "100"
    lines = ["# The command line", "", "What `zeronet COMMAND --help` prints.", ""]
    for name, summary in COMMANDS.items():
        with redirect_stdout(io.StringIO()) as printed, suppress(SystemExit):
            main([name, "--help"])
        lines += [f"## zeronet {name}", "", f"{summary[0].upper()}{summary[1:]}.", "", "```text"]
        lines += [printed.getvalue().rstrip(), "```", ""]
    yield "commands.md", "\n".join(lines)


def class_pages() -> Iterator[tuple[str, str]]:
    """Yield a page for each package with what is public in it, and one for the functions of the laboratory."""
    for name, title in PACKAGES.items():
        package = import_module(f"zeronet.{name}")
        lines = [f"# {title}", "", f"`zeronet.{name}`", ""]
        for public in sorted(package.__all__):
            lines += member(f"zeronet.{name}.{public}", getattr(package, public))
        yield f"api/{name}.md", "\n".join(lines)
    package = import_module("zeronet.optimizers")
    lines = [
        "# Schedules, transforms, the base class",
        "",
        "`zeronet.optimizers`; [each optimizer has a page](../optimizers/index.md)",
        "",
    ]
    for public in sorted({*package.__all__} - {*OPTIMIZERS}):
        lines += member(f"zeronet.optimizers.{public}", getattr(package, public))
    yield "api/optimizers.md", "\n".join(lines)
    lines = ["# Comparisons, races, the test bench", ""]
    for place in FUNCTIONS:
        lines += member(place, getattr(zeronet, place.rpartition(".")[2]))
    lines += member("zeronet.lab.runner.experiment.Result", import_module("zeronet.lab.runner.experiment").Result)
    yield "api/lab.md", "\n".join(lines)
    lines = ["# Beside other libraries", ""]
    sklearn = import_module("zeronet.integrations.sklearn")
    lines += [line for name in ("ZeronetClassifier", "ZeronetRegressor") if hasattr(sklearn, name)
              for line in member(f"zeronet.integrations.sklearn.{name}", getattr(sklearn, name))]  # fmt: skip
    yield "api/integrations.md", "\n".join(lines)
    names = [*PACKAGES, "optimizers", "lab", "integrations"]
    links = [f"- [{title}]({name}.md)" for name, title in PACKAGES.items()]
    links += ["- [Schedules, transforms, the base class of optimizers](optimizers.md)"]
    links += ["- [Comparisons, races, the test bench](lab.md)", "- [Beside other libraries](integrations.md)", ""]
    yield "api/index.md", "\n".join(["# Classes and functions", "", *links, toctree(names)])


def member(place: str, value: object) -> list[str]:
    """Return the lines that document a class or a function; none for a value."""
    if isinstance(value, type):
        directive = [f".. autoclass:: {place}", "   :members:"]
    elif callable(value):
        directive = [f".. autofunction:: {place}"]
    else:
        return []
    return [f"## {place.rpartition('.')[2]}", "", "```{eval-rst}", *directive, "```", ""]


def example_pages() -> Iterator[tuple[str, str]]:
    """Yield a page for each example with its figure, and the gallery."""
    cards, names = [], []
    for script in sorted((HOUSE / "examples").glob("*.py")):
        pictures = sorted((HOUSE / "docs" / "gallery").glob(f"{script.stem}.*"))
        if not pictures:
            continue
        name, picture = script.stem, f"../../gallery/{pictures[0].name}"
        doc = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or ""
        title, _, rest = doc.partition("\n")
        title = title.rstrip(".")
        names.append(name)
        cards += [
            f":::{{grid-item-card}} {title}",
            f":link: {name}",
            ":link-type: doc",
            f":img-bottom: {picture}",
            ":::",
            "",
        ]
        lines = [f"# {title}", "", *paragraphs(rest), "", f"![{title}]({picture})", "", "```"]
        lines += [f"python examples/{script.name} {pictures[0].name}", "```", ""]
        lines += [f"Download {{download}}`{script.name} <../../../examples/{script.name}>`.", ""]
        lines += [f":::{{literalinclude}} ../../../examples/{script.name}", ":language: python", ":::", ""]
        yield f"gallery/{name}.md", "\n".join(lines)
    words = "Each figure is drawn by one short script, which is made to be changed."
    head = ["# Gallery", "", words, "", "::::{grid} 1 2 2 3", ":gutter: 2", ""]
    yield "gallery/index.md", "\n".join([*head, *cards, "::::", "", toctree(names)])


def japanese_lessons() -> Iterator[tuple[str, str]]:
    """Yield the lessons in Japanese: the text of lessons/ja, with the code of the English lessons."""
    for path in sorted((HOUSE / "docs" / "lessons").glob("*.md")):
        english = path.read_text(encoding="utf-8")
        head = english[: english.index("# ")]
        cells = iter(re.findall(r"^```{code-cell}\n.*?^```$", english, re.MULTILINE | re.DOTALL))
        text = (path.parent / "ja" / path.name).read_text(encoding="utf-8")
        yield f"ja/{path.name}", head + re.sub(r"{{cell}}", lambda _, cells=cells: next(cells), text)


def paragraphs(text: str) -> list[str]:
    """Return the lines of a docstring as Markdown: what is indented is text as it is."""
    lines: list[str] = []
    block = False
    for line in text.strip("\n").splitlines():
        indented = line.startswith("    ") or (block and not line.strip())
        if indented != block:
            lines.append("```text" if indented else "```")
        block = indented
        lines.append(
            line.removeprefix("    ") if indented else line.replace("*", "\\*").replace("|", "\\|").replace("_", "\\_")
        )
    return [*lines, "```"] if block else lines
