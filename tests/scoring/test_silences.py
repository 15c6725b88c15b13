"""Silent threads get the cause that they have, from what came through the door (F38)."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

import scoring
import tenants
from kernel import clock, tenancy
from tests import following, stored
from tests.api.door import Door, Store, arrives, delivery, text_message
from tests.flows import town
from tests.scoring.talk import echo

SCRIPTS = tomllib.loads((Path(__file__).parent / "silences.toml").read_text())["thread"]
# How many of the scripted threads have to get the cause that they were written for.
ENOUGH = 34
_STATES = {"sent": "ONE_TICK", "delivered": "DELIVERED", "read": "READ"}
_SILENCE = """
{ conversations(first: 1, orderBy: NEWEST) { nodes { id
    lastMessage { text }
    silence { state since causes { code likelihood evidence } nextStep nextStepAt } } } }
"""


async def test_scripted_threads_get_their_cause(door: Door, store: Store) -> None:
    right, told = 0, []
    for number, script in enumerate(sorted(SCRIPTS, key=lambda one: _at(one, one["now"]))):
        clock.move(_at(script, script["now"]) + number * clock.SECOND - clock.now())
        thread = await _live(door, store, script, number)
        silence = thread["silence"]
        first = silence["causes"][0]["code"] if silence["causes"] else None
        assert silence["state"] == _STATES[script["state"]], script["phone"]
        if script["state"] != "sent":
            assert "BLOCKED_OR_GONE" not in {one["code"] for one in silence["causes"]}
        right += first == script["cause"].upper()
        told.append((script["cause"], first, silence["causes"][:3], silence["nextStep"]))
    assert right >= ENOUGH, [one for one in told if one[0].upper() != one[1]]


async def _live(door: Door, store: Store, script: dict[str, Any], number: int) -> dict[str, Any]:
    """What the thread is told to be silent for, once all of it came in."""
    bodies = [
        body
        for place, line in enumerate(script["said"])
        for body in _said(store, script, line, f"wamid.{number}.{place}")
    ]
    await arrives(door, town.together(bodies))
    thread = await _look(door, store)
    assert thread["lastMessage"]["text"] == script["said"][-1][2]
    return thread


async def _look(door: Door, store: Store) -> dict[str, Any]:
    """The newest thread, once everything was followed and judged."""
    await following.follow()
    while await scoring.judge_silences():
        pass
    with tenancy.acting_for(store.tenant_id):
        token = await tenants.issue(store.people["agent"])
    (thread,) = (await door.data(_SILENCE, token))["conversations"]["nodes"]
    return dict(thread)


def _said(store: Store, script: dict[str, Any], line: list[Any], wamid: str) -> list[Any]:
    local, who, text, *status = line
    at = _at(script, local) // clock.SECOND
    if who == "they":
        return [text_message(store, text, phone=script["phone"], wamid=wamid, at=at)]
    names = ("sent", "delivered", "read")
    reached = names[: names.index(status[0]) + 1]
    statuses = [
        {
            "id": wamid,
            "status": name,
            "timestamp": str(at + 60 * n),
            "recipient_id": script["phone"],
        }
        for n, name in enumerate(reached)
    ]
    return [echo(store, script["phone"], text, wamid, at), delivery(store, statuses=statuses)]


def _at(script: dict[str, Any], local: str) -> int:
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(script["zone"]))
    return clock.micros(moment)


async def test_a_silence_grows_and_ends(door: Door, store: Store) -> None:
    script: dict[str, Any] = {
        "phone": "34600111299",
        "zone": "Europe/Madrid",
        "now": "2026-12-01T10:30",
    }
    clock.move(_at(script, "2026-12-01T10:30") - clock.now())
    script["said"] = [
        ["2026-12-01T10:00", "they", "¿Tienen velas?"],
        ["2026-12-01T10:10", "we", "Sí, tenemos velas de cera.", "sent"],
    ]
    assert (await _live(door, store, script, 1))["silence"] is None
    silence = await _later(door, store, script, "2026-12-01T11:15")
    assert (silence["state"], silence["nextStep"]) == ("ONE_TICK", "WAIT")
    assert [one["code"] for one in silence["causes"]] == ["BUSY_HOUR"]
    silence = await _later(door, store, script, "2026-12-05T11:00")
    assert silence == {
        "state": "ONE_TICK",
        "since": "2026-12-01T09:10:00Z",
        "causes": [
            {
                "code": "BLOCKED_OR_GONE",
                "likelihood": 0.7,
                "evidence": ["No second tick for 96 hours."],
            }
        ],
        "nextStep": "OTHER_CHANNEL",
        "nextStepAt": silence["nextStepAt"],
    }
    assert silence["nextStepAt"] >= "2026-12-05T10:00"
    told = {"id": "wamid.1.1", "recipient_id": script["phone"], "status": "delivered"}
    told["timestamp"] = str(clock.now() // clock.SECOND)
    await arrives(door, delivery(store, statuses=[told]))
    silence = await _later(door, store, script, "2026-12-05T11:01")
    assert (silence["state"], silence["causes"]) == ("DELIVERED", [])
    await _later(door, store, script, "2026-12-31T11:01")
    silence = await _later(door, store, script, "2027-01-02T11:01")
    assert silence["nextStep"] == "STOP"
    await arrives(door, text_message(store, "Hola", phone=script["phone"]))
    assert await _later(door, store, script, "2027-01-02T13:00") is None
    kept = await stored.rows("SELECT refs FROM outbox WHERE kind = 'silence.diagnosed' ORDER BY at")
    reasons = [orjson.loads(row["refs"])["reason"] for row in kept]
    assert reasons == ["busy_hour", "blocked_or_gone", "unknown"]


async def _later(door: Door, store: Store, script: dict[str, Any], now: str) -> Any:
    """The silence of the only thread at a later time."""
    clock.move(_at(script, now) - clock.now())
    return (await _look(door, store))["silence"]
