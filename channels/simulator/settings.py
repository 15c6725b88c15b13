"""What can be set about the platform's behaviour; times in seconds of the simulated clock."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Statuses:
    """When statuses of an accepted message come, and what goes wrong with them (contract 3.3).

    `read_after` counts from the delivery; None: only people with a behaviour of their own read.
    `shuffle` lets the statuses of one message arrive in any order, timestamps untouched.
    """

    sent_after: float = 0.05
    delivered_after: float = 0.2
    read_after: float | None = None
    jitter: float = 0.0
    loss: float = 0.0
    duplicates: float = 0.0
    shuffle: bool = False
    sent_before_failed: bool = False
    pricing_on: str = "sent"


@dataclass(slots=True)
class Webhooks:
    """How updates are put together and posted (contract 3.3).

    `gather` and `timeout` are real seconds; the gaps between tries double from first to longest.
    """

    most_per_post: int = 1
    gather: float = 0.0
    mix_accounts: bool = False
    mix_kinds: bool = False
    shuffle: bool = False
    duplicates: float = 0.0
    timeout: float = 10.0
    at_once: int = 8
    first_gap: float = 5.0
    longest_gap: float = 3600.0
    give_up_after: float = 604_800.0
    verify: bool = True


@dataclass(slots=True)
class Limits:
    """The platform's limits (contract 1.4, 5.5 to 5.8); `on` turns all of them off at once."""

    on: bool = True
    throughput: int = 80
    throughput_high: int = 1000
    throughput_coexistence: int = 20
    switching_seconds: float = 60.0
    pair_seconds: float = 6.0
    pair_burst: int = 45
    portfolio_code: int = 131048
    marketing_per_user: int = 2
    marketing_seconds: float = 86_400.0
    marketing_retries: int = 3
    calls_per_hour: int = 5000
    templates_per_hour: int = 100
    templates_per_account: int = 250
    template_text: int = 1024


@dataclass(slots=True)
class Templates:
    """The review of templates (contract 5.4): the verdict, and how long it takes.

    `verdict` APPROVED or REJECTED; "" leaves them PENDING until the control API says a word.
    """

    verdict: str = "APPROVED"
    after: float = 1.0
    at_once: bool = False


@dataclass(slots=True)
class Pricing:
    """The dated rule of contract 5.9: from `service_charged_from` (epoch seconds) on service
    messages and utility templates inside the window cost, after so many free ones a month."""

    service_charged_from: int = 1_790_812_800
    free_service_messages: int = 1000


@dataclass(slots=True)
class Settings:
    """Everything that can be set.

    `strangers`: what becomes of a number that nobody in town has: "undeliverable" (131026) or
    "reachable" (a silent person is made). `latency` is the real seconds from acceptance to answer.
    `bare` accepts and counts sends without reading them: for benchmarks.
    """

    statuses: Statuses = field(default_factory=Statuses)
    webhooks: Webhooks = field(default_factory=Webhooks)
    limits: Limits = field(default_factory=Limits)
    templates: Templates = field(default_factory=Templates)
    pricing: Pricing = field(default_factory=Pricing)
    strangers: str = "undeliverable"
    latency: float = 0.0
    bare: bool = False
    hidden_after_days: float = 30.0
    user_ids: bool = True
