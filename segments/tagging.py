"""Tags by rule: a tag that contacts bear as long as its rule holds for them (F6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tomllib import loads
from typing import Any

import contacts
from kernel import database, tenancy
from kernel.database import Batch
from kernel.errors import NotFound
from kernel.ids import Id
from segments.definitions import create, delete, update
from segments.members import BY_RULE

_FILE = Path(__file__).parent / "suggested_tags.toml"
_AT_ONCE = 4000


@dataclass(frozen=True, slots=True)
class SuggestedTag:
    """A tag to start with; without a rule it is put on by hand."""

    name: str
    rule: Mapping[str, Any] | None


@cache
def suggested_tags() -> tuple[SuggestedTag, ...]:
    """The set to start with (F6)."""
    return tuple(
        SuggestedTag(one["name"], one.get("rule")) for one in loads(_FILE.read_text())["tags"]
    )


@database.unit_of_work
async def set_tag_rule(name: str, given: Any, person_id: Id | None) -> Id:
    """The tag of this name, made where it is new, goes by this rule from now on; its id.

    It is a segment too, of the tag's name. What was put on by hand stays on. Invalid as for any
    segment, and where the rule leads back to the tag (CYCLE).
    """
    tag_id = await contacts.make_tag(name)
    segment_id = (await rules_of_tags([tag_id])).get(tag_id)
    if segment_id is None:
        await create(f"#{name}", given, person_id, tag_id=tag_id)
    else:
        await update(segment_id, given=given)
    return tag_id


@database.unit_of_work
async def drop_tag_rule(tag_id: Id) -> None:
    """The tag goes by hand alone again: what the rule put on goes; NotFound without a rule."""
    segment_id = (await rules_of_tags([tag_id])).get(tag_id)
    if segment_id is None:
        raise NotFound("No rule puts this tag on.", field=("tag",))
    await delete(segment_id)
    rows = await database.rows(
        """SELECT contact_id FROM contact_tag
            WHERE tenant_id = $1::uuid AND tag_id = $2::uuid AND source = $3""",
        tenancy.current(),
        tag_id,
        BY_RULE,
    )
    people = [row["contact_id"] for row in rows]
    for start in range(0, len(people), _AT_ONCE):
        await contacts.untag_many(tag_id, people[start : start + _AT_ONCE], BY_RULE)


async def rules_of_tags(tag_ids: Iterable[Id]) -> dict[Id, Id]:
    """The segments whose members bear these tags by rule, by tag."""
    rows = await database.rows(
        """SELECT s.id, s.tag_id FROM ({batch}) AS b
             JOIN segment s ON s.tenant_id = $1::uuid AND s.tag_id = b.id
            WHERE s.deleted_at IS NULL""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in tag_ids]),
    )
    return {row["tag_id"]: row["id"] for row in rows}
