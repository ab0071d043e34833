"""Where the shipped mappings of the portfolio lie."""

from pathlib import Path

MAPPINGS = Path(__file__).parent / "mappings"
