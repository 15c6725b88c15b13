"""`python -m scripts.data_map`: writes docs/data-map.md; `--check`: is it current?"""

from __future__ import annotations

import sys
from pathlib import Path

import privacy

FILE = Path(__file__).parent.parent / "docs" / "data-map.md"


def main() -> int:
    """Write the page; with --check, status 1 where it is not current."""
    text = privacy.data_map_text()
    if "--check" not in sys.argv[1:]:
        FILE.write_text(text)
        return 0
    if FILE.exists() and FILE.read_text() == text:
        return 0
    sys.stderr.write("docs/data-map.md is not current; run python -m scripts.data_map\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
