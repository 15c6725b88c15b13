"""How the text of a setting becomes its value. Each reader says `Wrong` about a bad text."""

from __future__ import annotations

import base64
import binascii
import re
import ssl
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

ROOT = Path(__file__).resolve().parents[1]

# What tutorials and examples hand out as a key: never random, always tried first.
_KNOWN_KEYS = (bytes(range(32)), bytes(range(1, 33)), bytes.fromhex("deadbeef") * 8)


class Wrong(ValueError):
    """What is wrong about a text. It never repeats the text, which may be a secret."""


def choice(*allowed: str) -> Callable[[str], str]:
    """One of these words."""

    def read(text: str) -> str:
        if text not in allowed:
            raise Wrong("must be one of " + ", ".join(allowed))
        return text

    return read


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number between the two, both allowed."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not least <= int(text) <= most:
            raise Wrong(f"must be a whole number from {least} to {most}")
        return int(text)

    return read


def matching(pattern: str, message: str) -> Callable[[str], str]:
    """Text that the whole pattern matches."""

    def read(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise Wrong(message)
        return text

    return read


host = matching(r"[A-Za-z0-9.:_-]+", "must be a host name or an address alone")


def hosts(text: str) -> tuple[str, ...]:
    """Host names parted by commas."""
    return tuple(host(part.strip()).lower() for part in text.split(","))


def yes_no(text: str) -> bool:
    """1 or 0."""
    if text.lower() not in ("0", "1", "true", "false", "yes", "no"):
        raise Wrong("must be 1 or 0")
    return text.lower() in ("1", "true", "yes")


def path(text: str) -> Path:
    """A full path; a relative one counts from the project folder."""
    full = (ROOT / Path(text).expanduser()).resolve()
    # It becomes part of database and Redis URLs, whose readers disagree on escapes.
    if re.search(r"[?#%\x00-\x1f]", str(full)):
        raise Wrong("must not contain ?, #, % or control characters")
    return full


def existing_folder(text: str) -> Path | None:
    """The folder, or None where it is missing."""
    folder = path(text)
    return folder if folder.is_dir() else None


def certificates(text: str) -> Path:
    """A file of certificates in PEM that can be read now."""
    file = path(text)
    try:
        ssl.create_default_context(cafile=file)
    except OSError:  # ssl.SSLError is one
        raise Wrong("must be a file of certificates in PEM") from None
    return file


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        raise Wrong("is not a URL") from None
    return parts


def database_url(text: str) -> str:
    """sqlite:// with a full path, or postgresql:// with the name of a database."""
    parts = _split(text)
    if parts.scheme == "sqlite":
        file = text.removeprefix("sqlite://")
        if not file or ":memory:" in file or file.endswith("/"):
            raise Wrong("must name a file: API and worker share it (sqlite:///folder/file)")
        return f"sqlite://{path(file)}"
    if parts.scheme not in ("postgresql", "postgres"):
        raise Wrong("must begin with sqlite:// or postgresql://")
    if not parts.path.strip("/"):
        raise Wrong("must end with the name of the database")
    return "postgresql" + text[len(parts.scheme) :]


def redis_url(text: str) -> str:
    """redis://, rediss://, or unix:// with the full path of a socket."""
    parts = _split(text)
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise Wrong("must begin with redis://, rediss:// or unix://")
    if parts.scheme == "unix":
        socket, mark, query = text.removeprefix("unix://").partition("?")
        if not socket or "@" in socket or socket.endswith("/"):
            raise Wrong("must name a socket (unix:///folder/redis.sock)")
        return f"unix://{path(socket)}{mark}{query}"
    if not parts.hostname:
        raise Wrong("must name a host")
    return text


def web_url(text: str) -> str:
    """http(s)://host with perhaps a port and a path, without a slash at its end."""
    parts = _split(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise Wrong("must look like https://host, without query or fragment")
    return text.rstrip("/")


def smtp_url(text: str) -> str:
    """smtp:// or smtps:// with a host, perhaps user, password and port."""
    parts = _split(text)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise Wrong("must look like smtp://user:password@host:587 or smtps://host")
    return text


def origins(text: str) -> tuple[str, ...]:
    """Origins of browsers (scheme, host, port) parted by commas; * for all."""
    origins = tuple(part.strip().rstrip("/") for part in text.split(",") if part)
    for origin in origins:
        if origin != "*" and not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?", origin):
            raise Wrong("must be origins such as https://desk.example.com, parted by commas")
    return origins


def networks(text: str) -> tuple[str, ...]:
    """IP addresses and networks parted by commas."""
    try:
        return tuple(str(ip_network(part.strip())) for part in text.split(",") if part.strip())
    except ValueError:
        raise Wrong("must be addresses or networks such as 10.0.0.0/8, parted by commas") from None


def master_key(text: str) -> bytes:
    """32 random bytes out of base64; what is known or guessable is refused."""
    try:
        key = base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise Wrong("must be base64 of 32 random bytes") from None
    if len(key) != 32:
        raise Wrong("must be base64 of exactly 32 random bytes")
    # 32 random bytes have about 30 different values and are never all printable.
    printable = all(32 <= byte < 127 for byte in key)
    if len(set(key)) < 16 or key in _KNOWN_KEYS or printable:
        raise Wrong("is a known default or a pass phrase; use 32 random bytes")
    return key
