"""The other way out: what is important goes by e-mail while its number is down (F25).

On the same row of the ledger, so that it goes by one way: before the first byte leaves, the row
says that it is e-mail's, and then no number sends it. What surely was not taken goes back into the
queue; where the line to the mail server was cut, it is mailed again under the same Message-ID.
"""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import channels
import contacts
import tenants
from channels import Email, Failure
from conversations import decisions, fallback, results
from conversations.claims import LEASE, Claim
from conversations.content import shown_text
from conversations.gate import Decision, Ruled
from conversations.reasons import reason
from conversations.results import Result
from conversations.rulings import hold, rulings
from conversations.said import Said
from kernel import clock, database, keys, metrics, tenancy
from kernel.database import Batch
from kernel.errors import RapportError
from kernel.ids import Id

_AT_ONCE = 10
_TRIES = 12
_FIRST_WAIT, _LONGEST_WAIT = 30 * clock.SECOND, clock.HOUR
# As long as the platform's own faults make a message wait at most.
_AHEAD = 15 * clock.MINUTE
_LINK = 365 * clock.DAY
_TEXTS = tomllib.loads((Path(__file__).parent / "by_email.toml").read_text())
_USUAL = "en"


@dataclass(frozen=True, slots=True)
class _Mail:
    """A claim that can be mailed; `is_anew` where it may have been taken before."""

    claim: Claim
    to: str
    text: str
    is_anew: bool


async def mail_out(public_url: str) -> int:
    """Hand over what is important and waits for a number that is down; how many were tried."""
    # Both words on the state, as in claim_mailed.sql: the first is that of the index of leases.
    with tenancy.across_tenants("finding what goes by e-mail while numbers are down"):
        rows = await database.rows(
            """SELECT o.tenant_id FROM outage o WHERE o.ended_at IS NULL
                UNION
               SELECT s.tenant_id FROM send s
                WHERE s.state IN ('claimed', 'unknown') AND s.state = 'claimed'
                  AND s.way = 'email' AND s.lease_until <= $1""",
            clock.now(),
        )
    tried = 0
    for row in rows:
        with tenancy.acting_for(row["tenant_id"]):
            tried += await _mail_tenants(public_url)
    return tried


async def _mail_tenants(public_url: str) -> int:
    mails = await _write(await _claim("claim_mailed"), is_anew=True)
    mails += await _write(await _claim("claim_for_email"), is_anew=False)
    admitted = await _admit(mails) if mails else {}
    store = (await tenants.read_settings()).name
    going = [one for one in mails if one.claim.id in admitted]
    await asyncio.gather(*(_send(one, admitted[one.claim.id], store, public_url) for one in going))
    return len(going)


async def _claim(statement: str) -> list[Claim]:
    now = clock.now()
    text = database.sql(__file__, statement)
    text = text.replace("/* goes by e-mail */", fallback.GOES_BY_EMAIL)
    ahead = [now + _AHEAD] if "$5" in text else []
    rows = await database.rows(text, tenancy.current(), now, now + LEASE, _AT_ONCE, *ahead)
    return [Claim(**row) for row in rows]


async def _write(claims: Sequence[Claim], *, is_anew: bool) -> list[_Mail]:
    """Those that can be mailed; of the others the person or the address has gone meanwhile."""
    sealers = await keys.of(claim.subject_id for claim in claims)
    addresses = await contacts.mail_addresses(claim.contact_id for claim in claims)
    mails, gone = [], []
    for claim in claims:
        sealer, to = sealers.get(claim.subject_id), addresses.get(claim.contact_id)
        try:
            said = sealer and Said.open(sealer, claim.id, claim.content_sealed)
        except RapportError:
            said = None
        text = shown_text(said.content) if said else None
        if to and text:
            mails.append(_Mail(claim, to, text, is_anew))
        else:
            gone.append(claim)
    if is_anew:
        await results.turn_down([(claim, "CONTACT_GONE") for claim in gone])
    else:
        await results.put_back([(claim, clock.MINUTE) for claim in gone])
    return mails


@database.unit_of_work
async def _admit(mails: Sequence[_Mail]) -> dict[Id, Ruled]:
    """Set down that these go by e-mail, where the gate has nothing against them but the number."""
    asked = [one.claim.asked for one in mails]
    await hold(asked)
    ruled = await rulings(asked)
    barred = [
        (one.claim, decision)
        for one in mails
        if (decision := _decision(ruled[one.claim.id].decision, is_anew=one.is_anew))
    ]
    await results.hold_back(barred)
    held = {claim.id for claim, _ in barred}
    rows = await database.rows(
        """UPDATE send SET way = 'email', attempted_at = $2, attempts = send.attempts + 1,
                  category = b.category, pace_kind = b.pace_kind
             FROM ({batch}) AS b
            WHERE send.tenant_id = $1::uuid AND send.id = b.id AND send.fence = b.fence
              AND send.state = 'claimed' AND send.lease_until > $2
        RETURNING send.id""",
        tenancy.current(),
        clock.now(),
        batch=Batch(
            {"id": "uuid", "fence": "bigint", "category": "text", "pace_kind": "text"},
            [
                [one.id, one.fence, ruled[one.id].category, ruled[one.id].pace_kind]
                for one in (mail.claim for mail in mails)
                if one.id not in held
            ],
        ),
    )
    return {row["id"]: ruled[row["id"]] for row in rows}


def _decision(said: Decision, *, is_anew: bool) -> Decision | None:
    """What stands in the way of an e-mail; None where nothing does.

    What was handed over before, perhaps, is not put off any more.
    """
    left = tuple(one for one in said.reasons if one.code not in fallback.OF_THE_LINE)
    if any(one.until is None for one in left):
        return Decision("refuse", left)
    if not left or is_anew:
        return None
    return Decision("defer", left, max(one.until for one in left if one.until is not None))


async def _send(mail: _Mail, ruled: Ruled, store: str, public_url: str) -> None:
    claim = mail.claim
    words = _words(claim.template_language)
    lines = [mail.text, "", "--", store, words["why"].format(store=store)]
    if ruled.category == "marketing":
        token = tenants.write_public_link("withdraw", claim.contact_id, clock.now() + _LINK)
        lines.append(words["stop"].format(link=f"{public_url}/withdraw/{token}"))
    subject = words["subject"].format(store=store)
    failure = await channels.send_email(Email(claim.id, mail.to, subject, "\n".join(lines)))
    await _settle(mail, failure)


async def _settle(mail: _Mail, failure: Failure | None) -> None:
    """Write down what became of it."""
    claim, tries = mail.claim, mail.claim.attempts + 1
    may_have_gone = mail.is_anew or (failure is not None and failure.is_open)
    wait = min(_FIRST_WAIT * 2 ** min(tries - 1, 10), _LONGEST_WAIT)
    if failure is None:
        await results.write([Result(claim, "sent", "BY_EMAIL")])
        metrics.SENDS.labels("by_email").inc()
    elif may_have_gone and (failure.is_final or tries >= _TRIES):
        await results.write([Result(claim, "failed", "EMAIL_FAILED")])
    elif may_have_gone:
        await _again(claim, "EMAIL_LATER", "claimed", "email", clock.now() + wait)
    elif failure.is_final:
        await _again(claim, "EMAIL_REFUSED", "queued", "whatsapp", clock.now())
    else:
        await _again(claim, "EMAIL_LATER", "queued", None, clock.now() + wait)


async def _again(claim: Claim, code: str, state: str, way: str | None, at: int) -> None:
    await database.run(
        """UPDATE send SET state = $4, way = $5, due_at = GREATEST(due_at, $6::bigint),
                  lease_until = $6::bigint, decision = $7::jsonb
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND fence = $3 AND state = 'claimed'""",
        tenancy.current(),
        claim.id,
        claim.fence,
        state,
        way,
        at,
        decisions.keep("defer", [reason(code, until=at)]),
    )


def _words(language: str | None) -> dict[str, str]:
    found: dict[str, str] = _TEXTS.get((language or "")[:2].lower()) or _TEXTS[_USUAL]
    return found
