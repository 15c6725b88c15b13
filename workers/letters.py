"""Mails on their way: claimed, written, handed to the server, settled."""

from __future__ import annotations

import asyncio

import channels
import conversations
import privacy
import tenants
from channels import Email, Failure
from kernel.settings import Settings
from tenants import ClaimedMail

_AT_ONCE = 10
_app_url = ""
_public_url = ""


def start(settings: Settings) -> None:
    """Know where the links of mails lead."""
    global _app_url, _public_url
    _app_url, _public_url = settings.app_url, settings.public_url


async def send_letters() -> int:
    """Send what is due; how many mails were tried."""
    claimed = await tenants.claim_mails(_AT_ONCE)
    await asyncio.gather(*map(_send, claimed))
    return len(claimed)


async def tell_people() -> int:
    """Tell people of their requests for a right; how many letters were tried."""
    return await privacy.send_letters(_public_url)


async def mail_out() -> int:
    """Mail what is important and waits for a number that is down; how many messages were tried."""
    return await conversations.mail_out(_public_url)


async def _send(mail: ClaimedMail) -> None:
    letter = await tenants.write_letter(mail, _app_url)
    if letter is None:
        await tenants.mail_refused(mail, "OVER")
        return
    failure = await channels.send_email(Email(mail.id, letter.to, letter.subject, letter.text))
    await _settle(mail, failure)


async def _settle(mail: ClaimedMail, failure: Failure | None) -> None:
    if failure is None:
        await tenants.mail_sent(mail)
    elif failure.is_final:
        await tenants.mail_refused(mail, failure.code)
    else:
        await tenants.mail_failed(mail, failure.code)
