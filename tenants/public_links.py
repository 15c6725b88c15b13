"""Links for people who never sign in: to their preferences, a withdrawal, a second yes.

A link names its tenant, one row and the second at which it ends; nobody else can make or change
one. Whether the row still allows what the link is for, the row says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kernel import clock, tenancy
from kernel.errors import Invalid
from kernel.ids import Id
from tenants import signed_text

# `answer` stands on the buttons of a message, where colleagues may read it: it opens no page.
PublicKind = Literal[
    "preferences", "withdraw", "confirmation", "answer", "export", "code", "request", "report"
]


@dataclass(frozen=True, slots=True)
class PublicLink:
    """Where a link leads: a row of a tenant."""

    tenant_id: Id
    row_id: Id


class DeadLink(Invalid):
    """A link that was forged (LINK_FORGED) or has ended (LINK_EXPIRED); `claimed`: where it leads.

    What a forged one claims is proven by nothing; None where it is not even whole.
    """

    default_code = "LINK_FORGED"

    def __init__(self, claimed: PublicLink | None, *, code: str | None = None) -> None:
        super().__init__("This link is forged or has ended.", code=code)
        self.claimed = claimed


def write_public_link(kind: PublicKind, row_id: Id, until: int) -> str:
    """The token of a link to a row of the current tenant, good until then (microseconds)."""
    return signed_text.write(kind, tenancy.current(), row_id, number=until // clock.SECOND)


def read_public_link(kind: PublicKind, token: str) -> PublicLink:
    """Where the token leads; DeadLink where it is forged or has ended."""
    found = signed_text.claim(kind, token, ids=2)
    if found is None:
        raise DeadLink(None)
    (tenant_id, row_id), until, is_ours = found
    link = PublicLink(tenant_id, row_id)
    if not is_ours:
        raise DeadLink(link)
    if until * clock.SECOND < clock.now():
        raise DeadLink(link, code="LINK_EXPIRED")
    return link
