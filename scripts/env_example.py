"""`python -m scripts.env_example` rewrites .env.example from the settings; `--check` compares."""

from __future__ import annotations

import sys
import textwrap
from dataclasses import fields
from pathlib import Path

from kernel.settings import Settings, default_of, name_of

FILE = Path(__file__).resolve().parents[1] / ".env.example"

_HEAD = """\
# Every setting of Rapport, with its default; kernel/settings.py is the source of this page.
# For compose: copy it to .env and uncomment what you change. For scripts/run, from the shell:
#   set -a; . ./.env; set +a; scripts/run
"""
_TAIL = """
# Only for compose.yaml: the password of both PostgreSQL servers.
# POSTGRES_PASSWORD=
"""


def main(arguments: list[str]) -> int:
    """Write the page, or with --check say whether it is current (status 1 when not)."""
    page = text()
    if "--check" not in arguments:
        FILE.write_text(page)
        return 0
    if FILE.exists() and FILE.read_text() == page:
        return 0
    print(".env.example is out of date: python -m scripts.env_example", file=sys.stderr)
    return 1


def text() -> str:
    """The page: for each setting its words and its name with the default."""
    shown: dict[str, str] = {}
    parts = [_HEAD]
    for setting in fields(Settings):
        words = textwrap.wrap(setting.metadata["doc"], 96, break_on_hyphens=False)
        default = default_of(setting, shown) or ""
        shown[setting.name] = default
        parts.append(
            "\n".join([*(f"# {line}" for line in words), f"# {name_of(setting)}={default}\n"])
        )
    return "\n".join(parts) + _TAIL


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
