"""A mail is written: to whom, in which words, with which link."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import tenancy
from kernel.ids import Id
from tenants import accounts, invitations, people, proofs, signed_text
from tenants.mail_texts import text_of
from tenants.mails import ClaimedMail
from tenants.settings import read_settings

# Where the links lead in the tenants' web application.
_PAGES = {"verification": "verify", "reset": "reset", "invitation": "join"}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it is sent; it is never stored or logged."""

    to: str
    subject: str
    text: str


async def write_letter(mail: ClaimedMail, app_url: str) -> Letter | None:
    """The letter of a mail; None where its link would not work any more."""
    if mail.kind == "invitation":
        with tenancy.acting_for(mail.refs["tenant"]):
            return await _invitation(mail, mail.refs["invitation"], app_url)
    proof_id = mail.refs["proof"]
    account_id = await proofs.holder_of(proof_id)
    if account_id is None:
        return None
    link = _link(app_url, mail, signed_text.write(mail.kind, proof_id))
    subject, body = text_of(mail.kind, mail.locale)
    return Letter(await accounts.address_of(account_id), subject, body.format(link=link))


async def _invitation(mail: ClaimedMail, invitation_id: Id, app_url: str) -> Letter | None:
    found = await invitations.open_invitation(invitation_id)
    if found is None:
        return None
    inviter = (await people.people_by_ids([found.invited_by]))[found.invited_by].name
    tenant = (await read_settings()).name
    token = signed_text.write("invitation", tenancy.current(), invitation_id)
    subject, body = text_of("invitation", mail.locale)
    return Letter(
        to=found.email,
        subject=subject.format(tenant=tenant),
        text=body.format(
            name=found.name, inviter=inviter, tenant=tenant, link=_link(app_url, mail, token)
        ),
    )


def _link(app_url: str, mail: ClaimedMail, token: str) -> str:
    return f"{app_url}/{_PAGES[mail.kind]}?token={token}"
