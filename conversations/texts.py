"""What messages say, opened: for those rooms that read words and keep none of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from conversations.ends import last_messages
from conversations.queries import MessageRow, changed_messages, messages_by_ids
from kernel import keys
from kernel.ids import Id
from kernel.seal import Sealer


@dataclass(frozen=True, slots=True)
class Text:
    """A message's latest words: "" where it has none or was taken back, None where nobody can
    open it any more."""

    row: MessageRow
    words: str | None


async def texts_of(message_ids: Iterable[Id]) -> dict[Id, Text]:
    """What these messages say now, by message; an id may be that of a change to one."""
    told = list(message_ids)
    changed = await changed_messages(told)
    rows = await messages_by_ids(changed.get(one, one) for one in told)
    return {text.row["id"]: text for text in await _open(rows.values())}


async def last_texts(conversation_ids: Iterable[Id], limit: int) -> dict[Id, list[Text]]:
    """What was said last in each thread, at most so many messages, oldest of them first."""
    rows = await last_messages(conversation_ids, limit)
    told: dict[Id, list[Text]] = {}
    for text in await _open([row for thread in rows.values() for row in thread]):
        told.setdefault(text.row["conversation_id"], []).append(text)
    return told


async def _open(rows: Collection[MessageRow]) -> list[Text]:
    subjects = {row["subject_id"] for row in rows}
    subjects |= {row["edit_subject_id"] for row in rows if row["edit_subject_id"]}
    sealers = await keys.of(subjects)
    return [Text(row, _words(row, sealers)) for row in rows]


def _words(row: MessageRow, sealers: dict[Id, Sealer]) -> str | None:
    if row["revoked_at"] is not None:
        return ""
    place, row_id, sealed = "message.body", row["id"], row["body_sealed"]
    sealer = sealers.get(row["subject_id"])
    if row["edit_id"] and row["edit_subject_id"]:
        place, row_id, sealed = "message_change.body", row["edit_id"], row["edit_sealed"]
        sealer = sealers.get(row["edit_subject_id"])
    if sealed is None:
        return ""
    return sealer.open_text(place, row_id, sealed) if sealer else None
