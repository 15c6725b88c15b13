"""`scripts/faults`: the tests of tests/faults with several times their load, and their figures.

Killed programs, a flushed Redis, a crashed PostgreSQL, requests that are broken off, and a storm of
all of them over ten thousand messages. Leases are waited for here, not made to pass. Arguments that
it does not know go to pytest: `-k storm`.
"""

from __future__ import annotations

import argparse
import sys

import pytest

_WIDE = 48


def main() -> int:
    """Exit status of pytest: 0 when all held."""
    parser = argparse.ArgumentParser(prog="scripts/faults", description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="the load, in tests' loads (5)")
    chosen, others = parser.parse_known_args()
    return int(pytest.main(["tests/faults", *others], [_Figures(chosen.times)]))


class _Figures:
    """Tells the tests their load, and prints what they measured."""

    def __init__(self, times: int) -> None:
        self._times = times
        self._lines: list[str] = []

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        """`scale` in tests/faults/conftest.py reads it."""
        parser.addoption("--faults-scale", type=int, default=self._times)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the figures of a test that came to its end."""
        if report.when != "call" or not report.user_properties:
            return
        name = report.nodeid.rpartition("::")[2]
        self._lines.append(f"{name} ({report.outcome}, {report.duration:.1f} s)")
        self._lines += [f"    {what:<{_WIDE}} {figure}" for what, figure in report.user_properties]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The figures, test by test."""
        terminalreporter.section(f"figures at {self._times} times the load")
        for line in self._lines:
            terminalreporter.write_line(line)


if __name__ == "__main__":
    sys.exit(main())
