"""`python -m kernel.migrate`: bring the databases up to date; `--check`: do the steps line up?"""

from __future__ import annotations

import asyncio
import sys

from kernel import migrations, settings
from kernel.errors import RapportError


def main() -> int:
    """Print what was applied; exit status 2 with one line when it cannot be done."""
    try:
        if "--check" in sys.argv[1:]:
            return _check()
        applied = asyncio.run(migrations.apply(settings.load()))
    except RapportError as error:
        sys.stderr.write(f"{error.message}\n")
        return 2
    sys.stdout.write(f"migrated: {', '.join(applied) or 'nothing to do'}\n")
    return 0


def _check() -> int:
    for folder in (migrations.FOLDER, migrations.FOLDER / "keys"):
        names = [
            [step.name for step in migrations.steps(folder, dialect)]
            for dialect in ("postgresql", "sqlite")
        ]
        if names[0] != names[1]:
            sys.stderr.write(f"{folder.name}: the dialects have different steps\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
