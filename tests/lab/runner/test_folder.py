"""Files: whole or not at all, together or not at all, and nobody else's."""

import json
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest

from zeronet.common.errors import UserError
from zeronet.common.files import slug
from zeronet.lab.runner.folder import KEPT, MANIFEST, READY, RUNS, changed_since, locked_folder, publish
from zeronet.lab.runner.runs import Run, read_run, write_run


def writer(text):
    def write(folder):
        (folder / "curves.csv").write_text(text)
        (folder / "models").mkdir()
        (folder / "models" / f"{text}.npz").write_text(text)

    return write


def test_a_run_comes_back_as_it_was(tmp_path):
    model = {"W1": np.ones((2, 2), np.float32)}
    run = Run("diverged", "the loss is inf", "line\nline", [2.5, 0.1], [(0, 2.25, 0.5)], (0.3, 0.9), model)
    write_run(tmp_path / "run.npz", run)
    again = read_run(tmp_path / "run.npz")
    assert np.array_equal(again.model.pop("W1"), run.model.pop("W1"))
    assert again == run


def test_a_flipped_bit_is_refused_or_changes_nothing(tmp_path):
    """Bits of the zip file that hold no content, such as times, may change; no array does unnoticed."""
    path = tmp_path / "run.npz"
    run = Run(losses=[2.5, 0.125], evaluations=[(0, 2.25, 0.5)], model={"W1": np.arange(4, dtype=np.float32)})
    write_run(path, run)
    content = path.read_bytes()
    refused = 0
    for place in range(len(content)):
        damaged = bytearray(content)
        damaged[place] ^= 1 << place % 8
        path.write_bytes(damaged)
        try:
            again = read_run(path)
        except UserError as error:
            assert "run.npz is damaged" in str(error)
            refused += 1
        else:
            assert np.array_equal(again.model["W1"], run.model["W1"]), place
            assert (again.losses, again.evaluations, again.outcome) == (run.losses, run.evaluations, run.outcome), place
    assert refused > len(content) / 2


def test_the_seconds_of_a_run_do_not_change_its_file(tmp_path):
    write_run(tmp_path / "a.npz", Run(losses=[1.0], seconds=1.0))
    write_run(tmp_path / "b.npz", Run(losses=[1.0], seconds=2.0))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_new_results_replace_old_ones_together(tmp_path):
    with locked_folder(tmp_path / "out") as folder:
        publish(folder, writer("old"))
        publish(folder, writer("new"))
    assert (folder / "curves.csv").read_text() == "new"
    assert [path.name for path in (folder / "models").iterdir()] == ["new.npz"]
    assert {path.name for path in folder.iterdir()} == {"curves.csv", "models", ".runs", ".lock"}


def test_results_that_cannot_be_written_leave_the_old_ones(tmp_path):
    def fail(folder):
        writer("new")(folder)
        raise OSError(28, "No space left on device")

    with locked_folder(tmp_path / "out") as folder:
        publish(folder, writer("old"))
    with pytest.raises(UserError, match="No space left"), locked_folder(folder):
        publish(folder, fail)
    with locked_folder(folder):
        assert (folder / "curves.csv").read_text() == "old"
        assert {path.name for path in folder.iterdir()} == {"curves.csv", "models", ".runs", ".lock"}


def test_a_file_that_is_held_open_is_named_and_the_new_results_are_kept(tmp_path, monkeypatch):
    path_type = type(tmp_path)
    rename = path_type.rename

    def held(self, target):  # as Windows does it
        if self == tmp_path / "out" / "models":
            raise PermissionError(13, "in use")
        return rename(self, target)

    with locked_folder(tmp_path / "out") as folder:
        publish(folder, writer("old"))
        monkeypatch.setattr(path_type, "rename", held)
        with pytest.raises(UserError, match=r"models is in use by another program \(in use\)"):
            publish(folder, writer("new"))
        assert (folder / "curves.csv").read_text() == "old"
        assert (folder / KEPT / "curves.csv").read_text() == "new"
        monkeypatch.undo()
        publish(folder, writer("newer"))
        assert (folder / "curves.csv").read_text() == "newer"
        assert not (folder / KEPT).exists()


@pytest.mark.parametrize("renames", range(7))
def test_a_publish_that_is_killed_leaves_old_results_or_new_ones_and_never_some_of_both(tmp_path, monkeypatch, renames):
    path_type, left = type(tmp_path), [renames]
    rename = path_type.rename

    def killed(self, target):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return rename(self, target)

    folder = tmp_path / "out"
    with suppress(KeyboardInterrupt), locked_folder(folder):
        publish(folder, writer("old"))
        monkeypatch.setattr(path_type, "rename", killed)
        publish(folder, writer("new"))
    assert left[0] == 0 or renames >= 5
    monkeypatch.undo()
    with locked_folder(folder):
        text = "new" if renames else "old"
        assert (folder / "curves.csv").read_text() == text
        assert [path.name for path in (folder / "models").iterdir()] == [f"{text}.npz"]
        assert {path.name for path in folder.iterdir()} == {"curves.csv", "models", ".runs", ".lock"}


@pytest.mark.parametrize(
    "names",
    [
        ["../mine"],
        ["/tmp/mine"],
        [".."],
        [""],
        [".runs"],
        ["models/x"],
        ["a\0b"],
        [["curves.csv"], "../x"],
        {"../mine": None},
        "mine",
        7,
    ],
)
@pytest.mark.parametrize("place", [RUNS, READY])
def test_a_manifest_that_names_something_else_is_one_line_and_nothing_is_moved(tmp_path, names, place):
    (tmp_path / "mine").write_text("mine")
    with locked_folder(tmp_path / "out") as folder:
        publish(folder, writer("old"))
    (folder / place).mkdir(exist_ok=True)
    (folder / place / MANIFEST).write_text(json.dumps(names))
    with pytest.raises(UserError, match=r"^\S*manifest\.json is damaged: [^\n]*$"), locked_folder(folder):
        publish(folder, writer("new"))
    assert (tmp_path / "mine").read_text() == "mine"
    assert (folder / "curves.csv").read_text() == "old"


def test_an_older_manifest_of_names_alone_is_read(tmp_path):
    with locked_folder(tmp_path / "out") as folder:
        publish(folder, writer("old"))
        (folder / RUNS / MANIFEST).write_text('["curves.csv", "models"]')
        publish(folder, lambda new: (new / "verdict.json").write_text("new"))
    assert {path.name for path in folder.iterdir()} == {"verdict.json", ".runs", ".lock"}


@pytest.mark.parametrize("name", [".runs", ".lock", ".new", ".ready", ".old", ".runs/timings.csv", ".runs/a.npz"])
def test_links_in_the_places_of_our_own_files_are_refused_and_not_followed(tmp_path, name):
    other = tmp_path / "other"
    if "." in name[1:] or name == ".lock":
        other.write_text("mine")
    else:
        other.mkdir()
        (other / ".x.part").write_text("mine")
    (tmp_path / "out" / name).parent.mkdir(parents=True)
    (tmp_path / "out" / name).symlink_to(other)
    (tmp_path / "out" / ".runs").mkdir(exist_ok=True)
    with pytest.raises(UserError, match=f"{name} is a link"), locked_folder(tmp_path / "out"):
        pass
    assert (other if other.is_file() else other / ".x.part").read_text() == "mine"


def test_tables_that_were_changed_after_publishing_are_named(tmp_path):
    with locked_folder(tmp_path / "out") as folder:
        publish(folder, writer("1.5"))
    assert changed_since(folder) == []
    (folder / "curves.csv").write_text("7.5")
    assert changed_since(folder) == ["curves.csv"]


def test_what_was_published_before_and_not_again_goes(tmp_path):
    with locked_folder(tmp_path / "out") as folder:
        publish(folder, writer("old"))
        publish(folder, lambda new: (new / "verdict.json").write_text("new"))
    assert {path.name for path in folder.iterdir()} == {"verdict.json", ".runs", ".lock"}


@pytest.mark.parametrize("name", ["notes.txt", "curves.csv", "README"])
def test_a_folder_that_zeronet_did_not_make_is_refused(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(UserError, match=name), locked_folder(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_what_file_managers_leave_does_not_matter(tmp_path):
    (tmp_path / ".DS_Store").write_text("")
    with locked_folder(tmp_path) as folder:
        assert (folder / RUNS).is_dir()


def test_files_that_people_and_their_programs_leave_among_results_stay(tmp_path):
    with locked_folder(tmp_path / "out") as folder:
        publish(folder, writer("old"))
    for name in ("README", "~$curves.xlsx", "notes.txt"):
        (folder / name).write_text("mine")
    (folder / ".ipynb_checkpoints").mkdir()
    with locked_folder(folder):
        publish(folder, writer("new"))
    assert (folder / "curves.csv").read_text() == "new"
    assert (folder / "README").read_text() == "mine"
    assert {"README", "~$curves.xlsx", "notes.txt", ".ipynb_checkpoints"} <= {path.name for path in folder.iterdir()}


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(UserError, match="cannot write into"), locked_folder(tmp_path / "out"):
        pass


def test_a_folder_in_use_by_another_process(tmp_path):
    hold = "import sys, pathlib; from zeronet.lab.runner.folder import locked_folder\n"
    hold += "with locked_folder(pathlib.Path(sys.argv[1])): print(flush=True); input()"
    command = [sys.executable, "-c", hold, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        with pytest.raises(UserError, match="another comparison"), locked_folder(tmp_path):
            pass
        other.kill()
    with locked_folder(tmp_path):
        pass  # the lock died with its process


def test_slugs_are_file_names_that_differ():
    labels = ["SGD", "sgd", "a/b", "a:b", "手書き", "x" * 300]
    slugs = [slug(label, labels) for label in labels]
    assert len({each.lower() for each in slugs}) == len(labels)
    assert all(not set('<>:"/\\|?* ') & set(each) and len(each.encode()) <= 60 for each in slugs)
    assert slugs[4] == "手書き"
