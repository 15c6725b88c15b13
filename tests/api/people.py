"""What people do at the door: the words of signing up, in and on, and the mails that they get."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

import channels
from kernel.settings import Settings
from tests.api.door import Door
from tests.servers import free_port
from workers import letters

PASSWORD = "a quite long password"
_IN = """{ token refreshToken expiresAt refreshExpiresAt choices { id name }
           userErrors { field code message } }"""
SIGN_UP = f"mutation($input: SignUpInput!) {{ signUp(input: $input) {_IN} }}"
SIGN_IN = f"mutation($input: SignInInput!) {{ signIn(input: $input) {_IN} }}"
RENEW = f"mutation($input: SessionRenewInput!) {{ sessionRenew(input: $input) {_IN} }}"
ACCEPT = f"mutation($input: InvitationAcceptInput!) {{ invitationAccept(input: $input) {_IN} }}"
INVITE = """
mutation($input: PersonInviteInput!) { personInvite(input: $input) {
  invitation { id email name role invitedBy { name } } userErrors { field code } } }
"""
STORE = {
    "name": "Faro Azul",
    "country": "ES",
    "locale": "es-ES",
    "timeZone": "Europe/Madrid",
    "currency": "EUR",
    "ownerEmail": "inés@faro.example",
    "ownerName": "Inés Faro",
    "password": PASSWORD,
}


async def act(door: Door, mutation: str, token: str = "", /, **given: Any) -> dict[str, Any]:
    """The payload of a mutation with one input."""
    data = await door.data(mutation, token, input=given)
    [payload] = data.values()
    found: dict[str, Any] = payload
    return found


async def sign_up(door: Door, **changes: Any) -> dict[str, Any]:
    """A store that has signed up."""
    made = await act(door, SIGN_UP, **{**STORE, **changes})
    assert made["userErrors"] == []
    return made


@dataclass
class Mailbox:
    """A real SMTP server that keeps what it takes; `answers` are given before it takes anything."""

    mails: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Take a mail, or say what was told to say."""
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    def token(self, to: str) -> str:
        """What the link of the last mail to this address carries."""
        [*_, last] = [mail for mail in self.mails if mail["To"] == to]
        found = re.search(r"https://app\.example/\w+\?token=(\S+)", last.get_content())
        assert found
        return found[1]


@asynccontextmanager
async def post_office(settings: Settings) -> AsyncIterator[Mailbox]:
    """An SMTP server, and a worker that knows it."""
    box, port = Mailbox(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    await asyncio.to_thread(server.start)
    changed = replace(
        settings,
        smtp_url=f"smtp://127.0.0.1:{port}",
        mail_from="Rapport <rapport@mail.example>",
        app_url="https://app.example",
    )
    await channels.start(changed)
    letters.start(changed)
    try:
        yield box
    finally:
        await channels.stop()
        await asyncio.to_thread(server.stop)
