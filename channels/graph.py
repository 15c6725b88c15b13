"""The platform's API over HTTP: one session a process, the token to its own hosts only (F19).

Every outcome is a value: what went wrong outside becomes a code in `Outcome.trouble`, never an
exception. Bodies are neither logged nor printed.
"""

from __future__ import annotations

import asyncio
import io
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
from yarl import URL

from kernel import database
from kernel.errors import RapportError
from kernel.settings import Settings

FOREIGN_HOST = "FOREIGN_HOST"
TOO_LARGE = "TOO_LARGE"
_CALL = aiohttp.ClientTimeout(total=30, connect=5)
# For what may as well be lost.
SHORT = aiohttp.ClientTimeout(total=5, connect=2)
# 100 MB are not had in 30 seconds over every line; a line that falls silent is still given up.
_DOWNLOAD = aiohttp.ClientTimeout(total=60, connect=5, sock_read=20)
_UPLOAD = aiohttp.ClientTimeout(total=120, connect=5)
_LARGEST_ANSWER = 4_194_304
_LARGEST_ERROR = 65_536
_PIECE = 65_536
# The id of an upload that was begun, with its signature.
_SESSION = re.compile(r"upload:[A-Za-z0-9_\-+=%~.:]{1,512}(\?[A-Za-z0-9_\-+=%&]{1,512})?")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call came to; `trouble` is None exactly when the platform gave what was asked for.

    `status` is 0 where no answer came, `code` the platform's own error code (contract 6); `data` is
    what it answered, also with an error of its own.
    """

    status: int
    trouble: str | None
    code: int | None = None
    data: bytes = field(default=b"", repr=False)

    def json(self) -> dict[str, Any]:
        """The answer as a JSON object; empty when it is none."""
        try:
            found = orjson.loads(self.data)
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(slots=True)
class _Client:
    settings: Settings
    session: aiohttp.ClientSession


_client: _Client | None = None


async def start(settings: Settings) -> None:
    """Be ready to call; nothing is called yet."""
    global _client
    _client = _Client(
        settings,
        aiohttp.ClientSession(
            # More than the messages that one process has in hand, so that none waits for one.
            connector=aiohttp.TCPConnector(
                limit=1000, keepalive_timeout=30, ssl=_trust(settings.graph_ca)
            ),
            # A missing user agent may be refused (contract 7.1).
            headers={"User-Agent": "Rapport"},
            cookie_jar=aiohttp.DummyCookieJar(),
        ),
    )


@cache
def _trust(certificates: Path | None) -> ssl.SSLContext:
    """The system's authorities, which take a while to read, and the settings' certificates."""
    context = ssl.create_default_context()
    if certificates:
        context.load_verify_locations(certificates)
    return context


async def stop() -> None:
    """Close the connections."""
    global _client
    if _client is not None:
        await _client.session.close()
        _client = None


def settings() -> Settings:
    """What the wire was started with."""
    return _started().settings


async def get(node: str, token: str, edge: str = "", **query: str) -> Outcome:
    """A node of the API, by its id, or an edge of it, as a JSON object."""
    outcome = await _fetch(_url(node, edge) % query, token, _CALL, _LARGEST_ANSWER)
    if outcome.trouble is None and not outcome.json():
        return Outcome(outcome.status, "NOT_JSON")
    return outcome


async def download(url: str, token: str, most: int) -> Outcome:
    """The bytes behind a URL from outside; FOREIGN_HOST unless its host is the platform's.

    TOO_LARGE when there are more than `most` bytes; what was read until then is dropped.
    """
    try:
        # Encoded as it came: a link that is signed does not survive being written anew.
        target = URL(url, encoded=True)
    except ValueError:
        return Outcome(0, FOREIGN_HOST)
    return await _fetch(target, token, _DOWNLOAD, most)


@dataclass(frozen=True, slots=True)
class Posted:
    """The answer to a POST: the outcome, and the wait in microseconds that was asked for."""

    outcome: Outcome
    after: int = 0


async def post(
    node: str,
    edge: str,
    token: str,
    body: Mapping[str, Any],
    within: aiohttp.ClientTimeout | None = None,
    leaves: Callable[[], None] | None = None,
) -> Posted:
    """POST a JSON body to an edge of a node; `leaves` is called right before it goes.

    Trouble UNREACHABLE means that no connection came about; every other trouble without a platform
    code leaves open whether the platform took it.
    """
    headers = {"Content-Type": "application/json"}
    data = _Leaving(orjson.dumps(body), leaves) if leaves else orjson.dumps(body)
    return await _post(node, edge, token, data, headers, within or _CALL)


class _Leaving(aiohttp.BytesPayload):
    """A body that says when it goes: headers wait for it, so nothing of it went before."""

    def __init__(self, body: bytes, leaves: Callable[[], None]) -> None:
        super().__init__(body)
        self._leaves = leaves

    async def write_with_length(
        self, writer: aiohttp.abc.AbstractStreamWriter, content_length: int | None
    ) -> None:
        """All of it, at once."""
        self._leaves()
        await super().write_with_length(writer, content_length)


async def delete(node: str, edge: str, token: str, **query: str) -> Posted:
    """DELETE what the query names from an edge of a node."""
    return await _send("DELETE", _url(node, edge) % query, f"Bearer {token}", b"", {}, _CALL)


async def upload_sample(app_id: str, token: str, data: bytes, mime: str) -> str | Outcome:
    """The handle of a file that shows what a template will hold (contract 7.2), or the trouble."""
    told = {"file_name": "sample", "file_length": str(len(data)), "file_type": mime}
    begun = await _send("POST", _url(app_id, "uploads") % told, f"Bearer {token}", b"", {}, _CALL)
    session = begun.outcome.json().get("id")
    if begun.outcome.trouble or not isinstance(session, str) or not _SESSION.fullmatch(session):
        return begun.outcome
    # It may carry a signature in a query of its own, so it is put there as it came.
    url = URL(f"{_url('', '')}{session}", encoded=True)
    sent = await _send("POST", url, f"OAuth {token}", data, {"file_offset": "0"}, _UPLOAD)
    handle = sent.outcome.json().get("h")
    return handle if not sent.outcome.trouble and isinstance(handle, str) else sent.outcome


async def post_file(node: str, edge: str, token: str, data: bytes, mime: str, name: str) -> Posted:
    """POST a file to an edge of a node, as a form (contract 7.1)."""
    form = aiohttp.FormData({"messaging_product": "whatsapp", "type": mime})
    form.add_field("file", io.BytesIO(data), filename=name, content_type=mime)
    return await _post(node, edge, token, form, {}, _UPLOAD)


async def _post(
    node: str,
    edge: str,
    token: str,
    body: bytes | aiohttp.BytesPayload | aiohttp.FormData,
    headers: Mapping[str, str],
    within: aiohttp.ClientTimeout,
) -> Posted:
    return await _send("POST", _url(node, edge), f"Bearer {token}", body, headers, within)


async def _send(
    method: str,
    url: URL,
    authorization: str,
    body: bytes | aiohttp.BytesPayload | aiohttp.FormData,
    headers: Mapping[str, str],
    within: aiohttp.ClientTimeout,
) -> Posted:
    if database.in_unit():
        raise RapportError("the network is never called inside a unit of work")
    if not _may_see_tokens(url):
        return Posted(Outcome(0, FOREIGN_HOST))
    try:
        async with _started().session.request(
            method,
            url,
            data=body,
            headers={"Authorization": authorization, **headers},
            timeout=within,
            allow_redirects=False,
        ) as response:
            outcome = await _read(response, _LARGEST_ANSWER)
            return Posted(outcome, _retry_after(response))
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        return Posted(Outcome(0, "UNREACHABLE"))
    except TimeoutError:
        return Posted(Outcome(0, "TIMEOUT"))
    except (aiohttp.ClientError, OSError):
        return Posted(Outcome(0, "BROKEN_OFF"))


def _url(node: str, edge: str) -> URL:
    root = f"{settings().graph_url}/{settings().graph_version}/{quote(node, safe='')}"
    return URL(f"{root}/{edge}" if edge else root)


def _retry_after(response: aiohttp.ClientResponse) -> int:
    """The Retry-After header in microseconds; 0 where it is missing or no number of seconds."""
    seconds = response.headers.get("Retry-After", "")
    is_number = seconds.isdecimal() and len(seconds) < 10
    return min(int(seconds), 86_400) * 1_000_000 if is_number else 0


async def _fetch(url: URL, token: str, times: aiohttp.ClientTimeout, most: int) -> Outcome:
    if database.in_unit():
        raise RapportError("the network is never called inside a unit of work")
    if not _may_see_tokens(url):
        return Outcome(0, FOREIGN_HOST)
    try:
        async with _started().session.get(
            url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=times,
            # A redirect would take the token along to a host that nobody has looked at.
            allow_redirects=False,
        ) as response:
            return await _read(response, most)
    except TimeoutError:
        return Outcome(0, "TIMEOUT")
    except aiohttp.ClientPayloadError:
        return Outcome(0, "BROKEN_OFF")
    except (aiohttp.ClientError, OSError, ValueError):
        return Outcome(0, "UNREACHABLE")


async def _read(response: aiohttp.ClientResponse, most: int) -> Outcome:
    is_fine = response.status == 200
    if is_fine and (response.content_length or 0) > most:
        return Outcome(200, TOO_LARGE)
    pieces: list[bytes] = []
    size = 0
    async for piece in response.content.iter_chunked(_PIECE):
        size += len(piece)
        if size > (most if is_fine else _LARGEST_ERROR):
            return Outcome(response.status, TOO_LARGE if is_fine else f"HTTP_{response.status}")
        pieces.append(piece)
    # What is large would keep the others waiting.
    is_large = size > _LARGEST_ANSWER
    data = await asyncio.to_thread(b"".join, pieces) if is_large else b"".join(pieces)
    if is_fine:
        return Outcome(200, None, data=data)
    error = Outcome(response.status, None, data=data).json().get("error")
    code = error.get("code") if isinstance(error, dict) else None
    if type(code) is int and 0 <= code < 2**31:
        return Outcome(response.status, f"PLATFORM_{code}", code, data)
    return Outcome(response.status, f"HTTP_{response.status}")


def _may_see_tokens(url: URL) -> bool:
    """Whether the host is the platform's, and the way to it as safe as to the API itself."""
    api = URL(settings().graph_url)
    try:
        host = (url.raw_host or "").lower()
    except ValueError:  # a URL is only taken apart when its parts are asked for
        return False
    is_safe = url.scheme == "https" or (url.scheme, host) == (api.scheme, api.raw_host)
    return is_safe and host in settings().graph_hosts


def _started() -> _Client:
    if _client is None:
        raise RapportError("the wire is not started", code="NOT_STARTED")
    return _client
