"""Builds the dataset of this checkout: see `python build.py --help`."""

import sys
from pathlib import Path

from accords.build import main

if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent))
