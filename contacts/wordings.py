"""Wordings: what people are asked to agree to (F9). A change is a new version, beside the old one.

`{store}` stands for the store's name; in a prompt, `{statement}` for the statement.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, TypedDict, cast

from contacts.consent import MARKETING
from kernel import clock, database, ids, tenancy
from kernel.conditions import Conditions
from kernel.database import Batch
from kernel.errors import Invalid
from kernel.ids import Id
from tenants import read_locale, tidy_lines

# Together with the store's name they fit the 1,024 characters of a message (contract 2.4).
_LONGEST_STATEMENT, _LONGEST_PROMPT = 500, 400
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TEMPLATE = re.compile(r"[a-z0-9_]{1,512}")
_COLUMNS = """w.id, w.name, w.locale, w.version, w.purpose, w.topic, w.statement, w.prompt,
              w.notice, w.template_name, w.answered_by, w.text_hash, w.created_at"""
Direction = Literal["ASC", "DESC"]


class WordingRow(TypedDict):
    """A wording as stored; `text_hash` is the SHA-256 of the statement, hex."""

    id: Id
    name: str
    locale: str
    version: int
    purpose: str
    topic: str
    statement: str
    prompt: str
    notice: str
    template_name: str | None
    answered_by: str
    text_hash: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Wording:
    """A wording to keep.

    `prompt` asks for the second yes ("" takes the house's own words), `notice` names the version of
    the privacy notice that was shown with it, and `template_name` the template that asks where only
    a template may. It is answered by buttons or by a link.
    """

    name: str
    locale: str
    statement: str
    purpose: str = MARKETING
    topic: str = ""
    prompt: str = ""
    notice: str = ""
    template_name: str | None = None
    answered_by: str = "buttons"


@database.unit_of_work
async def add_wording(wording: Wording) -> Id:
    """Keep a wording as the next version of its name in its language. Invalid names the field."""
    kept = _checked(wording)
    last = await database.row(
        """SELECT coalesce(max(version), 0) AS version FROM consent_wording
            WHERE tenant_id = $1::uuid AND name = $2 AND locale = $3""",
        tenancy.current(),
        kept.name,
        kept.locale,
    )
    wording_id = ids.new_id()
    added = await database.insert(
        "consent_wording",
        [
            {
                "tenant_id": tenancy.current(),
                "id": wording_id,
                **asdict(kept),
                "version": last["version"] + 1 if last else 1,
                "text_hash": text_hash(kept.statement),
                "created_at": clock.now(),
            }
        ],
        conflict="ON CONFLICT DO NOTHING",
        returning="id",
    )
    if not added:
        raise database.RunAgain  # somebody else wrote this version just now
    return wording_id


async def wordings_by_ids(wording_ids: Iterable[Id]) -> dict[Id, WordingRow]:
    """The wordings with these ids."""
    rows = await database.rows(
        f"""SELECT {_COLUMNS} FROM ({{batch}}) AS b
              JOIN consent_wording w ON w.tenant_id = $1::uuid AND w.id = b.id""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, [[one] for one in dict.fromkeys(wording_ids)]),
    )
    return {row["id"]: cast(WordingRow, row) for row in rows}


async def wording_page(
    name: str | None, direction: Direction, after: Id | None, limit: int
) -> list[WordingRow]:
    """At most so many wordings of a name, or of all names, in order of age."""
    where = _conditions(name, limit)
    if after is not None:
        where.add(f"w.id {'<' if direction == 'DESC' else '>'} ?::uuid", after)
    statement = where.into(
        f"""SELECT {_COLUMNS} FROM consent_wording w
             WHERE w.tenant_id = $1::uuid /* conditions */
             ORDER BY w.id {direction} LIMIT $2::bigint"""
    )
    return cast(list[WordingRow], await database.rows(statement, *where.params))


async def count_wordings(name: str | None) -> int:
    """How many wordings there are of a name, or of all."""
    where = _conditions(name)
    row = await database.row(
        where.into(
            """SELECT count(*) AS n FROM consent_wording w
                WHERE w.tenant_id = $1::uuid /* conditions */"""
        ),
        *where.params,
    )
    return int(row["n"]) if row else 0


async def newest_wording(name: str, locales: Sequence[str | None]) -> WordingRow | None:
    """The newest version of a name, in the first of these languages that it has."""
    rows = await database.rows(
        f"""SELECT {_COLUMNS} FROM consent_wording w
             WHERE w.tenant_id = $1::uuid AND w.name = $2 ORDER BY w.version DESC""",
        tenancy.current(),
        name,
    )
    for wanted in filter(None, locales):
        exact = [row for row in rows if row["locale"] == wanted]
        alike = [row for row in rows if _language(row["locale"]) == _language(wanted)]
        if found := exact or alike:
            return cast(WordingRow, found[0])
    return None


def text_hash(text: str) -> str:
    """The SHA-256 of a text as UTF-8, hex: proof of which words somebody was shown."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_code(text: str) -> bool:
    """Whether it is a code such as spring_sale, as purposes and topics have."""
    return _CODE.fullmatch(text) is not None


def _checked(wording: Wording) -> Wording:
    statement = tidy_lines(wording.statement, ("statement",), _LONGEST_STATEMENT)
    if not statement:
        raise Invalid("What they agree to is wanted.", code="EMPTY", field=("statement",))
    for name in ("name", "purpose", "topic"):
        code = getattr(wording, name)
        if not is_code(code) and (code or name != "topic"):
            raise Invalid("A code such as spring_sale is wanted.", code="BAD_FORM", field=(name,))
    if wording.template_name is not None and not _TEMPLATE.fullmatch(wording.template_name):
        message = "A template's name has small letters, digits and underscores."
        raise Invalid(message, code="BAD_FORM", field=("template_name",))
    return Wording(
        wording.name,
        read_locale(wording.locale),
        statement,
        wording.purpose,
        wording.topic,
        tidy_lines(wording.prompt, ("prompt",), _LONGEST_PROMPT),
        tidy_lines(wording.notice, ("notice",), 100),
        wording.template_name,
        wording.answered_by,
    )


def _conditions(name: str | None, *params: object) -> Conditions:
    where = Conditions(tenancy.current(), *params)
    if name is not None:
        where.add("w.name = ?", name)
    return where


def _language(locale: str) -> str:
    return locale.partition("-")[0].lower()
