"""Message templates, as far as the platform has told of them (contract 5.4, F20).

Status, category, quality and text are four aspects, each with the time of its newest word: a later
word wins whatever the order of arrival, and of two words of one moment the greater in writing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from channels import template_versions, wire
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
_MEANS_APPROVED = {"REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED"}
_GONE = ("DELETED", "PENDING_DELETION")
# When, and what: the words of one aspect.
Aspect = tuple[int, str, str]
_UNTOLD: Aspect = (0, "", "")


@dataclass(slots=True)
class Heard:
    """What is known of one template, or told of it; "" stands for what nobody told."""

    name: str = ""
    language: str = ""
    status: Aspect = _UNTOLD
    category: Aspect = _UNTOLD
    quality: Aspect = _UNTOLD
    components: Aspect = _UNTOLD

    def hear(self, other: Heard) -> None:
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

    def unless_known(self, known: Heard) -> Heard:
        """Without what is known already: answers have no reasons of pauses, they would cover them.

        What was flagged stays so while its quality is RED (contract 4b); answers do not say it.
        """
        (_, status, reason), (_, category, coming) = self.status, self.category
        news, known_as = Heard(self.name, self.language), known.status[1]
        is_flagged = known_as == "FLAGGED" and status == "APPROVED" and self.quality[1] == "RED"
        is_new = status != known_as or reason not in ("", known.status[2])
        if status and is_new and not is_flagged:
            news.status = self.status
        if category and (category, coming) != known.category[1:]:
            news.category = self.category
        if self.quality[1] != known.quality[1]:
            news.quality = self.quality
        if self.components[1] != known.components[1]:
            news.components = self.components
        return news


Key = tuple[Id, str]


async def apply(told: Sequence[Told]) -> None:
    """Fold the news of templates into their rows; part of the caller's unit of work."""
    heard: dict[Key, Heard] = {}
    for one in told:
        if isinstance(one.update, wire.TemplateUpdate) and one.waba_row_id:
            key = (one.waba_row_id, one.update.template_id)
            heard.setdefault(key, Heard()).hear(_read(one.update, one.at))
    await fold(heard)


async def fold(heard: Mapping[Key, Heard], *, is_answer: bool = False) -> dict[Key, Id]:
    """Fold what was told into the templates' rows; their ids. Part of the caller's unit of work.

    An answer (`is_answer`) tells all that is so at its time, a webhook what has just changed.
    """
    if not heard:
        return {}
    changed: list[tuple[Id, Heard]] = []
    verdicts: list[tuple[Id, Aspect]] = []
    happened: list[Event] = []
    rows = await _rows(heard)
    for row in rows:
        template, told = _of_row(row), heard[row["waba_row_id"], row["template_id"]]
        before, shown, status = _cells(template), template.shown, template.status
        template.hear(told.unless_known(template) if is_answer else told)
        if _cells(template) != before:
            changed.append((row["id"], template))
        if template.status != status:
            verdicts.append((row["id"], template.status))
        happened += _events(row["id"], shown, template.shown)
    await _write(changed)
    await template_versions.note_verdicts(verdicts)
    await events.record(*happened)
    return {(row["waba_row_id"], row["template_id"]): row["id"] for row in rows}


def _events(template_id: Id, before: dict[str, str], now: dict[str, str]) -> list[Event]:
    if now == before:
        return []
    happened = [Event("template.updated", {"template": template_id, **now})]
    fresh = {name: word for name, word in now.items() if word != before.get(name)}
    if status := fresh.get("status"):
        happened.append(
            Event("template.status_changed", {"template": template_id, "status": status})
        )
    if category := fresh.get("category"):
        happened.append(
            Event("template.category_changed", {"template": template_id, "category": category})
        )
    if quality := fresh.get("quality"):
        happened.append(
            Event("template.quality_changed", {"template": template_id, "quality": quality})
        )
    return happened


def _read(update: wire.TemplateUpdate, at: int) -> Heard:
    """What one update tells; the aspects it is silent about stay untold."""
    found = Heard(update.name or "", update.language or "")
    if update.event:
        reason = update.reason if update.reason != "NONE" else None
        word = _MEANS_APPROVED.get(update.event, update.event)
        found.status = (at, word, reason or update.pause or "")
    if update.category:
        found.category = (at, update.category, update.correct_category or "")
    if update.quality:
        found.quality = (at, update.quality, "")
    # As stored elsewhere: what lies too deep to be written is already cut there.
    raw = orjson.loads(update.payload())
    if texts := {name: raw[name] for name in _TEXTS if name in raw}:
        found.components = (at, canonical(texts), "")
    return found


async def _rows(heard: Mapping[Key, Heard]) -> list[dict[str, Any]]:
    """The rows of these templates, made where they are missing, held until the unit ends.

    A draft that waits for its id becomes the template of its name and language.
    """
    now, tenant_id, keys = clock.now(), tenancy.current(), sorted(heard)
    alive = [
        [*key, heard[key].name, heard[key].language]
        for key in keys
        if heard[key].name and heard[key].status[1] not in _GONE
    ]
    if alive:
        await database.run(
            database.sql(__file__, "adopt_drafts"),
            tenant_id,
            batch=Batch(
                {"waba_row_id": "uuid", "template_id": "text", "name": "text", "language": "text"},
                alive,
            ),
        )
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
        batch=Batch({"waba_row_id": "uuid", "template_id": "text"}, [[*key] for key in keys]),
    )


def _of_row(row: dict[str, Any]) -> Heard:
    components = row["components"]
    return Heard(
        row["name"],
        row["language"],
        (row["status_at"], row["status"] or "", row["status_reason"] or ""),
        (row["category_at"], row["category"] or "", row["category_coming"] or ""),
        (row["quality_at"], row["quality"] or "", ""),
        (row["components_at"], canonical(orjson.loads(components)) if components else "", ""),
    )


def _cells(template: Heard) -> list[Any]:
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


async def _write(changed: Sequence[tuple[Id, Heard]]) -> None:
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


def canonical(value: Any) -> str:
    """JSON as it is stored: the databases write it each in their own manner, ties need one."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
