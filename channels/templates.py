"""Message templates, as far as the platform has told of them (contract 5.4, F20).

Status, category, quality and text are four aspects, each with the time of its newest word: a later
word wins whatever the order of arrival, and of two words of one moment the greater in writing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from channels import wire
from channels.told import Told, code
from kernel import clock, database, events, ids, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

_TEXTS = (
    "message_template_title",
    "message_template_element",
    "message_template_footer",
    "message_template_buttons",
)
# When, and what: the words of one aspect.
Aspect = tuple[int, str, str]
_UNTOLD: Aspect = (0, "", "")


@dataclass(slots=True)
class _Template:
    """What is known of one template; "" stands for what nobody told."""

    name: str = ""
    language: str = ""
    status: Aspect = _UNTOLD
    category: Aspect = _UNTOLD
    quality: Aspect = _UNTOLD
    components: Aspect = _UNTOLD

    def hear(self, other: _Template) -> None:
        """Take over what is newer in another."""
        self.name = max(self.name, other.name)
        self.language = max(self.language, other.language)
        self.status = max(self.status, other.status)
        self.category = max(self.category, other.category)
        self.quality = max(self.quality, other.quality)
        self.components = max(self.components, other.components)

    @property
    def shown(self) -> dict[str, str]:
        """What an event tells of it: codes only."""
        aspects = {"status": self.status, "category": self.category, "quality": self.quality}
        return {name: word for name, (_, text, _) in aspects.items() if (word := code(text))}


Key = tuple[Id, str]


async def apply(told: Sequence[Told]) -> None:
    """Fold the news of templates into their rows; part of the caller's unit of work."""
    heard: dict[Key, _Template] = {}
    for one in told:
        if isinstance(one.update, wire.TemplateUpdate) and one.waba_row_id:
            key = (one.waba_row_id, one.update.template_id)
            heard.setdefault(key, _Template()).hear(_read(one.update, one.at))
    if not heard:
        return
    changed: list[tuple[Id, _Template]] = []
    happened: list[Event] = []
    for row in await _rows(sorted(heard)):
        template = _of_row(row)
        before, shown = _cells(template), template.shown
        template.hear(heard[row["waba_row_id"], row["template_id"]])
        if _cells(template) != before:
            changed.append((row["id"], template))
        if template.shown != shown:
            happened.append(Event("template.updated", {"template": row["id"], **template.shown}))
    await _write(changed)
    await events.record(*happened)


def _read(update: wire.TemplateUpdate, at: int) -> _Template:
    """What one update tells; the aspects it is silent about stay untold."""
    found = _Template(update.name or "", update.language or "")
    if update.event:
        reason = update.reason if update.reason != "NONE" else None
        found.status = (at, update.event, reason or update.pause or "")
    if update.category:
        found.category = (at, update.category, update.correct_category or "")
    if update.quality:
        found.quality = (at, update.quality, "")
    # As stored elsewhere: what lies too deep to be written is already cut there.
    raw = orjson.loads(update.payload())
    if texts := {name: raw[name] for name in _TEXTS if name in raw}:
        found.components = (at, _canonical(texts), "")
    return found


async def _rows(wanted: Iterable[Key]) -> list[dict[str, Any]]:
    """The rows of these templates, made where they are missing, held until the unit ends."""
    now, tenant_id, keys = clock.now(), tenancy.current(), list(wanted)
    await database.insert(
        "template",
        [
            {
                "tenant_id": tenant_id,
                "id": ids.new_id(),
                "waba_row_id": waba_row_id,
                "template_id": template_id,
                "name": "",
                "language": "",
                "status_at": 0,
                "category_at": 0,
                "quality_at": 0,
                "components_at": 0,
                "created_at": now,
                "updated_at": now,
            }
            for waba_row_id, template_id in keys
        ],
        conflict="ON CONFLICT DO NOTHING",
    )
    return await database.rows(
        """SELECT t.* FROM ({batch}) AS b
             JOIN template t ON t.tenant_id = $1::uuid AND t.waba_row_id = b.waba_row_id
              AND t.template_id = b.template_id
            ORDER BY t.id FOR UPDATE OF t""",
        tenant_id,
        batch=Batch({"waba_row_id": "uuid", "template_id": "text"}, keys),
    )


def _of_row(row: dict[str, Any]) -> _Template:
    components = row["components"]
    return _Template(
        row["name"],
        row["language"],
        (row["status_at"], row["status"] or "", row["status_reason"] or ""),
        (row["category_at"], row["category"] or "", row["category_coming"] or ""),
        (row["quality_at"], row["quality"] or "", ""),
        (row["components_at"], _canonical(orjson.loads(components)) if components else "", ""),
    )


def _cells(template: _Template) -> list[Any]:
    status, category = template.status, template.category
    quality, components = template.quality, template.components
    return [
        template.name,
        template.language,
        *(status[0], status[1] or None, status[2] or None),
        *(category[0], category[1] or None, category[2] or None),
        *(quality[0], quality[1] or None),
        *(components[0], components[1] or None),
    ]


async def _write(changed: Sequence[tuple[Id, _Template]]) -> None:
    if not changed:
        return
    await database.run(
        database.sql(__file__, "write_templates"),
        tenancy.current(),
        clock.now(),
        batch=Batch(
            {
                "id": "uuid",
                "name": "text",
                "language": "text",
                "status_at": "bigint",
                "status": "text",
                "status_reason": "text",
                "category_at": "bigint",
                "category": "text",
                "category_coming": "text",
                "quality_at": "bigint",
                "quality": "text",
                "components_at": "bigint",
                "components": "jsonb",
            },
            [[template_id, *_cells(template)] for template_id, template in changed],
        ),
    )


def _canonical(value: Any) -> str:
    # The databases write JSON each in their own manner; ties need one.
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
