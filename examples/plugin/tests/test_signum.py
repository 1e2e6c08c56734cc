"""The bench of zeronet finds nothing wrong with it."""

from zeronet_signum import Signum

from zeronet import check


def test_signum_breaks_no_law() -> None:
    """Each law that is broken is shown with what was seen, and the likely slip."""
    report = check(Signum)
    assert [law for law in report["laws"] if law["verdict"] == "fail"] == []
    assert report["family"] == "adaptive"
