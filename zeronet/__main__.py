"""`python -m zeronet` is `zeronet`."""

import sys

from zeronet.cli import main

if __name__ == "__main__":
    sys.exit(main())
