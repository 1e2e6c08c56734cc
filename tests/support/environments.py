"""Fresh environments: a package is installed as its users do, without network."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


def run(*command, **options):
    """Run a command; return what it printed. It does not see PYTHONPATH."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    options = {"env": environment, "capture_output": True, "text": True, "timeout": 900} | options
    done = subprocess.run([str(word) for word in command], **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Environment:
    """A new virtual environment; it sees the packages of the running one, after its own and those in `paths`."""

    def __init__(self, folder, *paths):
        run(sys.executable, "-m", "venv", "--without-pip", folder)
        self.scripts = Path(folder) / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.scripts / ("python.exe" if os.name == "nt" else "python")
        self.packages = Path(
            run(self.python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])").strip()
        )
        lines = [*map(str, paths), f"import site; site.addsitedir({sysconfig.get_paths()['purelib']!r})", ""]
        (self.packages / "shared.pth").write_text("\n".join(lines), encoding="utf-8")

    def install(self, source):
        """Install a wheel or a source folder, without its dependencies."""
        pytest.importorskip("hatchling")
        pytest.importorskip("pip")  # environments made by uv have none
        options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
        run(sys.executable, "-m", "pip", "--python", self.python, "install", *options, source)
