"""One-time codes by which people prove who they are (F47): 10 minutes, 3 tries, each good once.

A code is drawn when its letter leaves and stands in the database as a keyed hash alone. Tries are
counted before they are judged, so that guessing beside oneself gains nothing. Who is not known here
has a letter all the same, with a code that nobody was sent: both meet the same answers.
"""

from __future__ import annotations

import hmac
import secrets

from kernel import audit, clock, database, keys, tenancy
from kernel.errors import Conflict, Invalid, NotFound
from kernel.ids import Id
from privacy import letters, requests
from privacy.letters import Letter
from privacy.request_rows import Row, hold, note

GOOD_FOR = 10 * clock.MINUTE
TRIES = 3
_DIGITS = 6
_ONE_IN = clock.MINUTE
_A_DAY = 5


@database.unit_of_work
async def send_code(request_id: Id) -> None:
    """Have a code sent to who asked, at most one in a minute and five a day.

    Conflict unless it is still to be proven who asks, and when there were too many.
    """
    request = await hold(request_id, "unproven")
    await ask(request, asked_of(request["contact_id"]))


async def ask(request: Row | None, asked: bytes, locale: str | None = None) -> Id:
    """The letter by which a code goes out, part of the caller's unit; a fresh one again."""
    now = clock.now()
    recent = await database.rows(
        """SELECT id, request_id, created_at FROM privacy_letter
            WHERE tenant_id = $1::uuid AND asked_token = $2::bytea AND created_at > $3::bigint
            ORDER BY created_at DESC""",
        tenancy.current(),
        asked,
        now - clock.DAY,
    )
    request_id = request["id"] if request else None
    fresh = [one for one in recent if one["created_at"] > now - _ONE_IN]
    for one in fresh:
        if one["request_id"] == request_id:
            return str(one["id"])
    if len(recent) >= _A_DAY:
        message = "No more codes are sent today; ask again tomorrow, or another way."
        raise Conflict(message, code="TOO_MANY_TRIES", field=("request",))
    if request:
        await note(request, "code_asked")
    return await letters.put("code", request, locale, asked)


def asked_of(name: str) -> bytes:
    """How it is remembered for whom codes were asked."""
    return keys.index().token("privacy_letter.asked", name)


async def draw(letter: Letter) -> str:
    """A fresh code for a letter that is about to leave; the one before it is good no more."""
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
    await database.run(
        """UPDATE privacy_letter SET code_token = $4::bytea, code_until = $5::bigint
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND fence = $3::bigint
              AND state = 'waiting'""",
        tenancy.current(),
        letter.id,
        letter.fence,
        _token(letter.id, code),
        clock.now() + GOOD_FOR,
    )
    return code


async def verify(request_id: Id, code: str) -> None:
    """The person told the last code that was sent for a request: it is proven who asks.

    Invalid BAD_CODE, CODE_EXPIRED or TOO_MANY_TRIES; a trace of it stays in the audit log.
    """
    row = await database.row(
        """SELECT l.id FROM privacy_letter l
            WHERE l.tenant_id = $1::uuid AND l.request_id = $2::uuid AND l.kind = 'code'
            ORDER BY l.id DESC LIMIT 1""",
        tenancy.current(),
        request_id,
    )
    if row is None:
        raise NotFound("No code was sent for such a request.", field=("request",))
    await use(row["id"], await judge(row["id"], code))


async def judge(letter_id: Id, code: str) -> Id:
    """The request that this code of a letter proves; Invalid as `verify`. The try is counted."""
    row = await _count_try(letter_id)
    about = {"letter": [letter_id], "request": [row["request_id"]] if row["request_id"] else []}
    wrong = _wrong(row, letter_id, code)
    if wrong:
        await audit.record("privacy_request.verify", about, outcome=wrong.code)
        raise wrong
    return str(row["request_id"])


@database.unit_of_work
async def use(letter_id: Id, request_id: Id) -> None:
    """The code that was judged right proves the request, once."""
    used = await database.run(
        """UPDATE privacy_letter SET state = 'used'
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND state <> 'used'""",
        tenancy.current(),
        letter_id,
    )
    if not used:
        raise Invalid("This code was used.", code="CODE_EXPIRED", field=("code",))
    await requests.prove(request_id, "code")


@database.unit_of_work
async def _count_try(letter_id: Id) -> Row:
    row = await database.row(
        """SELECT id, request_id, state, code_token, code_until, tries FROM privacy_letter
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND kind = 'code' FOR UPDATE""",
        tenancy.current(),
        letter_id,
    )
    if row is None:
        raise NotFound("There is no such code.", field=("code",))
    await database.run(
        """UPDATE privacy_letter SET tries = tries + 1
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND tries < $3""",
        tenancy.current(),
        letter_id,
        TRIES,
    )
    return row


def _wrong(row: Row, letter_id: Id, code: str) -> Invalid | None:
    if row["tries"] >= TRIES:
        message = "Three tries are over; ask for another code."
        return Invalid(message, code="TOO_MANY_TRIES", field=("code",))
    if row["state"] == "used" or (row["code_until"] or clock.now() + 1) <= clock.now():
        message = "This code is good no more; ask for another."
        return Invalid(message, code="CODE_EXPIRED", field=("code",))
    right = row["code_token"] or b""
    # Judged for everybody, so that it takes the same time.
    fits = hmac.compare_digest(right, _token(letter_id, "".join(code.split())))
    if not fits or row["request_id"] is None:
        return Invalid("That code does not fit.", code="BAD_CODE", field=("code",))
    return None


def _token(letter_id: Id, code: str) -> bytes:
    return keys.index().token("privacy_letter.code", f"{letter_id}|{code}")
