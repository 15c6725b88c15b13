"""`scripts/faults`: the tests of tests/faults with several times their load, and their figures.

Killed programs, a flushed Redis, a crashed PostgreSQL, requests that are broken off, and a storm of
all of them over ten thousand messages. Leases are waited for here, not made to pass. Arguments that
it does not know go to pytest: `-k storm`.
"""

from __future__ import annotations

import argparse
import sys

from scripts import figures


def main() -> int:
    """Exit status of pytest: 0 when all held."""
    parser = argparse.ArgumentParser(prog="scripts/faults", description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="the load, in tests' loads (5)")
    chosen, others = parser.parse_known_args()
    return figures.run("tests/faults", "--faults-scale", chosen.times, others)


if __name__ == "__main__":
    sys.exit(main())
