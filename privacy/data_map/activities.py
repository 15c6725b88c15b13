"""What personal data is kept for, and who is given it: the frame of the record of processing.

GDPR, article 30 (1): purposes, categories of people and of data, recipients, time limits, measures.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing that personal data is processed for; `recipients` are names of `RECIPIENTS`."""

    title: str
    purpose: str
    basis: str
    kept: str
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody outside who is given personal data."""

    name: str
    what_for: str


RECIPIENTS: dict[str, Recipient] = {
    "whatsapp": Recipient(
        "WhatsApp Business Platform (Meta)", "Carries messages, files and read marks both ways."
    ),
    "shop": Recipient(
        "The connected shop's platform (Shopify, WooCommerce)",
        "Tells of customers, carts and orders, and is asked for orders.",
    ),
    "mail": Recipient("The mail server of RAPPORT_SMTP_URL", "Carries mails to colleagues."),
    "hosting": Recipient(
        "Whoever runs the databases, Redis and disks", "Stores what is sealed before it comes."
    ),
}

_STAYS = "As long as the person is a contact; erased on request or by a retention rule."

ACTIVITIES: dict[str, Activity] = {
    "contacts": Activity(
        "Contacts",
        "To know who writes or buys, by whichever number, name or id, once each.",
        "Contract, or legitimate interest in knowing one's customers: article 6 (1) b, f.",
        _STAYS,
        ("hosting",),
    ),
    "conversations": Activity(
        "Conversations",
        "To answer people, and to write to them where they may be written to.",
        "Contract or steps before one; consent for marketing: article 6 (1) a, b.",
        _STAYS,
        ("whatsapp", "hosting"),
    ),
    "campaigns": Activity(
        "Campaigns",
        "To say one thing to many who may be written to, and to account for each of them.",
        "Consent for marketing; contract for what serves them: article 6 (1) a, b.",
        _STAYS,
        ("whatsapp", "hosting"),
    ),
    "consent": Activity(
        "Consent",
        "To prove who allowed what, when and how, and to obey every withdrawal.",
        "Legal duty to be able to show consent: articles 6 (1) c, 7 (1).",
        "The chained ledger outlives an erasure as ciphertext that nothing opens.",
        ("hosting",),
    ),
    "purchases": Activity(
        "Purchases",
        "To help with orders, parcels and refunds, and to recommend what fits.",
        "Contract; books by law: article 6 (1) b, c.",
        "Orders stay without a name after an erasure, as the law wants of books.",
        ("shop", "hosting"),
    ),
    "storefront": Activity(
        "Visits to the shop",
        "To remind of carts that were left and to show what was looked at.",
        "Consent of the visitor: article 6 (1) a.",
        _STAYS,
        ("shop", "hosting"),
    ),
    "imports": Activity(
        "Imports",
        "To take in lists that the store has already, and to take them back.",
        "As the import names it: consent, contract or legitimate interest.",
        "Uploaded files 7 days; what a job did, as long as the contact.",
        ("hosting",),
    ),
    "intake": Activity(
        "Deliveries of platforms",
        "To lose nothing of what platforms tell: kept raw until it is sorted.",
        "Contract; legitimate interest in reliable delivery: article 6 (1) b, f.",
        "9 days; then the day's key is destroyed.",
        ("hosting",),
    ),
    "colleagues": Activity(
        "Colleagues",
        "To let those in who work here, and nobody else.",
        "Employment or contract: article 6 (1) b.",
        "As long as the account; proofs and mails some days.",
        ("mail", "hosting"),
    ),
    "rights": Activity(
        "Rights of persons",
        "To grant access, export and erasure in time, and to show that it was done.",
        "Legal duty: articles 6 (1) c, 12 to 22.",
        "Archives until they expire; what was done, as proof.",
        ("hosting",),
    ),
    "security": Activity(
        "Security",
        "To show who touched personal data, and to keep it sealed.",
        "Legal duty: articles 6 (1) c, 32.",
        "As long as the tenant; ids and keyed references only.",
        ("hosting",),
    ),
    "operation": Activity(
        "Operation",
        "To run the service: settings, work that waits, catalogues, answers that systems may ask "
        "for again.",
        "Legitimate interest in a service that runs: article 6 (1) f.",
        "Answers a day; the rest, which is nobody's, as long as it is needed.",
        ("hosting",),
    ),
}
