"""Faults on order: what goes wrong with the next requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from channels.simulator.call import Answer, Call
from channels.simulator.errors import GraphError
from kernel.errors import Invalid

KINDS = ("drop", "hang", "slow", "status", "broken_json", "throttled", "error", "failed")
_ACCEPTED = {"drop", "hang", "slow", "broken_json"}
# What an edge is called in a fault: sends and read marks share one in the API.
EDGES = ("messages", "read", "media", "message_templates", "*")


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` requests that fit (-1: to all until it is cleared).

    drop: the connection ends without an answer. hang: so does it, after `seconds`. slow: the answer
    comes after `seconds`. status: HTTP `status` (500, 504) without JSON. broken_json: 200 with half
    of the answer. throttled: 429 with Retry-After. error: `code` of the table. failed: the message
    is accepted, and a failed status with `code` follows.
    `accepted` tells whether the platform took the request in all the same; None: as is usual for
    the kind (drop, hang, slow, broken_json: yes).
    """

    kind: str
    times: int = 1
    edge: str = "messages"
    number_id: str | None = None
    accepted: bool | None = None
    seconds: float = 30.0
    status: int | None = None
    code: int = 131000
    retry_after: int = 1
    struck: int = 0

    def check(self) -> None:
        """Invalid when kind or edge are unknown."""
        if self.kind not in KINDS:
            raise Invalid(f"'kind' is one of {', '.join(KINDS)}.", field=("kind",))
        if self.edge not in EDGES:
            raise Invalid(f"'edge' is one of {', '.join(EDGES)}.", field=("edge",))

    @property
    def takes_effect(self) -> bool:
        """Whether the request is carried out although its answer is spoilt."""
        return self.kind in _ACCEPTED if self.accepted is None else self.accepted


class Faults:
    """The faults that were ordered, in their order."""

    def __init__(self) -> None:
        self.ordered: list[Fault] = []

    def order(self, fault: Fault) -> None:
        """Let this happen."""
        fault.check()
        self.ordered.append(fault)

    def next_for(self, call: Call) -> Fault | None:
        """What is to happen to this request; counts it."""
        if not self.ordered:
            return None
        edge = call.edge
        if edge == "messages" and b'"status"' in call.body:
            edge = _edge_of_messages(call)
        return self._take("request", edge, call.node)

    def next_failure(self, number_id: str) -> int | None:
        """The code with which an accepted message is to fail; counts it."""
        fault = self._take("failure", "messages", number_id) if self.ordered else None
        return fault.code if fault else None

    def _take(self, when: Literal["request", "failure"], edge: str, node: str) -> Fault | None:
        for fault in self.ordered:
            fits = fault.edge in (edge, "*") and fault.number_id in (None, node)
            if fits and (fault.kind == "failed") == (when == "failure") and fault.times:
                fault.times -= fault.times > 0
                fault.struck += 1
                return fault
        return None


def spoilt(fault: Fault, answer: Answer | None) -> Answer:
    """The answer that the fault leaves of a good one (None: the request was not carried out)."""
    if fault.kind == "status":
        status = fault.status or 500
        return Answer(b"<html><body>Sorry.</body></html>", status, "text/html; charset=utf-8")
    if fault.kind == "broken_json":
        whole = answer.data() if answer else b'{"messaging_product":"whatsapp","contacts":[]}'
        return Answer(whole[: len(whole) // 2])
    if fault.kind == "throttled":
        body = GraphError(130429).body()
        return Answer(body, 429, headers={"Retry-After": str(fault.retry_after)})
    if fault.kind == "error":
        error = GraphError(fault.code, status=fault.status)
        return Answer(error.body(), error.status)
    return answer or Answer({"messaging_product": "whatsapp"})


def _edge_of_messages(call: Call) -> str:
    try:
        return "read" if call.json().get("status") else "messages"
    except GraphError:
        return "messages"
