"""What a tenant's marketing is about, for people to choose from (F12)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from kernel import clock, database, ids, tenancy
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import Id

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_LONGEST = 100
# People read them all on one page.
_MOST = 30


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic; `code` names it in consents and sends, `names` holds its name by language."""

    id: Id
    code: str
    name: str
    names: Mapping[str, str]
    state: str
    created_at: int
    updated_at: int

    def name_in(self, language: str) -> str:
        """Its name in a language, or else its own."""
        return self.names.get(language, self.name)


@database.unit_of_work
async def create_topic(code: str, name: str, names: Mapping[str, str]) -> Id:
    """Add a topic; its id. Conflict (TAKEN) where the code is in use, or was once."""
    if not _CODE.fullmatch(code):
        raise Invalid("A code such as new_arrivals is wanted.", field=("code",))
    if sum(topic.state == "active" for topic in await list_topics()) >= _MOST:
        raise Conflict(f"There are {_MOST} topics at most.", code="TOO_MANY")
    now, topic_id = clock.now(), ids.new_id()
    added = await database.insert(
        "topic",
        [
            {
                "tenant_id": tenancy.current(),
                "id": topic_id,
                "code": code,
                "name": _name(name, "name"),
                "names": _names(names),
                "state": "active",
                "created_at": now,
                "updated_at": now,
            }
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="id",
    )
    if not added:
        raise Conflict("Another topic has this code.", code="TAKEN", field=("code",))
    return topic_id


@database.unit_of_work
async def update_topic(topic_id: Id, name: str | None, names: Mapping[str, str] | None) -> None:
    """Call a topic something else; what is None stays."""
    await _change(
        topic_id,
        "name = coalesce($4, name), names = coalesce($5, names)",
        None if name is None else _name(name, "name"),
        None if names is None else _names(names),
    )


@database.unit_of_work
async def archive_topic(topic_id: Id) -> None:
    """Offer a topic no more; what people chose about it goes on to hold. Twice is once."""
    await _change(topic_id, "state = $4", "archived")


async def list_topics() -> list[Topic]:
    """All topics of the tenant, oldest first."""
    return _topics(
        await database.rows(
            """SELECT id, code, name, names, state, created_at, updated_at
                 FROM topic WHERE tenant_id = $1::uuid ORDER BY id""",
            tenancy.current(),
        )
    )


async def topics_by_ids(topic_ids: Iterable[Id]) -> dict[Id, Topic]:
    """The topics with these ids."""
    wanted = set(topic_ids)
    return {topic.id: topic for topic in await list_topics() if topic.id in wanted}


async def topic_code(topic_id: Id) -> str:
    """The code of a topic, archived or not; NotFound where there is none."""
    topic = (await topics_by_ids([topic_id])).get(topic_id)
    if topic is None:
        raise NotFound("There is no such topic.", field=("topic",))
    return topic.code


async def _change(topic_id: Id, what: str, *values: Any) -> None:
    changed = await database.run(
        f"UPDATE topic SET updated_at = $3, {what} WHERE tenant_id = $1::uuid AND id = $2::uuid",
        tenancy.current(),
        topic_id,
        clock.now(),
        *values,
    )
    if not changed:
        raise NotFound("There is no such topic.", field=("topic",))


def _name(text: str, field: str) -> str:
    tidy = " ".join(text.split())
    if not 1 <= len(tidy) <= _LONGEST:
        raise Invalid(f"A name has 1 to {_LONGEST} characters.", field=(field,))
    return tidy


def _names(names: Mapping[str, str]) -> str:
    for language in names:
        if not _LANGUAGE.fullmatch(language):
            raise Invalid("A language such as es is wanted.", field=("names",))
    return orjson.dumps({one: _name(text, "names") for one, text in names.items()}).decode()


def _topics(rows: Iterable[Mapping[str, Any]]) -> list[Topic]:
    return [Topic(**{**row, "names": orjson.loads(row["names"])}) for row in rows]
