"""Logs: JSON lines with codes and ids, and nothing of a person in them (F53)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.kernel import chatter
from tests.servers import ROOT


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    """Logs are the same on both."""
    return str(request.param)


def test_nothing_of_a_person_is_logged(environ: dict[str, str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", chatter.__name__],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    told = ran.stdout + ran.stderr
    for word in (chatter.PHONE, chatter.NAME, chatter.MAIL, chatter.PHONE[:6]):
        assert word not in told
        assert json.dumps(word)[1:-1] not in told
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    assert all(line["program"] == "chatter" for line in lines)
    by_event = {line["event"]: line for line in lines if line["event"] != "library"}
    assert by_event["said"] | {"timestamp": ""} == {
        "program": "chatter",
        "event": "said",
        "level": "info",
        "timestamp": "",
        "tenant": "a" * 32,
        "message": "b" * 32,
        "at": 1,
        "sealed": "bytes",
        "people": "set",
    }
    for event in ("failed", "failed_too", "crashed"):
        assert by_event[event]["error"] == "ValueError"
        assert by_event[event]["at"][-1].startswith("kernel/chatter.py:")
    # What went wrong where is told, of tasks nobody waited for too.
    templates = [line["template"] for line in lines if line["event"] == "library"]
    assert "cannot reach %s" in templates
    assert "cannot reach … of …" in templates
    assert "Task exception was never retrieved" in templates
    assert len([line for line in lines if line.get("error") == "ValueError"]) == 6
