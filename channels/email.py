"""E-mail over SMTP: thin, one connection a mail; what goes wrong is a code, never a text (F25)."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog

from channels import graph
from kernel import clock
from kernel.ids import Id

_WITHIN = 30.0
# The line went dead in the middle: nobody knows whether the server has it.
_CUT_OFF = (aiosmtplib.SMTPTimeoutError, aiosmtplib.SMTPServerDisconnected)
_NOT_REACHED = (aiosmtplib.SMTPConnectTimeoutError,)
_log = structlog.get_logger("email")


@dataclass(frozen=True, slots=True)
class Email:
    """A mail to one person; the same `id` is the same mail, however often it is sent."""

    id: Id
    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a mail was not taken; a final one never is, an open one perhaps was all the same."""

    code: str
    is_final: bool
    is_open: bool = False


async def send_email(email: Email) -> Failure | None:
    """Hand a mail to the SMTP server; None when it was taken.

    In development without a server it is written to the folder `mail` of RAPPORT_DATA instead.
    """
    settings = graph.settings()
    # In a file a link is to be read by people, not by a mail program.
    message = _message(email, settings.mail_from, None if settings.smtp_url else "8bit")
    if settings.smtp_url is None:
        if settings.is_production:
            return Failure("NO_SERVER", is_final=False)
        await asyncio.to_thread(_write, settings.data / "mail", email.id, message.as_bytes())
        return None
    return await _send(message, settings.smtp_url)


async def _send(message: EmailMessage, url: str) -> Failure | None:
    server = urlsplit(url)
    is_tls = server.scheme == "smtps"
    try:
        await aiosmtplib.send(
            message,
            hostname=server.hostname,
            port=server.port or (465 if is_tls else 587),
            username=unquote(server.username) if server.username else None,
            password=unquote(server.password) if server.password else None,
            use_tls=is_tls,
            # A password or a link never goes over an open line to another machine.
            start_tls=None if is_tls or _is_near(server.hostname) else True,
            timeout=_WITHIN,
        )
    except aiosmtplib.SMTPRecipientsRefused as error:
        return _refused(error.recipients[0].code)
    except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as error:
        return _refused(error.code)
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        is_open = isinstance(error, _CUT_OFF) and not isinstance(error, _NOT_REACHED)
        return Failure(type(error).__name__, is_final=False, is_open=is_open)
    return None


def _message(email: Email, sender: str, coding: str | None) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = email.to
    message["Subject"] = email.subject
    message["Date"] = format_datetime(clock.moment(clock.now()))
    message["Message-ID"] = f"<{email.id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(email.text, cte=coding)
    return message


def _write(folder: Path, mail_id: Id, content: bytes) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{mail_id}.eml"
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    _log.info("mail_written", file=f"{folder.name}/{path.name}")


def _refused(code: int) -> Failure:
    # RFC 5321: 5yz is a permanent refusal, 4yz a passing one.
    return Failure(f"SMTP_{code}", is_final=code >= 500)


def _is_near(host: str | None) -> bool:
    return host in ("127.0.0.1", "localhost", "::1")
