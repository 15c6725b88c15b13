"""Logs: JSON lines with codes and ids, and nothing of a person in them (F53)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.kernel import chatter
from tests.logged import Logged
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


def test_what_was_sealed_is_found_in_a_log() -> None:
    heard = Logged()
    for value in (b"Lea Prat i Soler", b"34600111222", b'{"body":{"text":"\xd8\xb3\xd8\xb1"}}'):
        heard.sealed(value)
    heard.sealed(b"\xff")
    heard.sealed(b"short")
    for event, said in (
        ("fine", "0190f3c1" * 4),
        ("short", "short"),
        ("named", "met Lea Prat i Soler"),
        ("called", "tel:34600111222"),
        ("quoted", "سر"),
    ):
        line = {"event": event, "level": "debug", "about": {"them": [said]}}
        heard.write(json.dumps(line, ensure_ascii=False) + "\n")
    assert [leak.partition(":")[0] for leak in heard.leaks()] == ["called", "named"]
