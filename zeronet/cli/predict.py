"""Predict the class of images with a trained network: zeronet predict MODEL IMAGE …"""

from zeronet.cli.parser import Parser, complain, exit_status
from zeronet.common.text import aligned
from zeronet.lab.predict import predict
from zeronet.locale import LANGUAGES


def main(arguments: list[str] | None = None) -> int:
    """Print a line for each picture; return the exit status."""
    p = Parser(
        prog="zeronet predict",
        description="Print the class of each image and its probabilities, and say when an image looks inverted, "
        "unscaled or off-centre, compared with the images that the network was trained on.",
        epilog="Images are resized to the network's size, and made grey if it takes grey ones.",
        allow_abbrev=False,
    )
    p.add_argument("model", metavar="MODEL", help="a network: runs/…/models/….npz, or what net.save wrote")
    p.add_argument("images", nargs="+", metavar="IMAGE", help="files: .png, .jpg, …")
    p.add_argument("--lang", choices=LANGUAGES, help="language (default: ZERONET_LANG, or en)")
    args = p.parse_args(arguments)

    def command() -> int:
        predictions = predict(args.model, args.images)
        print("\n".join(aligned(predictions.cells())))
        for remark in predictions.remarks:
            complain(p.prog, f"note: {remark}", status=0)
        return 0

    return exit_status(p.prog, command, args.lang)
