"""`python -m scripts.kpis`: writes docs/kpis.md; `--check`: is it current?"""

from __future__ import annotations

import sys
from pathlib import Path

import analytics

FILE = Path(__file__).parent.parent / "docs" / "kpis.md"


def main() -> int:
    """Write the page; with --check, status 1 where it is not current."""
    text = analytics.kpi_page()
    if "--check" not in sys.argv[1:]:
        FILE.write_text(text)
        return 0
    if FILE.exists() and FILE.read_text() == text:
        return 0
    sys.stderr.write("docs/kpis.md is not current; run python -m scripts.kpis\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
