"""What many tests need: a generator, a small problem that can be learned, and no figures where nobody looks."""

import os
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from zeronet.datasets.catalogue import STEMS
from zeronet.lab.plots import style
from zeronet.nn.layers import LAYERS

savefig, settle, looked_at = Figure.savefig, style._settle, False
folder = os.environ.get("ZERONET_DATA_DIR")
has_real_mnist = folder is not None and any(
    (Path(folder) / place / f"{STEMS['x_train']}.gz").is_file() for place in ("", "mnist")
)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def points(rng):
    """60 points of 6 numbers in 3 classes: x (60, 6) float32, t (60,). The class is the largest of the first three."""
    x = rng.standard_normal((60, 6), dtype=np.float32)
    return x, x[:, :3].argmax(axis=1)


@pytest.fixture(autouse=True)
def layers_of_plug_ins_are_forgotten():
    """Take back what a test registers: a plug-in's file may call register_layer."""
    before = dict(LAYERS)
    yield
    LAYERS.clear()
    LAYERS.update(before)


@pytest.fixture(autouse=True, scope="session")
def figures_are_laid_out_and_rendered_where_they_are_looked_at():
    """Leave the files of figures empty but in tests marked `drawn`: that is most of a small comparison's time."""
    style._settle = lambda figure: settle(figure) if looked_at else None
    Figure.savefig = lambda *args, **settings: savefig(*args, **settings) if looked_at else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    global looked_at
    looked_at = item.get_closest_marker("drawn") is not None
    if item.get_closest_marker("mnist") and not has_real_mnist:
        pytest.skip("ZERONET_DATA_DIR does not name a folder with the files of MNIST")
