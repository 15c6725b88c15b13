"""Access tokens: signed with Ed25519, read by the key that their `kid` names, from memory only.

The keyring holds the signing keys as versions; the newest signs, all verify. PyJWT by itself
accepts tokens without an expiry or an audience, so everything is required here (traps: PyJWT).
"""

from __future__ import annotations

import base64
import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kernel import clock, ids, keys
from kernel.errors import Invalid, NotAllowed
from kernel.ids import Id
from kernel.keyring import PLATFORM, Keyring
from tenants.roles import Role

ISSUER = AUDIENCE = "rapport"
_ALGORITHM = "EdDSA"
_FIRST = "0001"
_LONGEST = 2048
_REQUIRED = ["aud", "exp", "iat", "iss", "jti", "role", "sid", "sub", "tid"]
# The house's own clock judges times (below), not PyJWT's.
_OPTIONS: Any = {
    "require": _REQUIRED,
    "strict_aud": True,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}
# Keys made or destroyed by another process are noticed after so long; an unknown `kid` is looked
# for sooner, but not by everyone who invents one.
_REREAD = 60 * clock.SECOND
_REREAD_UNKNOWN = 1 * clock.SECOND
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says; times in microseconds, of whole seconds."""

    tenant_id: Id
    person_id: Id
    session_id: Id
    role: Role
    issued_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class _Pair:
    private: Ed25519PrivateKey
    public: Ed25519PublicKey
    jwk: dict[str, str]


@dataclass(slots=True)
class _Memory:
    pairs: dict[str, _Pair] = field(default_factory=dict)
    newest: str = ""
    read_at: int = 0
    verified: OrderedDict[bytes, Claims] = field(default_factory=OrderedDict)


_memories: WeakKeyDictionary[Keyring, _Memory] = WeakKeyDictionary()


def sign(claims: Claims) -> str:
    """The token that says so."""
    memory = _memory()
    payload = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": ids.show("person", claims.person_id),
        "tid": ids.show("tenant", claims.tenant_id),
        "sid": ids.show("session", claims.session_id),
        "role": claims.role.value,
        "jti": ids.show("token", ids.new_id()),
        "iat": claims.issued_at // clock.SECOND,
        "exp": claims.expires_at // clock.SECOND,
    }
    pair = memory.pairs[memory.newest]
    return jwt.encode(payload, pair.private, _ALGORITHM, headers={"kid": memory.newest})


def verify(token: str) -> Claims:
    """What the token says; NotAllowed TOKEN_INVALID or TOKEN_EXPIRED.

    A token once verified is remembered, for the check costs 150 microseconds.
    """
    memory, now = _memory(), clock.now()
    if len(token) > _LONGEST or not token.isascii():
        raise _invalid()
    digest = hashlib.sha256(token.encode()).digest()
    claims = memory.verified.get(digest)
    if claims is None:
        claims = _read(token, memory)
        memory.verified[digest] = claims
        if len(memory.verified) > _REMEMBERED:
            memory.verified.popitem(last=False)
    if claims.expires_at <= now:
        memory.verified.pop(digest, None)
        raise NotAllowed("The access token has expired; sign in again.", code="TOKEN_EXPIRED")
    return claims


def jwks() -> dict[str, list[dict[str, str]]]:
    """The public keys as a JSON Web Key Set (RFC 7517), newest first."""
    return {"keys": [pair.jwk for pair in reversed(_memory().pairs.values())]}


def rotate() -> str:
    """Make a new signing key, which signs from now on; its `kid`. Older ones still verify."""
    memory, ring = _memory(), keys.keyring()
    version = int(ring.versions(PLATFORM, "signing")[-1]) + 1
    ring.get_or_make(PLATFORM, "signing", f"{version:04}")
    _reread(ring, memory)
    return memory.newest


def _read(token: str, memory: _Memory) -> Claims:
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        pair = _pair(memory, kid) if isinstance(kid, str) else None
        if pair is None:
            raise _invalid()
        said = jwt.decode(
            token,
            pair.public,
            algorithms=[_ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            options=_OPTIONS,
        )
        return Claims(
            tenant_id=ids.read("tenant", said["tid"]),
            person_id=ids.read("person", said["sub"]),
            session_id=ids.read("session", said["sid"]),
            role=Role(said["role"]),
            issued_at=_micros(said["iat"]),
            expires_at=_micros(said["exp"]),
        )
    except (jwt.PyJWTError, Invalid, ValueError, TypeError):
        raise _invalid() from None


def _pair(memory: _Memory, kid: str) -> _Pair | None:
    if kid not in memory.pairs and clock.now() - memory.read_at > _REREAD_UNKNOWN:
        _reread(keys.keyring(), memory)
    return memory.pairs.get(kid)


def _memory() -> _Memory:
    """The signing keys of the keyring that is open now."""
    ring = keys.keyring()
    memory = _memories.setdefault(ring, _Memory())
    if not 0 <= clock.now() - memory.read_at <= _REREAD:
        _reread(ring, memory)
    return memory


def _reread(ring: Keyring, memory: _Memory) -> None:
    if not ring.versions(PLATFORM, "signing"):
        ring.get_or_make(PLATFORM, "signing", _FIRST)
    pairs = {}
    for version in ring.versions(PLATFORM, "signing"):
        pair = _make_pair(ring.get(PLATFORM, "signing", version))
        pairs[pair.jwk["kid"]] = pair
    if pairs.keys() != memory.pairs.keys():
        memory.verified.clear()  # a key may have been destroyed, and its tokens with it
    memory.pairs, memory.newest, memory.read_at = pairs, [*pairs][-1], clock.now()


def _make_pair(seed: bytes) -> _Pair:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key()
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": _base64(public.public_bytes_raw())}
    # RFC 7638: the thumbprint of the key is its name.
    kid = _base64(hashlib.sha256(orjson.dumps(jwk)).digest())
    return _Pair(private, public, {**jwk, "use": "sig", "alg": _ALGORITHM, "kid": kid})


def _micros(seconds: object) -> int:
    if type(seconds) is not int:
        raise ValueError
    return seconds * clock.SECOND


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _invalid() -> NotAllowed:
    return NotAllowed("That is not an access token of this service.", code="TOKEN_INVALID")
