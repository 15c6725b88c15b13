"""`python -m scripts.schema`: writes schema.graphql from the code; `--check`: is it current?"""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import api

FILE = Path(__file__).parent.parent / "schema.graphql"


def main() -> int:
    """Write the file; with --check, status 1 and the first lines that differ."""
    text = api.schema_text()
    if "--check" not in sys.argv[1:]:
        FILE.write_text(text)
        return 0
    known = FILE.read_text() if FILE.exists() else ""
    if known == text:
        return 0
    difference = difflib.unified_diff(
        known.splitlines(), text.splitlines(), "schema.graphql", "the code", lineterm="", n=0
    )
    sys.stderr.write("schema.graphql is not current; run python -m scripts.schema\n")
    sys.stderr.writelines(f"{line}\n" for line in list(difference)[:20])
    return 1


if __name__ == "__main__":
    sys.exit(main())
