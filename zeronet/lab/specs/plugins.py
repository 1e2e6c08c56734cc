"""Optimizers and networks from elsewhere: find one in a file, a module or an object, and locate its errors."""

import copy
import difflib
import functools
import hashlib
import importlib
import inspect
import io
import linecache
import sys
import traceback
import types
from collections import ChainMap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from zeronet.common.errors import UserError, message_of
from zeronet.common.files import read_bytes
from zeronet.lab.specs.aliases import our_class
from zeronet.lab.specs.trial import process_kept
from zeronet.optimizers import Optimizer, adapt

OURS = Path(__file__).parents[2]  # frames in this folder are none of a plug-in's
LARGEST_MODULE = 1_000_000_000  # bytes; of compiled ones, which are read to be recognized
HINTS = {"np": "import numpy as np", "numpy": "import numpy", "math": "import math"}


@dataclass(frozen=True)
class Plugin:
    """A class or function that is not zeronet's own, as data that a worker process can build it from.

    place: the file or module; name: the class or function in it; digest: sha256 of the source; source: its text, for a
    file; origin: the file of the module or of an object's class, which a worker's modules may not show.
    """

    place: str
    name: str
    digest: str
    source: str | None = None
    origin: str | None = None

    @classmethod
    def of(cls, thing: Any) -> "Plugin":
        """Describe the class of an object that was handed over in Python, or a function or class itself."""
        bound: list[Any] = []  # what the source does not show
        while isinstance(thing, functools.partial):
            bound += [thing.args, thing.keywords]
            thing = thing.func
        kind = thing if isinstance(thing, type | types.FunctionType) else type(thing)
        try:
            source = inspect.getsource(kind)
        except (OSError, TypeError):  # typed into a console
            source = ""
        if isinstance(thing, types.FunctionType):
            code = thing.__code__
            bound += [
                code.co_code,
                code.co_names,
                [each for each in code.co_consts if not isinstance(each, types.CodeType)],
            ]
            bound += [thing.__defaults__, thing.__kwdefaults__, inspect.getclosurevars(thing).nonlocals]
        elif kind is not thing:
            bound += [sorted(vars(thing).items()) if hasattr(thing, "__dict__") else []]
        digest = _digest(f"{source}{kind.__qualname__}{''.join(map(str, bound))}".encode())
        return cls(kind.__module__, kind.__qualname__, digest, origin=origin_of(kind))

    @property
    def blamed(self) -> str:
        """What explained calls the place of its errors."""
        return self.origin or self.place

    def fresh(self, optimizer: Any) -> Any:
        """Return a copy of the object that was handed over."""
        return adapt(optimizer.clone() if isinstance(optimizer, Optimizer) else copy.deepcopy(optimizer))

    def load(self, function: bool = False) -> Any:
        """Run the file or import the module; return the class, or the function if that is wanted.

        Raises UserError, with file and line, if that fails.
        """
        try:
            with process_kept():
                plain = self.source is None
                module = importlib.import_module(self.place) if plain else _run(self.place, self.source or "")
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise UserError(f"{self.place} cannot be loaded: {explained(error, self.place)}") from error
        found = getattr(module, self.name, None)
        if function and not callable(found):
            own = [k for k, each in vars(module).items() if getattr(each, "__module__", "") == module.__name__]
            raise UserError(f"{self.place} has no function {self.name!r}" + (f", but {', '.join(own)}" if own else ""))
        if not (function or isinstance(found, type)):
            updating = [k for k, each in vars(module).items() if isinstance(each, type) and hasattr(each, "update")]
            others = f", but {', '.join(updating)}" if updating else " and none with update(params, grads)"
            raise UserError(f"{self.place} has no class {self.name!r}{others}")
        return found


def resolved(
    target: str, own: Collection[str], what: str = "optimizer", installed: Mapping[str, str] | None = None
) -> tuple[str, Plugin | None]:
    """Return the proper name of a target, and its source if it is not zeronet's own.

    own: the names of zeronet's; what: "optimizer" or "network"; installed: name → place of those that packages bring.
    Raises UserError if there is none.
    """
    proper, installed = {name.lower(): name for name in own}, installed or {}
    if target.lower() in proper:
        return proper[target.lower()], None
    if target.partition(":")[0].lower() in proper:
        raise UserError(f"{target.partition(':')[2]!r} in {target!r} is not key=value")
    if ":" in target or target.lower().endswith(".py"):
        return located(target, "class" if what == "optimizer" else "function")
    if target.lower() in installed:
        return target, located(installed[target.lower()])[1]
    if ours := our_class(target, own):
        raise UserError(f"unknown {what} {target!r}: here it is called {ours}")
    known = [*own, *installed]
    near = difflib.get_close_matches(target.lower(), [name.lower() for name in known], n=1)
    guess = f"did you mean {next(n for n in known if n.lower() == near[0])}? " if near else ""
    raise UserError(f"unknown {what} {target!r}: {guess}({', '.join(known)})")


def located(target: str, what: str = "class") -> tuple[str, Plugin]:
    """Find FILE.py:Class or module:Class; return the target with the file's full path, and the plug-in.

    what: "class" or "function". Raises UserError for a missing or unreadable file or module, or if it is not named.
    """
    place, colon, name = target.rpartition(":")
    if not colon or name.lower().endswith(".py") or not name.isidentifier():
        example = what.capitalize() if what == "class" else what
        raise UserError(f"{target!r} does not name its {what}: write {target.rstrip(':')}:{example}")
    if not place.lower().endswith(".py"):
        content, origin = _module_source(place)
        return target, Plugin(place, name, _digest(content), origin=origin)
    path = Path(place).expanduser().absolute()
    try:
        source = read_bytes(path).decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise UserError(f"the file {place} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"the file {place} is not text in UTF-8: {error}") from error
    except ValueError as error:
        raise UserError(f"the file {place} cannot be read: {error}") from error
    return f"{path}:{name}", Plugin(str(path), name, _digest(source.encode()), source)


def explained(error: BaseException, *places: str) -> str:
    """Return an error in one line, with its place: in a plug-in's file if it passed through one, else its origin.

    places: Plugin.blamed of each plug-in that may have raised it.

    >>> try:
    ...     exec(compile("np.sqrt(2)", "mine.py", "exec"), {})
    ... except NameError as error:
    ...     explained(error, "mine.py")
    "mine.py, line 1: NameError: name 'np' is not defined (add: import numpy as np)"
    """
    words = " ".join(message_of(error).split())
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}, line {error.lineno}: {type(error).__name__}: {error.msg}"
    if isinstance(error, NameError) and error.name in HINTS:
        words += f" (add: {HINTS[error.name]})"
    frames = traceback.extract_tb(error.__traceback__)
    files = [getattr(sys.modules.get(place), "__file__", place) for place in places]
    theirs = [frame for frame in frames if frame.filename in files] or [
        frame for frame in frames if not places or not Path(frame.filename).is_relative_to(OURS)
    ]
    where = f"{theirs[-1].filename}, line {theirs[-1].lineno}: " if theirs else f"{'; '.join(places)}: "
    return f"{where}{type(error).__name__}: {words}".rstrip(": ")


def packed(thing: Any) -> bytes:
    """Return an object as bytes for pickle.loads in another process; classes that it could not import travel whole.

    From 3.1.3 on cloudpickle leaves the names of their files out. Here code keeps the name and brings the file's lines
    along, so that an error is reported in the other process as in this one. Raises UserError if it cannot be packed.
    """
    import cloudpickle  # type: ignore[import-untyped]  # only for other processes

    shared = cloudpickle.Pickler.dispatch_table

    def reduced(code: types.CodeType) -> tuple[Any, ...]:
        _, arguments = shared[types.CodeType](code)
        return _code, (arguments, code.co_filename, linecache.getlines(code.co_filename))

    class Pickler(cloudpickle.Pickler):
        dispatch_table: ClassVar = ChainMap({types.CodeType: reduced}, shared)

    with io.BytesIO() as file:
        try:
            Pickler(file).dump(thing)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # of the object's own __getstate__, too
            name = getattr(thing, "label", type(thing).__name__)
            raise UserError(f"{name} cannot be sent to another process: {explained(error)}: use jobs=1") from error
        return file.getvalue()


def _code(arguments: Sequence[Any], path: str, lines: list[str]) -> types.CodeType:
    """Make the code that packed took apart."""
    if lines:
        linecache.cache[path] = (sum(map(len, lines)), None, lines, path)  # for tracebacks, if there is no such file
    return types.CodeType(*arguments).replace(co_filename=path)


def origin_of(kind: type | types.FunctionType) -> str | None:
    """Return the file of a class or function; for a notebook's, the name that its cell has as code."""
    if isinstance(kind, types.FunctionType):
        return kind.__code__.co_filename
    if file := getattr(sys.modules.get(kind.__module__), "__file__", None):
        return file
    return next((each.__code__.co_filename for each in vars(kind).values() if inspect.isfunction(each)), None)


def _run(path: str, source: str) -> types.ModuleType:
    """Run a plug-in's text as the file path, whose neighbours it may import."""
    module = types.ModuleType(f"zeronet_plugin_{Path(path).stem}")
    module.__file__ = path
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)  # tracebacks show what was run
    sys.modules[module.__name__] = module  # dataclasses and pickles look their module up
    sys.path.append(str(Path(path).parent))
    try:
        exec(compile(source, path, "exec"), module.__dict__)
    finally:
        sys.path.remove(str(Path(path).parent))
    return module


def _module_source(name: str) -> tuple[bytes, str | None]:
    """Return the source and the file of a module, in the current folder too; nothing is imported."""
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    path, spec, parts = None, None, name.split(".")
    for i in range(len(parts)):
        part = ".".join(parts[: i + 1])
        loaded = getattr(sys.modules.get(part), "__spec__", None)
        try:
            specs = (finder.find_spec(part, path) for finder in sys.meta_path if hasattr(finder, "find_spec"))
            spec = loaded or next(filter(None, specs), None)
        except (ImportError, OSError, ValueError) as error:
            raise UserError(f"the module {name!r} cannot be found: {message_of(error)}") from error
        if spec is None:
            raise UserError(f"there is no module {name!r} (no module named {part!r})")
        path = spec.submodule_search_locations
    if spec is None or not spec.has_location or not spec.origin:
        return name.encode(), None
    try:
        return read_bytes(Path(spec.origin), LARGEST_MODULE), spec.origin
    except (OSError, ValueError) as error:
        raise UserError(f"the module {name!r} cannot be read from {spec.origin}: {error}") from error


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
