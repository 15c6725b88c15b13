"""Runs a folder of tests with another measure than the suite's, and prints what they measured."""

from __future__ import annotations

import pytest

_WIDE = 48


def run(folder: str, option: str, measure: int, others: list[str]) -> int:
    """Exit status of pytest: 0 when all held. The tests read the measure as this option."""
    return int(pytest.main([folder, *others], [_Figures(option, measure)]))


class _Figures:
    def __init__(self, option: str, measure: int) -> None:
        self._option = option
        self._measure = measure
        self._lines: list[str] = []

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        """A fixture in the folder's conftest.py reads it."""
        parser.addoption(self._option, type=int, default=self._measure)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the figures of a test that came to its end."""
        if report.when != "call" or not report.user_properties:
            return
        name = report.nodeid.rpartition("::")[2]
        self._lines.append(f"{name} ({report.outcome}, {report.duration:.1f} s)")
        self._lines += [f"    {what:<{_WIDE}} {figure}" for what, figure in report.user_properties]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The figures, test by test."""
        terminalreporter.section(f"figures ({self._option} {self._measure})")
        for line in self._lines:
            terminalreporter.write_line(line)
