"""Real samples, where the folder that RAPPORT_SAMPLES names is there; their own table judges."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from channels import wire
from channels.wire import InboundMessage, NumberChange, NumberTrouble, Status
from tests.platform_json import as_platform


@pytest.mark.real_data
def test_real_samples_lose_no_item(samples: Path) -> None:
    folder = samples / "samples" / "whatsapp"
    row = re.compile(r"\| (\S+)\.json \|.*?\| (\d+)/(\d+)/(\d+)/(\d+) \|")
    table = row.findall((folder / "SOURCES.md").read_text())
    names = {p.stem for p in folder.glob("*.json") if not p.name.startswith("_")}
    assert {name for name, *_ in table} == names
    entries: list[Any] = []
    total = 0
    for name, *counts in table:
        body = (folder / f"{name}.json").read_bytes()
        updates = wire.parse(body).updates
        # A chunk of history is one change with three updates: its progress and two messages.
        messages, statuses, others, troubles = map(int, counts)
        others = 3 if name == "history-chunk" else others
        assert counted(updates) == (messages, statuses, others, troubles), name
        assert wire.lane(body) == 0 or not messages, name
        assert wire.parse(as_platform(orjson.loads(body))).updates == updates
        entries += orjson.loads(body)["entry"]
        total += len(updates)
    assert len(wire.parse(as_platform({"entry": entries})).updates) == total


@pytest.mark.real_data
def test_real_samples_name_a_person_in_every_message(samples: Path) -> None:
    for path in (samples / "samples" / "whatsapp").glob("[a-z]*.json"):
        for update in wire.parse(path.read_bytes()).updates:
            if isinstance(update, InboundMessage):
                assert update.sender.known, path.name
                assert update.at is not None, path.name
            if isinstance(update, Status):
                assert update.recipient is not None, path.name
                assert update.extra == {}, path.name


def counted(updates: tuple[wire.Update, ...]) -> tuple[int, int, int, int]:
    messages = statuses = others = troubles = 0
    for update in updates:
        if isinstance(update, NumberTrouble):
            troubles += len(update.errors)
        elif isinstance(update, Status):
            statuses += 1
        elif isinstance(update, NumberChange) or (
            isinstance(update, InboundMessage) and update.origin == "live"
        ):
            messages += 1
        else:
            others += 1
    return messages, statuses, others, troubles
