import socket
import sys
import time
from dataclasses import replace

import pytest

from zeronet.datasets import DataError, download, load
from zeronet.datasets.catalogue import KNOWN, STEMS

FILES = [f"{stem}.gz" for stem in STEMS.values()]


def test_the_first_mirror_gives_all_four_files_once_and_the_second_is_left_alone(mirrors, cache_folder):
    for _ in range(2):
        data = load("mnist")
        assert data.name == "mnist"
        assert data.source.endswith(f"from {cache_folder}")
        assert [mirror.requests for mirror in mirrors] == [FILES, []]
    assert sorted(path.name for path in (cache_folder / "mnist").iterdir()) == sorted(STEMS.values())


def test_damaged_arrays_are_rebuilt_from_the_kept_files(mirrors, cache_folder):
    load("mnist")
    for path in cache_folder.rglob("x_train.npy"):
        path.write_bytes(b"")
    assert load("mnist").x_train.shape == (30, 12)
    assert mirrors[0].requests == FILES


@pytest.mark.parametrize("status", [403, 404, 503])
def test_a_host_that_refuses_is_asked_once(mirrors, status):
    mirrors[0].status = status
    assert load("mnist").name == "mnist"
    assert [mirror.requests for mirror in mirrors] == [FILES[:1], FILES]


FAULTS = {
    "cut body": lambda mirror, fakes: setattr(mirror, "cut", 7),
    "short archive": lambda mirror, fakes: mirror.files.update({name: raw[:-7] for name, raw in mirror.files.items()}),
    "other set": lambda mirror, fakes: mirror.offer(fakes.contents["fashion-mnist"]),
    "web page": lambda mirror, fakes: mirror.files.clear(),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_wrong_content_is_not_kept_and_the_next_mirror_is_tried(mirrors, fakes, cache_folder, fault):
    FAULTS[fault](mirrors[0], fakes)
    assert load("mnist").name == "mnist"
    assert [mirror.requests for mirror in mirrors] == [FILES[:1], FILES]
    kept = {path.name: path.read_bytes() for path in (cache_folder / "mnist").iterdir()}
    assert kept == {STEMS[role]: content for role, content in fakes.contents["mnist"].items()}


def test_the_second_mirror_goes_on_where_the_first_failed(mirrors):
    mirrors[0].files[FILES[2]] = b"damaged"
    assert load("mnist").name == "mnist"
    assert [mirror.requests for mirror in mirrors] == [FILES[:3], FILES[2:]]


@pytest.mark.parametrize("pattern", ["{}", "{}.gz"])
def test_what_an_interrupted_download_left_is_not_asked_for_again(mirrors, fakes, cache_folder, pattern):
    fakes.write(cache_folder / "mnist", roles=("x_train", "t_train"), pattern=pattern)
    load("mnist")
    assert mirrors[0].requests == FILES[2:]


@pytest.mark.parametrize("pattern", ["{}", "{}.gz"])
def test_a_damaged_file_in_the_cache_is_downloaded_again(mirrors, fakes, cache_folder, pattern):
    fakes.write(cache_folder / "mnist", pattern=pattern)
    (cache_folder / "mnist" / pattern.format(STEMS["t_train"])).write_bytes(b"damaged")
    load("mnist")
    assert mirrors[0].requests == FILES[1:2]


def test_if_all_mirrors_fail_each_is_named_with_its_reason(mirrors, cache_folder):
    mirrors[0].status = 503
    mirrors[1].files = {}
    with pytest.raises(DataError) as caught:
        download.download(KNOWN["mnist"], STEMS)
    hosts = [mirror.url.removeprefix("http://").rstrip("/") for mirror in mirrors]
    message = str(caught.value)
    assert message.startswith(f"{hosts[0]}: status 503; {hosts[1]}: {mirrors[1].url}train-images")
    assert not list(cache_folder.glob("mnist/*"))


def test_a_damaged_archive_put_into_the_cache_is_named_when_nothing_else_helps(fakes, cache_folder):
    fakes.write(cache_folder / "fashion-mnist", "mnist")
    with pytest.raises(
        DataError, match=r"is MNIST's train-images.*, not Fashion-MNIST's .*ConnectionError.*: put train"
    ):
        load("fashion-mnist")


def test_a_download_works_without_a_writable_cache(mirrors, no_cache):
    data = load("mnist")
    assert data.x_train.shape == (30, 12)
    assert data.source.endswith("from a download that could not be kept")


@pytest.fixture
def swallower():
    """A server that takes connections and what is sent, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:  # the system takes connections, and nobody reads
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


@pytest.mark.parametrize("variable", ["http_proxy", "https_proxy"])
def test_a_proxy_that_swallows_connections_is_given_up_within_the_limits(fakes, monkeypatch, swallower, variable):
    scheme = variable.split("_")[0]
    hosts = tuple(f"{scheme}://{name}.invalid/" for name in ("one", "two"))
    monkeypatch.setitem(KNOWN, "fashion-mnist", replace(KNOWN["fashion-mnist"], mirrors=hosts))
    monkeypatch.setenv(variable, swallower)
    monkeypatch.setattr(download, "CONNECT_LIMIT", 0.2)
    monkeypatch.setattr(download, "ANSWER_LIMIT", 0.4)
    start = time.perf_counter()
    with pytest.raises(DataError, match=r"one\.invalid: .*; two\.invalid: "):
        load("fashion-mnist")
    assert time.perf_counter() - start < 120  # two hosts at 0.4 s, however busy the machine is; else it waits forever


@pytest.mark.parametrize("terminal", [False, True])
def test_a_progress_bar_is_drawn_on_a_terminal_only(mirrors, capsys, monkeypatch, terminal):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    load("mnist")
    out, err = capsys.readouterr()
    assert out == ""
    assert ("100%" in err) == terminal
    assert terminal or err == ""
