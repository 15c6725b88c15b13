"""How accounts and numbers stand with the platform: state, limit, quality, trouble (4b, 5.5).

A later word of the platform wins whatever the order of arrival; of two words of one moment the
graver does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from channels import wire
from channels.told import Told
from kernel import clock, database, events, tenancy
from kernel.database import Batch
from kernel.events import Event
from kernel.ids import Id

QUALITY_FIELD = "phone_number_quality_update"
# What a word on a number's quality means for its rating; "not low any more" is all UNFLAGGED says.
_QUALITY = {"FLAGGED": "RED", "DOWNGRADE": "RED", "UNFLAGGED": "UNKNOWN"}
_GRAVITY = ("active", "restricted", "disabled", "offboarded")
_GONE = frozenset(
    {"ACCOUNT_OFFBOARDED", "ACCOUNT_DELETED", "PARTNER_REMOVED", "PARTNER_APP_UNINSTALLED"}
)
_BUSINESS_INITIATED = "RESTRICTED_BIZ_INITIATED_MESSAGING"
_NO_END = 2**63 - 1
# The same trouble, met again and again by our own calls, is told once an hour.
_TOLD_ANEW = clock.HOUR

# When, how grave, until when: compared in this order.
State = tuple[int, int, int]
Limit = tuple[int, str]
Trouble = tuple[int, int]
# When, whether it is the gravest, the word.
Rating = tuple[int, bool, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """What the platform answered about a number when it was asked, in its words; None: nothing."""

    at: int
    quality: str | None = None
    throughput: str | None = None
    tier: str | None = None
    status: str | None = None
    mode: str | None = None


@dataclass(slots=True)
class _News:
    """What a batch, or an answer, tells of one number."""

    throughput: str | None = None
    rating: Rating = (0, False, "")
    trouble: Trouble = (0, 0)
    heard: Heard | None = None


async def apply(told: Sequence[Told]) -> None:
    """Fold news of accounts and numbers into their rows; part of the caller's unit of work."""
    states: dict[Id, State] = {}
    limits: dict[Id, Limit] = {}
    numbers: dict[Id, _News] = {}
    for one in told:
        if isinstance(one.update, wire.AccountUpdate):
            if one.waba_row_id:
                _hear_of_account(one.waba_row_id, one.update, one.at, states, limits)
            if one.number_id and one.update.field == QUALITY_FIELD:
                news = numbers.setdefault(one.number_id, _News())
                if one.update.event == "THROUGHPUT_UPGRADE":
                    news.throughput = "HIGH"
                if word := _QUALITY.get(one.update.event or ""):
                    news.rating = max(news.rating, _rating(one.at, word))
        elif isinstance(one.update, wire.NumberTrouble) and one.number_id:
            news = numbers.setdefault(one.number_id, _News())
            codes = [error.code for error in one.update.errors if error.code is not None]
            news.trouble = max(news.trouble, *((one.at, code) for code in codes), (0, 0))
    crossed = await _fold_accounts(states, limits)
    if numbers or crossed:
        await _fold_numbers(numbers, crossed)


@database.unit_of_work
async def hear(waba_row_id: Id, number_id: Id, heard: Heard) -> None:
    """Fold in what the platform answered about a number."""
    await _fold_accounts({}, {waba_row_id: (heard.at, heard.tier)} if heard.tier else {})
    rating = _rating(heard.at, heard.quality) if heard.quality else (0, False, "")
    await _fold_numbers({number_id: _News(heard.throughput, rating, heard=heard)}, {})


async def disconnect(number_id: Id) -> None:
    """The platform has the number no more; part of the caller's unit of work."""
    rows = await database.rows(
        """UPDATE number SET state = 'disconnected', updated_at = $3
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = 'connected' RETURNING id""",
        tenancy.current(),
        number_id,
        clock.now(),
    )
    refs = {"number": number_id, "state": "disconnected"}
    await events.record(*(Event("number.state_changed", refs) for _ in rows))


async def tell_trouble(number_id: Id, code: int, at: int) -> None:
    """Note trouble that our own calls met with a number; part of the caller's unit of work."""
    for row in await _held("number", [number_id]):
        if row["trouble_code"] == code and at - row["trouble_at"] < _TOLD_ANEW:
            return
    await _fold_numbers({number_id: _News(trouble=(at, code))}, {})


def _rating(at: int, word: str) -> Rating:
    return at, word == "RED", word


def _hear_of_account(
    waba: Id, update: wire.AccountUpdate, at: int, states: dict[Id, State], limits: dict[Id, Limit]
) -> None:
    if update.tier:
        limits[waba] = max(limits.get(waba, (0, "")), (at, update.tier))
    state = _state(update)
    if state is not None:
        name, until = state
        heard = (at, _GRAVITY.index(name), _NO_END if until is None else until)
        states[waba] = max(states.get(waba, heard), heard)


def _state(update: wire.AccountUpdate) -> tuple[str, int | None] | None:
    """The state that an account is put into, and its end where it has one; None for other news."""
    if update.field != "account_update":
        return None
    if update.event == "ACCOUNT_RESTRICTION":
        ends = [end for kind, end in update.restrictions if kind == _BUSINESS_INITIATED]
        if not ends:
            return None
        return "restricted", None if None in ends else max(end for end in ends if end is not None)
    if update.event == "DISABLED_UPDATE":
        return {"DISABLE": ("disabled", None), "REINSTATE": ("active", None)}.get(
            update.ban_state or ""
        )
    if update.event == "ACCOUNT_RECONNECTED":
        return "active", None
    return ("offboarded", None) if update.event in _GONE else None


async def _fold_accounts(states: dict[Id, State], limits: dict[Id, Limit]) -> dict[Id, str]:
    """Write newer states and limits; the accounts that went off board or came back, with the state
    that their numbers have now."""
    changed: list[list[Any]] = []
    happened: list[Event] = []
    crossed: dict[Id, str] = {}
    for row in await _held("waba", states.keys() | limits.keys()):
        until = row["restricted_until"]
        state = (row["state_at"], _GRAVITY.index(row["state"]), _NO_END if until is None else until)
        limit = (row["messaging_limit_at"], row["messaging_limit"] or "")
        new_state = max(state, states.get(row["id"], state))
        new_limit = max(limit, limits.get(row["id"], limit))
        if (new_state, new_limit) == (state, limit):
            continue
        at, gravity, end = new_state
        name, until = _GRAVITY[gravity], None if end == _NO_END else end
        changed.append([row["id"], name, at, until, new_limit[1] or None, new_limit[0]])
        if new_state[1:] != state[1:]:
            happened.append(Event("waba.state_changed", {"waba": row["id"], "state": name}))
        if (name == "offboarded") != (row["state"] == "offboarded"):
            crossed[row["id"]] = "disconnected" if name == "offboarded" else "connected"
    if changed:
        await database.run(
            """UPDATE waba
                  SET state = b.state, state_at = b.state_at,
                      restricted_until = b.restricted_until, messaging_limit = b.messaging_limit,
                      messaging_limit_at = b.messaging_limit_at, updated_at = $2
                 FROM ({batch}) AS b
                WHERE waba.tenant_id = $1::uuid AND waba.id = b.id""",
            tenancy.current(),
            clock.now(),
            batch=Batch(
                {
                    "id": "uuid",
                    "state": "text",
                    "state_at": "bigint",
                    "restricted_until": "bigint",
                    "messaging_limit": "text",
                    "messaging_limit_at": "bigint",
                },
                changed,
            ),
        )
        await events.record(*happened)
    return crossed


async def _fold_numbers(news: dict[Id, _News], crossed: dict[Id, str]) -> None:
    """Write what is new about numbers, and the state of those whose account went or came back."""
    rows = await _held("number", news.keys(), crossed)
    changed: list[list[Any]] = []
    happened: list[Event] = []
    for row in rows:
        one = news.get(row["id"], _News())
        heard = one.heard or Heard(row["asked_at"] or 0)
        trouble = (row["trouble_at"] or 0, row["trouble_code"] or 0)
        before = [row["state"], row["quality"], row["throughput"], trouble]
        state = crossed.get(row["waba_row_id"], row["state"])
        rating = max(_rating(row["quality_at"], row["quality"] or ""), one.rating)
        throughput = one.throughput or row["throughput"]
        at, code = max(trouble, one.trouble)
        after = [state, rating[2] or None, throughput, (at, code)]
        if after == before and not one.heard and rating[0] == row["quality_at"]:
            continue
        changed.append(
            [
                *(row["id"], state, rating[2] or None, rating[0], throughput),
                *(at or None, code if at else None),
                *(heard.status or row["platform_status"], heard.mode or row["account_mode"]),
                heard.at or None,
            ]
        )
        happened += _happened(row["id"], before, after)
    if changed:
        await database.run(
            """UPDATE number
                  SET state = b.state, quality = b.quality, quality_at = b.quality_at,
                      throughput = b.throughput, trouble_at = b.trouble_at,
                      trouble_code = b.trouble_code, platform_status = b.platform_status,
                      account_mode = b.account_mode, asked_at = b.asked_at, updated_at = $2
                 FROM ({batch}) AS b
                WHERE number.tenant_id = $1::uuid AND number.id = b.id""",
            tenancy.current(),
            clock.now(),
            batch=Batch(
                {
                    "id": "uuid",
                    "state": "text",
                    "quality": "text",
                    "quality_at": "bigint",
                    "throughput": "text",
                    "trouble_at": "bigint",
                    "trouble_code": "integer",
                    "platform_status": "text",
                    "account_mode": "text",
                    "asked_at": "bigint",
                },
                changed,
            ),
        )
        await events.record(*happened)


def _happened(number_id: Id, before: Sequence[Any], after: Sequence[Any]) -> Iterable[Event]:
    state, quality, throughput, (_, code) = after
    for kind, what, is_new in (
        ("number.state_changed", {"state": state}, state != before[0]),
        ("number.quality_changed", {"quality": quality}, quality != before[1]),
        ("number.limit_changed", {"limit": throughput}, throughput != before[2]),
        ("number.troubled", {"code": str(code)}, after[3] != before[3]),
    ):
        if is_new:
            yield Event(kind, {"number": number_id, **what})


async def _held(
    table: str, row_ids: Collection[Id], accounts: Collection[Id] = ()
) -> list[dict[str, Any]]:
    """The rows with these ids, and the numbers of these accounts, held until the unit ends."""
    wanted = [[row_id] for row_id in {*row_ids, *accounts}]
    if not wanted:
        return []
    of_accounts = "OR waba_row_id IN (SELECT id FROM ({batch}) AS a)" if accounts else ""
    return await database.rows(
        f"""SELECT * FROM {table}
             WHERE tenant_id = $1::uuid
               AND (id IN (SELECT id FROM ({{batch}}) AS b) {of_accounts})
             ORDER BY id FOR UPDATE""",
        tenancy.current(),
        batch=Batch({"id": "uuid"}, wanted),
    )
