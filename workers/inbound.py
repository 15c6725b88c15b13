"""Draining deliveries: each update to the room whose it is, a tenant at a time, in one unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

import channels
import commerce
import contacts
import conversations
import links
import privacy
from channels import Claimed, Route, wire
from contacts import ConsentStep, Grounds, Known, Move, Sighting
from kernel import audit, clock, database, ids, metrics, tenancy
from kernel.errors import RapportError
from kernel.ids import Id

BATCH = 250
# The person chose to receive no marketing from this business (contract 6).
_STOPPED_MARKETING = 131050
_STEP_OF = {"stop": "withdrawn", "resume": "superseded", "signup": "confirmed"}
_OWN_WORD = Grounds(actor_kind="contact")
_log = structlog.get_logger("inbound")


@dataclass(frozen=True, slots=True)
class _Item:
    """One update on its way, with where it leads."""

    claimed: Claimed
    update: wire.Update
    route: Route

    @property
    def at(self) -> int:
        at = getattr(self.update, "at", None)
        return self.claimed.received_at if at is None else at


async def drain(limit: int = BATCH) -> int:
    """Apply the next deliveries, inbound messages first; how many were taken.

    Where one of them fails, they are applied one by one, so that it alone waits for its next try.
    """
    claimed = await channels.claim_deliveries(limit)
    if not claimed:
        return 0
    try:
        await _apply(claimed)
        await channels.settle(claimed)
    except Exception as error:
        _log.warning("batch_failed", error=type(error).__name__, deliveries=len(claimed))
        for one in claimed:
            await _apply_alone(one)
    return len(claimed)


async def _apply_alone(one: Claimed) -> None:
    try:
        await _apply([one])
        await channels.settle([one])
    except Exception as error:
        _log.error("delivery_failed", delivery=one.id, exc_info=error)
        reason = error.code if isinstance(error, RapportError) else type(error).__name__
        await channels.try_later(one, reason)


async def _apply(claimed: Sequence[Claimed]) -> None:
    updates = [update for one in claimed for update in one.updates]
    numbers, wabas = await channels.routes(
        [number for update in updates if (number := _number_of(update))],
        [update.waba_id for update in updates if update.waba_id],
    )
    by_tenant: dict[Id, list[_Item]] = {}
    aside = []
    for one in claimed:
        for position, update in enumerate(one.updates):
            number = _number_of(update)
            route = numbers.get(number) if number else wabas.get(update.waba_id)
            if route is None:
                aside.append((one, position, update))
            else:
                by_tenant.setdefault(route.tenant_id, []).append(_Item(one, update, route))
    for tenant_id, items in sorted(by_tenant.items()):
        request = audit.request_of(audit.SYSTEM, ids.new_id(), "whatsapp.receive")
        with tenancy.acting_for(tenant_id), request:
            await _apply_to_tenant(sorted(items, key=lambda item: item.at))
    await channels.put_aside(aside)
    for update in updates:
        metrics.DRAINED.labels(type(update).__name__).inc()


@database.unit_of_work
async def _apply_to_tenant(items: Sequence[_Item]) -> None:
    """All that these deliveries tell this tenant, committed together."""
    began_at = clock.now()
    people = await _recognise(items)
    # Of whoever was erased, and did not come themselves, nothing is kept.
    items = [item for item in items if people.get(id(item), True)]
    stored = await conversations.receive(
        [
            conversations.Received(
                item.update, known, item.route.number_id, item.claimed.received_at
            )
            for item in items
            if (known := people.get(id(item)))
            and item.route.number_id
            and isinstance(item.update, conversations.ThreadUpdate)
        ]
    )
    await privacy.hear(stored)
    await channels.want_media(
        [
            channels.Wanted(
                message_id=one.message_id,
                subject_id=one.received.known.subject_id,
                number_id=one.received.number_id,
                platform_media_id=media.id,
                mime=media.mime_type or "",
                sha256=media.sha256 or "",
            )
            for one in stored
            if one.received.changes is None
            and (media := getattr(one.received.update, "media", None))
        ]
    )
    await links.note_arrivals([arrival for one in stored if (arrival := _arrival(one))], began_at)
    with audit.unheard():  # a status is kept as it came, a row for each: that is its trace
        await conversations.record_statuses(
            [
                conversations.ToldStatus(
                    item.update, item.route.number_id, item.claimed.received_at
                )
                for item in items
                if isinstance(item.update, wire.Status) and item.route.number_id
            ]
        )
    await contacts.record_consent(
        [
            step
            for item in items
            if (known := people.get(id(item))) and (step := _consent_step(item, known))
        ]
    )
    await channels.apply_updates(
        [
            channels.Told(
                update=item.update,
                waba_row_id=item.route.waba_row_id,
                number_id=item.route.number_id,
                subject_id=known.subject_id if (known := people.get(id(item))) else None,
                received_at=item.claimed.received_at,
            )
            for item in items
            if not _is_in_a_thread(item, people)
        ]
    )


async def _recognise(items: Sequence[_Item]) -> dict[int, Known | None]:
    """Whom each update is about, by the item's own identity; people are made where new.

    None: somebody who was erased; who is missing is nobody.
    """
    shown = [(item, one) for item in items for one in _sightings(item)]
    if not shown:
        return {}
    recognised = await contacts.recognise([one for _, one in shown])
    await conversations.follow_merges(recognised.merges)
    await commerce.follow_merges(recognised.merges)
    return {
        id(item): known
        for (item, _), known in zip(reversed(shown), reversed(recognised.known), strict=True)
    }


def _sightings(item: _Item) -> list[Sighting | Move]:
    update, scope = item.update, item.route.portfolio
    if isinstance(update, wire.NumberChange):
        before, since = update.previous, update.current
        return [Move(item.at, before.phone, before.user_id, since.phone, since.user_id, scope)]
    person, name, source = _person_of(update)
    if person is None or not person.known:
        return []
    is_own_act = _is_own_act(update)
    seen: list[Sighting | Move] = [
        Sighting(
            item.at,
            person.phone,
            person.user_id,
            person.username,
            name,
            scope,
            source,
            is_own_act=is_own_act,
        )
    ]
    if isinstance(update, wire.InboundMessage) and update.shared_phone and person.user_id:
        seen.append(
            Sighting(
                item.at,
                update.shared_phone,
                person.user_id,
                scope=scope,
                source="shared_contact",
                is_own_act=is_own_act,
            )
        )
    return seen


def _is_own_act(update: wire.Update) -> bool:
    """Whether the person came themselves: they wrote, called or chose, just now."""
    if isinstance(update, wire.InboundMessage):
        return update.origin != "history"
    if isinstance(update, wire.Call):
        return update.direction == "USER_INITIATED"
    return isinstance(update, wire.Preference)


def _person_of(update: wire.Update) -> tuple[wire.Person | None, str | None, str]:
    if isinstance(update, wire.InboundMessage):
        return update.sender, update.profile_name, "whatsapp"
    if isinstance(update, wire.Echo):
        return update.recipient, update.profile_name, "whatsapp"
    if isinstance(update, wire.Call):
        return update.person, None, "whatsapp"
    if isinstance(update, wire.Preference):
        return update.person, update.profile, "whatsapp"
    if isinstance(update, wire.AddressBook) and update.action == "add":
        return update.person, update.full_name, "address_book"
    if isinstance(update, wire.Status) and _stopped_marketing(update):
        # Their wish must be kept, whether or not they ever wrote.
        return update.recipient, None, "whatsapp"
    return None, None, ""


def _arrival(stored: conversations.Stored) -> links.Arrival | None:
    """What a live message may tell of the touchpoint that its sender came through."""
    received, update = stored.received, stored.received.update
    if not isinstance(update, wire.InboundMessage) or not received.is_live or received.changes:
        return None
    if update.forwarded:
        return None  # somebody else's words
    referral = update.referral or {}
    ad_id = referral.get("source_id")
    return links.Arrival(
        stored.message_id,
        received.known.contact_id,
        received.at,
        update.text,
        is_by_ad=bool(referral),
        ad_id=ad_id if isinstance(ad_id, str) else None,
    )


def _consent_step(item: _Item, known: Known) -> ConsentStep | None:
    update = item.update
    if isinstance(update, wire.InboundMessage) and _says_stop(update):
        return ConsentStep(
            contact_id=known.contact_id,
            subject_id=known.subject_id,
            kind="withdrawn",
            method="stop_word",
            source=f"stop|{update.wamid}",
            at=item.at,
            evidence={"wamid": update.wamid, "words": update.text},
            grounds=_OWN_WORD,
        )
    if isinstance(update, wire.Preference) and update.category == "marketing_messages":
        kind = _STEP_OF.get(update.value)
        who = update.person.user_id or update.person.phone
        if kind is None:
            return None
        return ConsentStep(
            contact_id=known.contact_id,
            subject_id=known.subject_id,
            kind=kind,
            method="platform_preference",
            source=f"preference|{update.phone_number_id}|{who}|{update.value}|{item.at}",
            at=item.at,
            evidence={
                "value": update.value,
                "detail": update.detail,
                "signup_id": update.signup_id,
            },
            grounds=_OWN_WORD,
        )
    if isinstance(update, wire.Status) and _stopped_marketing(update):
        return ConsentStep(
            contact_id=known.contact_id,
            subject_id=known.subject_id,
            kind="withdrawn",
            method="platform_refusal",
            source=f"{_STOPPED_MARKETING}|{update.wamid}",
            at=item.at,
            evidence={"error_code": str(_STOPPED_MARKETING)},
            grounds=Grounds(actor_kind="platform"),
        )
    return None


def _says_stop(message: wire.InboundMessage) -> bool:
    """In their own words, written or tapped, and to this business alone."""
    if message.text is None or message.forwarded or message.group_id or privacy.is_answer(message):
        return False
    return contacts.is_withdrawal(message.text, is_tapped=message.choice is not None)


def _stopped_marketing(update: wire.Status) -> bool:
    return any(error.code == _STOPPED_MARKETING for error in update.errors)


def _is_in_a_thread(item: _Item, people: dict[int, Known | None]) -> bool:
    """Whether the thread or the statuses keep this update; all others are kept as they came."""
    if isinstance(item.update, wire.Status):
        return item.route.number_id is not None
    is_said = isinstance(item.update, conversations.ThreadUpdate)
    return is_said and id(item) in people and item.route.number_id is not None


def _number_of(update: wire.Update) -> str | None:
    return getattr(update, "phone_number_id", None) or None
