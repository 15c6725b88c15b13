"""What is kept of a decision with its send: codes and times, never a word about a person (F21)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from conversations.gate import Decision, Ruling
from conversations.reasons import Reason, reason
from kernel import clock

# Earlier ones named the state of the send in its place.
_ONCE: dict[str, Ruling] = {"queued": "defer", "refused": "refuse", "void": "refuse"}
_DONE = ("ACCEPTED", "ECHOED", "BY_EMAIL")


def of(decision: Decision) -> str:
    """The JSON of a decision."""
    return keep(decision.ruling, decision.reasons)


def keep(ruling: Ruling, reasons: Sequence[Reason]) -> str:
    """The JSON of `send.decision`: the ruling, its reasons, when; `reason` is the first of them."""
    kept: dict[str, Any] = {
        "ruling": ruling,
        "reasons": [
            {"code": one.code} | ({} if one.until is None else {"until": one.until})
            for one in reasons
        ],
        "at": clock.now(),
    }
    if reasons:
        kept["reason"] = reasons[0].code
    return orjson.dumps(kept).decode()


def decided_at(kept: str) -> int | None:
    """When it was decided (microseconds); earlier ones do not tell."""
    at = orjson.loads(kept).get("at")
    return at if isinstance(at, int) else None


def read(kept: str) -> Decision:
    """The decision that was kept, and what has come of it since; in the usual words."""
    told = orjson.loads(kept)
    ruling = told["ruling"]
    if ruling not in ("send", "defer", "refuse"):
        ruling = _ONCE.get(ruling, "send")
    first = told.get("reason")
    several = told.get("reasons") or [{"code": code} for code in (first, *told.get("also", ()))]
    reasons = tuple(
        reason(one["code"], until=one.get("until"))
        for one in several
        if one["code"] and one["code"] not in _DONE
    )
    waits = [one.until for one in reasons if one.until is not None]
    return Decision(ruling, reasons, max(waits, default=None) if ruling == "defer" else None)
