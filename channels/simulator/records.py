"""What a town is made of: apps, tokens, accounts, numbers, people, chats and messages."""

from __future__ import annotations

from dataclasses import dataclass, field

from channels.simulator.behaviour import Behaviour
from channels.simulator.phones import digits
from channels.simulator.shapes import ONLY_HERE, Json

MESSAGING = "whatsapp_business_messaging"
MANAGEMENT = "whatsapp_business_management"


@dataclass(slots=True)
class App:
    """A platform app: where its webhooks go and what signs them."""

    id: str
    webhook_url: str = ""
    app_secret: str = ""
    verify_token: str = ""


@dataclass(slots=True)
class Token:
    """An access token; `wabas` None opens every account. `state`: valid, expired, revoked."""

    token: str
    app_id: str = ""
    wabas: list[str] | None = None
    permissions: list[str] = field(default_factory=lambda: [MESSAGING, MANAGEMENT])
    state: str = "valid"


@dataclass(slots=True)
class Business:
    """A portfolio: it owns the messaging limit, and user ids are made for it (contract 1.2)."""

    id: str
    messaging_limit: str = "TIER_2K"


@dataclass(slots=True)
class Subscription:
    """An app that listens to an account, with the account's override of the address."""

    app_id: str
    override_url: str = ""


@dataclass(slots=True)
class Waba:
    """An account. `state`: ACTIVE, RESTRICTED (no business-initiated messages), DISABLED."""

    id: str
    name: str = ""
    business_id: str = ""
    payment_ok: bool = True
    state: str = "ACTIVE"
    currency: str = "USD"
    timezone_id: str = "1"
    marketing_on_cloud_api: bool = True
    subscriptions: dict[str, Subscription] = field(default_factory=dict, metadata=ONLY_HERE)


@dataclass(slots=True)
class Number:
    """A business phone number."""

    id: str
    waba_id: str = ""
    display_phone_number: str = ""
    verified_name: str = ""
    quality_rating: str = "GREEN"
    status: str = "CONNECTED"
    name_status: str = "APPROVED"
    throughput: str = "STANDARD"
    account_mode: str = "LIVE"
    is_official_business_account: bool = False
    is_registered: bool = True
    is_deleted: bool = False
    coexistence: bool = False
    allow_list: list[str] | None = None
    pin: str = ""
    override_url: str = field(default_factory=str, metadata=ONLY_HERE)
    switching_until: int = field(default_factory=int, metadata=ONLY_HERE)
    profile: Json = field(default_factory=dict, metadata=ONLY_HERE)
    qr_codes: dict[str, Json] = field(default_factory=dict, metadata=ONLY_HERE)
    automation: Json = field(default_factory=dict, metadata=ONLY_HERE)
    blocked: dict[str, str] = field(default_factory=dict, metadata=ONLY_HERE)
    registrations: list[int] = field(default_factory=list, metadata=ONLY_HERE)

    @property
    def digits(self) -> str:
        """The number itself, digits only."""
        return digits(self.display_phone_number)


@dataclass(slots=True)
class Person:
    """A customer. A `user_id` given is the same for every portfolio; else each gets its own.

    `hidden` keeps the phone from businesses (contract 4.2), `online` False keeps messages waiting,
    `on_whatsapp` False makes them undeliverable.
    """

    id: str
    name: str = ""
    phone: str | None = None
    user_id: str | None = None
    username: str | None = None
    country: str = ""
    language: str = ""
    hidden: bool = False
    online: bool = True
    on_whatsapp: bool = True
    in_experiment: bool = False
    identity_hash: str | None = None
    behaviour: Behaviour = field(default_factory=Behaviour)
    moves: int = field(default_factory=int, metadata=ONLY_HERE)


@dataclass(slots=True)
class Chat:
    """What lies between one business number and one person; times are microseconds, 0 is never."""

    number_id: str
    person_id: str
    last_user_at: int = 0
    ad_at: int = 0
    free_until: int = 0
    free_id: str = ""
    phone_shown_at: int = 0
    typing_until: int = 0
    stopped: bool = False
    blocked: bool = False
    messages: list[Message] = field(default_factory=list)


@dataclass(slots=True)
class Message:
    """One message either way, with what became of it.

    `content` is what the type's key holds; for a template also the filled `shown`. `statuses` are
    the steps that were told, with their times; `error` the code of a failed one.
    """

    wamid: str
    number_id: str
    person_id: str | None
    outgoing: bool
    type: str
    content: Json
    at: int
    body: Json = field(default_factory=dict)
    recipient: str = ""
    to_user_id: bool = False
    context_id: str | None = None
    callback_data: str | None = None
    category: str = "service"
    pricing_type: str = ""
    shown: Json = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    error: int | None = None
    expires_at: int = 0
    waits: bool = False
    was_read: bool = False
    is_deleted: bool = False
    is_edited: bool = False
    is_echo: bool = False
