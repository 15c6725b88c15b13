"""`scripts/faults`: the tests of tests/faults with several times their load, and their figures.

Killed programs, a flushed Redis, a crashed PostgreSQL, requests that are broken off, and a storm of
all of them over ten thousand messages. Leases are waited for here, not made to pass. `campaigns` is
the storm over a campaign, and ten thousand opt-outs that race one. Arguments that it does not know
go to pytest: `-k storm`.
"""

from __future__ import annotations

import argparse
import sys

from scripts import figures

_CAMPAIGNS = "test_campaigns_through_a_storm or test_opt_outs_race_a_campaign"


def main() -> int:
    """Exit status of pytest: 0 when all held."""
    parser = argparse.ArgumentParser(prog="scripts/faults", description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="the load, in tests' loads (5)")
    chosen, others = parser.parse_known_args()
    if others[:1] == ["campaigns"]:
        others[:1] = ["-k", _CAMPAIGNS]
    return figures.run("tests/faults", "--faults-scale", chosen.times, others)


if __name__ == "__main__":
    sys.exit(main())
