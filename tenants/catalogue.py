"""The event catalogue: every event of the house, also of features still to come, on one page.

An event is `noun.past_verb`, is recorded in the transaction that made it true, and carries only
ids of rows and short codes (`kernel.events`): names, numbers and texts are read from the rows by
whoever may. The tenant, the time and the event's own id stand on every event and are not listed. A
verb that records an event names it as it stands here; a wrong name or field is refused.

| column  | meaning                                             |
|---------|-----------------------------------------------------|
| name    | what happened                                       |
| refs    | the fields it carries: row ids, or codes such as a state, a purpose, a reason |
| feature | the feature it belongs to                           |
| says    | when it is recorded                                 |
"""

# ruff: noqa: E501 (a table: one line an event)

from __future__ import annotations

from dataclasses import dataclass

from kernel import events


@dataclass(frozen=True, slots=True)
class EventKind:
    """One row of the catalogue."""

    name: str
    refs: tuple[str, ...]
    feature: str
    says: str


def _event(name: str, refs: str, feature: str, says: str) -> EventKind:
    return EventKind(name, tuple(refs.split()), feature, says)


# fmt: off
CATALOGUE: tuple[EventKind, ...] = (
    # Houses and who enters them
    _event("tenant.founded", "", "F1", "a store signed up"),
    _event("tenant.settings_changed", "", "F1", "name, place, hours, signature or voice were changed"),
    _event("tenant.suspended", "", "F1", "the house was closed for now"),
    _event("tenant.resumed", "", "F1", "the suspended house was opened again"),
    _event("tenant.closing_called_off", "", "F1", "it stays after all"),
    _event("tenant.closing_started", "", "F1", "off-boarding began: all is exported, then destroyed"),
    _event("person.invited", "invitation person role", "F2", "a person sent an invitation"),
    _event("person.joined", "person role", "F2", "a person came into the tenant, or back"),
    _event("person.role_changed", "person role", "F2", "a person has another role"),
    _event("person.left", "person", "F2", "a person left the tenant"),
    _event("person.presence_changed", "person state", "F14", "an agent came or went"),
    _event("session.started", "session person", "F2", "a person signed in"),
    _event("session.ended", "session person", "F2", "a person signed out, or was signed out"),
    _event("account.verified", "person", "F2", "the e-mail address was proven"),
    _event("account.factor_changed", "person factor", "F2", "a second factor was set or taken off"),
    _event("api_key.created", "key person", "F3", "a key was made"),
    _event("api_key.rotated", "key replaced", "F3", "a key got its successor; both live for a while"),
    _event("api_key.revoked", "key person", "F3", "a key was ended"),
    _event("webhook_out.delivered", "endpoint delivery", "F4", "an endpoint took an event"),
    _event("webhook_out.failed", "endpoint delivery code", "F4", "an endpoint refused an event for good"),
    _event("webhook_out.disabled", "endpoint", "F4", "an endpoint failed for long and was switched off"),
    _event("webhook_out.enabled", "endpoint", "F4", "an endpoint was switched on again"),

    # Contacts
    _event("contact.created", "contact", "F5", "somebody unknown became a contact"),
    _event("contact.updated", "contact", "F5", "name, language, place or attributes changed"),
    _event("contact.identity_changed", "contact", "F5", "a phone, user id or other identity came or went"),
    _event("contact.merged", "contact merged", "F5", "two contacts turned out to be one person"),
    _event("contact.unmerged", "contact merged", "F5", "a merge was undone"),
    _event("contact.owner_changed", "contact owner", "F5", "the contact has another account manager"),
    _event("contact.tagged", "contact tag", "F6", "a tag was put on"),
    _event("contact.untagged", "contact tag", "F6", "a tag was taken off"),
    _event("contact.removed", "contact", "F7", "the import that made the contact was undone"),
    _event("contact.stage_changed", "contact stage", "F36", "the contact is at another stage of life"),
    _event("contact.tier_changed", "contact tier", "F36", "the contact is in another value tier"),
    _event("import.started", "import", "F7", "a file of contacts or orders is being read"),
    _event("import.finished", "import", "F7", "all rows were read; the report stands"),
    _event("import.failed", "import code", "F7", "the file could not be read to its end"),
    _event("import.undone", "import", "F7", "what it made was taken back"),

    # Consent and preferences
    _event("consent.requested", "contact purpose entry", "F9", "a first yes was given; the second is awaited"),
    _event("consent.prompted", "contact purpose entry", "F9", "the confirmation was asked for"),
    _event("consent.confirmed", "contact purpose entry", "F9", "the second yes was given"),
    _event("consent.refused", "contact purpose entry", "F9", "the confirmation was declined"),
    _event("consent.expired", "contact purpose entry", "F9", "the confirmation did not come in time"),
    _event("consent.superseded", "contact purpose entry", "F9", "a newer wording took the place of an entry"),
    _event("consent.unproven", "contact purpose entry", "F9", "a yes without evidence was entered; it allows nothing"),
    _event("consent.withdrawn", "contact purpose entry", "F11", "a consent was withdrawn"),
    _event("incentive.released", "contact code", "F9", "the second yes earned its coupon"),
    _event("touchpoint.created", "touchpoint", "F10", "a link, QR code or widget was made"),
    _event("touchpoint.used", "touchpoint contact use", "F10", "a contact came through it"),
    _event("preference.changed", "contact", "F12", "a contact chose frequency or topics"),
    _event("pace.rule_changed", "rule", "F22", "a rule of how often or when to write was changed"),
    _event("suppression.added", "suppression reason", "F21", "an identity is not to be written to any more"),
    _event("suppression.lifted", "suppression reason", "F21", "a suppression ended"),

    # Conversations
    _event("message.received", "message conversation contact number", "F13", "a customer's message was stored"),
    _event("message.recorded", "message conversation contact number", "F13", "a message sent elsewhere was stored"),
    _event("message.changed", "message conversation contact", "F13", "its writer edited or withdrew a message"),
    _event("message.status_changed", "message conversation contact status send", "F13", "sent, delivered, read, played or failed"),
    _event("media.wanted", "media message", "F13", "a message's file is to be fetched"),
    _event("media.stored", "media message conversation", "F13", "the file is here, sealed and checked"),
    _event("media.refused", "media message conversation", "F13", "the file cannot be had or must not be kept"),
    _event("call.received", "message conversation contact number", "F13", "a customer called"),
    _event("conversation.started", "conversation contact number", "F13", "the first thread with this contact and number"),
    _event("conversation.opened", "conversation contact episode", "F13", "an episode began"),
    _event("conversation.resolved", "conversation contact episode", "F13", "an episode ended"),
    _event("conversation.snoozed", "conversation contact", "F13", "the thread sleeps until a time"),
    _event("conversation.state_changed", "conversation contact state", "F13", "open, pending, snoozed or resolved"),
    _event("conversation.assigned", "conversation contact assignee", "F13", "an agent has the thread, or nobody"),
    _event("conversation.read", "conversation person", "F13", "a colleague read up to the last message"),
    _event("receipt.wanted", "message conversation number", "F13", "a customer is to be told that their message was read"),
    _event("typing.wanted", "message conversation number", "F13", "a customer is to be told that somebody types"),
    _event("conversation.merged", "conversation merged contact", "F13", "threads of merged contacts became one"),
    _event("conversation.holder_changed", "conversation contact holder", "F15", "person, journey or bot holds the thread"),
    _event("note.written", "message conversation contact", "F13", "an internal note was written"),
    _event("note.mentioned", "message conversation person", "F13", "a note mentions a colleague"),
    _event("conversation.routed", "conversation contact team", "F14", "the thread went to a team"),
    _event("conversation.escalated", "conversation contact assignee", "F14", "an expert was called in"),
    _event("conversation.handed_over", "conversation contact assignee", "F2", "an agent's thread passed to another"),
    _event("bot.answered", "message conversation contact answer", "F15", "the bot gave an answer"),
    _event("bot.gave_up", "conversation contact reason", "F15", "the bot handed over to a person"),
    _event("question.unanswered", "message conversation contact", "F15", "a question that no answer exists for"),
    _event("quick_reply.changed", "quick_reply", "F16", "a quick reply was written, changed or dropped"),
    _event("sla.started", "conversation contact tier", "F17", "a first answer became due"),
    _event("sla.warned", "conversation contact tier", "F17", "the answer is nearly late"),
    _event("sla.breached", "conversation contact tier", "F17", "the answer is late"),
    _event("sla.met", "conversation contact tier", "F17", "the answer came in time"),
    _event("survey.asked", "survey contact conversation", "F18", "a survey was sent"),
    _event("survey.answered", "survey contact answer", "F18", "an answer came"),
    _event("survey.expired", "survey contact", "F18", "no answer came in time"),
    _event("feedback.negative", "survey contact answer", "F18", "an answer asks for a follow-up at once"),
    _event("review.scored", "review conversation person", "F18", "a supervisor reviewed a thread"),

    # The wire
    _event("platform.updated", "update waba number field event", "F19", "the platform told of an account, a number or the unknown"),
    _event("number.connected", "number waba", "F19", "a number was connected"),
    _event("number.disconnected", "number waba", "F19", "a number was disconnected"),
    _event("number.state_changed", "number state", "F19", "connected or disconnected, by whomever"),
    _event("number.quality_changed", "number quality", "F24", "the platform rates the number anew"),
    _event("number.limit_changed", "number limit", "F24", "the daily limit or the throughput changed"),
    _event("number.troubled", "number code", "F19", "the platform reported trouble with the number"),
    _event("number.profile_changed", "number", "F19", "the business profile was changed"),
    _event("number.token_expiring", "number", "F19", "the access token ends soon"),
    _event("waba.state_changed", "waba state", "F19", "active, restricted, disabled or off-boarded"),
    _event("account.restricted", "waba reason", "F19", "the platform forbids an account some sends"),
    _event("account.unrestricted", "waba", "F19", "a restriction ended"),
    _event("channel.failed", "number reason", "F25", "a number's messages do not get out; fallbacks apply"),
    _event("channel.recovered", "number", "F25", "they get out again"),
    _event("template.updated", "template status category quality", "F20", "any of the three changed"),
    _event("template.submitted", "template", "F20", "a template went to the platform for approval"),
    _event("template.status_changed", "template status", "F20", "approved, rejected, paused, disabled and so on"),
    _event("template.category_changed", "template category", "F20", "the platform moved it to another category"),
    _event("template.quality_changed", "template quality", "F20", "the platform rates it anew"),
    _event("group.created", "group number", "F54", "a group was made"),
    _event("group.changed", "group", "F54", "its settings or state changed"),
    _event("group.joined", "group contact", "F54", "a contact came into a group"),
    _event("group.left", "group contact", "F54", "a contact left a group"),

    # Sends
    _event("send.queued", "send message conversation contact origin", "F21", "a send stands in the ledger"),
    _event("send.refused", "send message conversation contact reason mailing", "F21", "the gate said no"),
    _event("send.sent", "send message conversation contact mailing", "F21", "the platform accepted it"),
    _event("send.unknown", "send message conversation contact mailing", "F21", "no answer came; it is settled later, not retried"),
    _event("send.failed", "send message conversation contact code mailing", "F21", "the platform refused it for good"),
    _event("send.voided", "send contact reason", "F21", "its occasion was gone before it left"),
    _event("pace.silence_flagged", "contact", "F22", "more than 14 days without a word to a contact"),
    _event("contact.best_hour_learned", "contact", "F23", "when a contact answers best is known now, or different"),
    _event("pace.changed", "campaign reason", "F44", "results changed the frequency"),
    _event("price.changed", "price", "F24", "a new price table applies from a date"),

    # Campaigns, journeys, links
    _event("campaign.reviewed", "campaign", "F26", "who gets it, who not and why, was worked out"),
    _event("campaign.scheduled", "campaign", "F26", "a start was set"),
    _event("campaign.launched", "campaign", "F26", "its audience stands frozen in the ledger"),
    _event("campaign.paused", "campaign reason", "F26", "by a person, or by itself"),
    _event("campaign.resumed", "campaign", "F26", "it goes on"),
    _event("campaign.cancelled", "campaign", "F26", "what was not sent will not be"),
    _event("campaign.finished", "campaign", "F26", "every recipient is settled"),
    _event("campaign.canary_passed", "campaign", "F27", "the first part did well; the rest goes"),
    _event("campaign.canary_failed", "campaign reason", "F27", "the first part did badly; the rest stays"),
    _event("campaign.winner_chosen", "campaign variant", "F28", "a variant proved best"),
    _event("campaign.checked", "campaign", "F29", "findings about its words stand"),
    _event("sending.halted", "person", "F26", "emergency stop of all sends of the tenant"),
    _event("sending.released", "person", "F26", "the emergency stop was lifted"),
    _event("journey.published", "journey version", "F30", "a version of a journey went live"),
    _event("journey.paused", "journey", "F30", "nobody enters or moves"),
    _event("journey.entered", "journey contact run", "F30", "a contact set out"),
    _event("journey.advanced", "journey contact run step", "F30", "a contact reached a step"),
    _event("journey.goal_reached", "journey contact run", "F30", "what the journey is for happened"),
    _event("journey.exited", "journey contact run reason", "F30", "a contact left it"),
    _event("link.created", "link", "F31", "a short link was made"),
    _event("link.clicked", "link contact click", "F31", "a person followed it; scanners do not count"),
    _event("code.issued", "code contact", "F31", "a discount or referral code was given out"),
    _event("code.redeemed", "code contact order", "F31", "a code was used"),
    _event("referral.credited", "code contact referred", "F31", "a friend who came earned a credit"),
    _event("email.event_received", "contact event", "F32", "the e-mail tool told of an open, click or bounce"),

    # Commerce
    _event("store.connected", "store platform", "F33", "a shop was connected"),
    _event("store.disconnected", "store platform", "F33", "a shop was disconnected"),
    _event("store.request_received", "request store kind", "F46", "a platform asks for access or erasure"),
    _event("customer.updated", "contact store", "F33", "the shop told of a customer"),
    _event("product.changed", "product store", "F33", "a product is new, different or gone"),
    _event("product.restocked", "product store", "F33", "a product can be bought again"),
    _event("product.viewed", "product contact", "F33", "a contact looked at it, and how long"),
    _event("storefront.searched", "contact store", "F33", "a contact searched the shop"),
    _event("cart.updated", "cart contact", "F33", "things went in or out"),
    _event("cart.abandoned", "cart contact", "F30", "nothing happened in it for 30 minutes"),
    _event("cart.recovered", "cart contact order", "F33", "a cart became an order, abandoned or not"),
    _event("checkout.advanced", "cart contact step", "F33", "a contact reached a step of the checkout"),
    _event("order.placed", "order contact", "F33", "an order came"),
    _event("order.changed", "order contact", "F33", "what is told of it is different from before"),
    _event("order.paid", "order contact", "F33", "it was paid"),
    _event("order.fulfilled", "order contact fulfilment", "F33", "all or a part was shipped"),
    _event("order.delivered", "order contact fulfilment", "F33", "it arrived"),
    _event("order.cancelled", "order contact", "F33", "it was called off"),
    _event("order.refunded", "order contact refund", "F33", "money went back"),
    _event("order.progressed", "order contact step", "F30", "design approved, in production, receipt confirmed"),
    _event("order.attributed", "order contact touch", "F34", "the touch that it belongs to is another; none: it belongs to none now"),
    _event("suggestion.made", "suggestion contact", "F35", "products were suggested"),
    _event("poll.answered", "poll contact answer", "F35", "a contact voted"),
    _event("story.submitted", "story contact", "F35", "a contact gave a photo or story, with leave to use it"),

    # Understanding
    _event("segment.changed", "segment", "F36", "its rule was changed"),
    _event("segment.entered", "segment contact", "F36", "a contact became a member"),
    _event("segment.left", "segment contact", "F36", "a contact is a member no more"),
    _event("score.message_scored", "message contact level", "F37", "level, mood, topic and intent of a message"),
    _event("score.engagement_changed", "contact", "F40", "engagement or churn risk changed by a class"),
    _event("score.mood_dropped", "conversation contact", "F37", "the mood of a thread turned bad"),
    _event("silence.diagnosed", "conversation contact reason", "F38", "why nobody answers, most likely"),
    _event("action.suggested", "contact action", "F39", "the next best action changed"),

    # Measuring
    _event("kpi.rolled_up", "kpi", "F41", "the figures of a period stand"),
    _event("alert.raised", "alert kpi", "F42", "a figure changed suddenly"),
    _event("alert.cleared", "alert kpi", "F42", "the figure is back"),
    _event("report.published", "report", "F43", "the weekly page is ready"),

    # Privacy
    _event("privacy.request_opened", "request contact kind", "F47", "a person asks for a right"),
    _event("privacy.request_verified", "request contact", "F47", "who asks was made sure"),
    _event("privacy.request_paused", "request contact", "F47", "its clock stands while the person is asked"),
    _event("privacy.request_resumed", "request contact", "F47", "its clock runs on"),
    _event("privacy.request_extended", "request contact", "F47", "the deadline was moved, with a reason"),
    _event("privacy.request_due", "request contact", "F47", "the deadline is near"),
    _event("privacy.request_overdue", "request contact", "F47", "the deadline has passed"),
    _event("privacy.request_closed", "request contact outcome", "F47", "done or refused"),
    _event("export.requested", "export contact", "F45", "all that is held on a person is being gathered"),
    _event("export.ready", "export contact", "F45", "it can be fetched once"),
    _event("export.failed", "export contact", "F45", "it could not be gathered"),
    _event("export.cancelled", "export contact", "F45", "it was ended before it was ready"),
    _event("export.downloaded", "export contact", "F45", "it was fetched"),
    _event("export.expired", "export contact", "F45", "nobody fetched it in time"),
    _event("erasure.started", "erasure contact", "F46", "a person is being forgotten"),
    _event("erasure.store_cleared", "erasure store", "F46", "one store is done"),
    _event("erasure.finished", "erasure contact", "F46", "the keys are gone and the receipt is signed"),
    _event("audit.chain_broken", "entry", "F48", "the verifier found an altered or missing row"),
    _event("retention.rule_changed", "rule", "F49", "how long a kind of data is kept"),
    _event("retention.carried_out", "rule run", "F49", "a night's deletions are done"),
    _event("restriction.set", "contact", "F49", "a contact is kept but not used"),
    _event("restriction.lifted", "contact", "F49", "a contact is in use again"),
    _event("breach.opened", "breach", "F47", "a breach was entered; 72 hours run"),
    _event("breach.due", "breach", "F47", "a day is left of its 72 hours"),
    _event("breach.overdue", "breach", "F47", "its 72 hours are over, and nobody has reported it"),
    _event("breach.reported", "breach", "F47", "the authority was told"),
    _event("breach.closed", "breach", "F47", "a breach is dealt with"),
    _event("key.rotated", "key", "F50", "a tenant's key has a new version"),
    _event("key.destroyed", "key", "F50", "a key version is gone for good"),

    # Operations
    _event("job.started", "job kind", "F53", "long work began"),
    _event("job.finished", "job kind", "F53", "long work is done"),
    _event("job.failed", "job kind code", "F53", "long work stopped"),
    _event("usage.metered", "meter", "F53", "a period's usage stands"),
)
# fmt: on

for _kind in CATALOGUE:
    events.declare(_kind.name, _kind.refs)
