"""The bench of zeronet finds nothing wrong with it."""

from zeronet.lab.check import check


def test_signum_breaks_no_law() -> None:
    """Each law that is broken is shown with what was seen, and the likely slip."""
    report = check("zeronet_signum:Signum")
    assert [law for law in report["laws"] if law["verdict"] == "fail"] == []
    assert report["family"] == "adaptive"
