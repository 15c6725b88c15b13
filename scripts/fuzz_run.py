"""`scripts/fuzz-graphql`: operations made from the schema, thousands of them, by every role.

The suite tries forty, always the same; here they are others every time. Arguments that it does not
know go to pytest: `-k sqlite`.
"""

from __future__ import annotations

import argparse
import sys

from scripts import figures


def main() -> int:
    """Exit status of pytest: 0 when no answer was at fault."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz-graphql", description=__doc__)
    parser.add_argument("--cases", type=int, default=2000, help="operations as each role (2000)")
    chosen, others = parser.parse_known_args()
    return figures.run("tests/fuzz", "--fuzz-cases", chosen.cases, others)


if __name__ == "__main__":
    sys.exit(main())
