"""The proof of a person's consents (F9): all that the ledger has of them, signed.

Whoever holds it can check it without us: the signature by the public key, each line by its link of
the chain, each text by its hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

import contacts
import conversations
import tenants
from contacts import LEDGER, ConsentEntryRow, ContactRow
from kernel import audit, chain, clock, database, ids, keys, signing, tenancy
from kernel.chain import Link
from kernel.errors import NotFound
from kernel.ids import Id
from kernel.seal import Sealer
from kernel.signing import Signature
from privacy.proof_page import page_of

KIND = "consent_proof"


@dataclass(frozen=True, slots=True)
class ConsentProof:
    """What is signed (JSON, to the letter), the signature, and a page that shows it to readers.

    The page's SHA-256 stands in the JSON, so that its words are signed too.
    """

    signed: str
    signature: Signature
    page: str


async def prove_consent(contact_id: Id) -> ConsentProof:
    """The proof of a contact's consents as they stand now; NotFound for a foreign or absent one.

    Of somebody who was erased it still holds every step, time and hash, and no word of theirs.
    """
    contact = (await contacts.contacts_by_ids([contact_id])).get(contact_id)
    if contact is None:
        raise NotFound("There is no such contact.", field=("contact",))
    while await chain.link(LEDGER):
        pass
    proof = await _proof(contact)
    await audit.record("consent.prove", {"contact": [contact_id]})
    page = page_of(proof)
    proof["page_sha256"] = hashlib.sha256(page.encode()).hexdigest()
    signed = orjson.dumps(proof, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
    return ConsentProof(signed.decode(), signing.sign(signed), page)


@database.unit_of_work
async def _proof(contact: ContactRow) -> dict[str, Any]:
    contact_id = contact["id"]
    entries = (await contacts.consent_history([contact_id])).get(contact_id, [])
    identities = (await contacts.identities_of([contact_id])).get(contact_id, [])
    subjects = {one["subject_id"] for one in (*entries, *identities)}
    sealers = await keys.of(subjects)
    links = await chain.links_of(LEDGER, [one["id"] for one in entries])
    wordings = await contacts.wordings_by_ids(
        one["wording_id"] for one in entries if one["wording_id"]
    )
    prompts = await _words_of({one["prompt_id"] for one in entries if one["prompt_id"]}, sealers)
    states = (await contacts.consents_of([contact_id])).get(contact_id, [])
    return {
        "kind": KIND,
        "version": 1,
        "made_at": _time(clock.now()),
        "tenant": {
            "id": ids.show("tenant", tenancy.current()),
            "name": (await tenants.read_settings()).name,
        },
        "contact": {
            "id": ids.show("contact", contact_id),
            "state": contact["state"],
            "identities": [
                {
                    "kind": one["kind"],
                    "value": sealers[one["subject_id"]].open_text(
                        "identity.value", one["id"], one["value_sealed"]
                    ),
                }
                for one in identities
                if one["state"] == "current" and one["subject_id"] in sealers
            ],
        },
        "consents": [
            {
                "purpose": one["purpose"],
                "topic": one["topic"] or None,
                "state": one["state"],
                "since": _time(one["since"]),
            }
            for one in states
        ],
        "wordings": [
            {
                "id": ids.show("wording", one["id"]),
                **{name: one[name] for name in ("name", "locale", "version", "statement")},
                "notice": one["notice"] or None,
                "sha256": one["text_hash"],
                "written_at": _time(one["created_at"]),
            }
            for one in wordings.values()
        ],
        "prompts": [
            {"message": ids.show("message", message_id), "text": text, "sha256": _sha256(text)}
            for message_id, text in sorted(prompts.items())
        ],
        "ledger": [_line(one, links.get(one["id"]), sealers) for one in entries],
    }


async def _words_of(message_ids: set[Id], sealers: Mapping[Id, Sealer]) -> dict[Id, str]:
    """What the prompts said, of those whose person was not erased."""
    rows = await conversations.messages_by_ids(message_ids)
    return {
        row["id"]: sealers[row["subject_id"]].open_text(
            "message.body", row["id"], row["body_sealed"]
        )
        for row in rows.values()
        if row["subject_id"] in sealers and row["body_sealed"]
    }


def _line(
    entry: ConsentEntryRow, link: Link | None, sealers: Mapping[Id, Sealer]
) -> dict[str, Any]:
    sealer = sealers.get(entry["subject_id"])
    evidence = None
    if sealer:
        place = "consent_entry.evidence", entry["id"]
        evidence = orjson.loads(sealer.open(*place, entry["evidence_sealed"]))
    return {
        "id": ids.show("consent", entry["id"]),
        "step": entry["kind"],
        "purpose": entry["purpose"],
        "topic": entry["topic"] or None,
        "method": entry["method"],
        "actor": {
            "kind": entry["actor_kind"],
            "id": _shown(entry["actor_kind"] or "", entry["actor_id"]),
        },
        "at": _time(entry["provider_at"]),
        "recorded_at": _time(entry["recorded_at"]),
        "request": _shown("consentrequest", entry["request_id"]),
        "touchpoint": _shown("touchpoint", entry["touchpoint_id"]),
        "wording": _shown("wording", entry["wording_id"]),
        "sha256": entry["text_hash"],
        "notice": entry["notice"] or None,
        "prompt": _shown("message", entry["prompt_id"]),
        "answer": _shown("message", entry["answer_id"]),
        "evidence": evidence,
        "link": link
        and {
            "seq": link.seq,
            "previous": link.previous.hex(),
            "covered": link.covered.decode(),
            "hash": link.hash.hex(),
        },
    }


def _shown(kind: str, row_id: Id | None) -> str | None:
    return ids.show(kind, row_id) if row_id else None


def _time(at: int) -> str:
    return clock.moment(at).isoformat()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
