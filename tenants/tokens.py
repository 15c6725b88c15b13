"""Access tokens: signed with Ed25519, read by the key that their header names, from memory only.

The keyring holds the signing keys as versions, named by when they were made; all verify. A new one
is published at once and signs two minutes later, when every process and every reader of the key set
knows it; an old one goes when all its tokens have expired. PyJWT by itself
accepts tokens without an expiry or an audience, so everything is required here (traps: PyJWT), and
more: a token is taken only in the very letters in which this house would write it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import OrderedDict
from dataclasses import dataclass, field
from itertools import pairwise
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
_CLAIMS = ["aud", "exp", "iat", "iss", "jti", "role", "sid", "sub", "tid"]
_LONGEST_LIFE = 60 * clock.MINUTE
# The house's own clock judges times (below), not PyJWT's.
_OPTIONS: Any = {
    "require": _CLAIMS,
    "strict_aud": True,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}
# Keys made or destroyed by another process are noticed after so long; an unknown `kid` is looked
# for sooner, but not by everyone who invents one.
_REREAD = 60 * clock.SECOND
_SIGNS_AFTER = 2 * clock.MINUTE
_SIGNS_FOR = 30 * clock.DAY
_KEPT_FOR = 1 * clock.DAY
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
    # How every token begins that it signed: nothing else of a header is ever read.
    header: str
    version: str


@dataclass(slots=True)
class _Memory:
    pairs: dict[str, _Pair] = field(default_factory=dict)
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
    pair = _signer(memory)
    return _encode(payload, pair.private, pair.jwk["kid"])


def verify(token: str) -> Claims:
    """What the token says; NotAllowed TOKEN_INVALID or TOKEN_EXPIRED.

    A token once verified is remembered, for the check costs 150 microseconds.
    """
    memory, now = _memory(), clock.now()
    if len(token) > _LONGEST or not token.isascii():
        raise invalid()
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


def claimed_tenant(token: str) -> Id | None:
    """The tenant that a token names, proven by nothing; None where it names none."""
    try:
        payload = token.split(".")[1]
        said = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return ids.read("tenant", said["tid"])
    except (Invalid, LookupError, TypeError, ValueError):
        return None


def jwks() -> dict[str, list[dict[str, str]]]:
    """The public keys as a JSON Web Key Set (RFC 7517), newest first."""
    return {"keys": [pair.jwk for pair in reversed(_memory().pairs.values())]}


def rotate() -> str:
    """Make a new signing key, which signs two minutes from now; its `kid`. Older ones verify on."""
    memory, ring = _memory(), keys.keyring()
    ring.get_or_make(PLATFORM, "signing", str(clock.now() // clock.SECOND))
    _reread(ring, memory)
    return list(memory.pairs.values())[-1].jwk["kid"]


def turn_keys() -> None:
    """Rotate a key that has signed for 30 days, and destroy those that have not for one."""
    memory, ring = _memory(), keys.keyring()
    pairs = list(memory.pairs.values())
    if clock.now() - _made_at(pairs[-1]) > _SIGNS_FOR:
        rotate()
    for pair, successor in pairwise(pairs):
        if clock.now() - _made_at(successor) > _KEPT_FOR:
            ring.destroy(PLATFORM, "signing", pair.version)
    _reread(ring, memory)


def invalid() -> NotAllowed:
    """The one answer for whatever is no token of ours."""
    return NotAllowed("That is not an access token of this service.", code="TOKEN_INVALID")


def _read(token: str, memory: _Memory) -> Claims:
    try:
        header, payload, signature = token.split(".")
        pair = _pair(memory, header)
        if pair is None:
            raise invalid()
        said = jwt.decode(
            token,
            pair.public,
            algorithms=[_ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            options=_OPTIONS,
        )
        # No claim more, none twice, nothing written otherwise.
        written = f"{_base64(_json(said))}.{_base64(jwt.utils.base64url_decode(signature))}"
        if sorted(said) != _CLAIMS or f"{payload}.{signature}" != written:
            raise invalid()
        ids.read("token", said["jti"])
        claims = Claims(
            tenant_id=ids.read("tenant", said["tid"]),
            person_id=ids.read("person", said["sub"]),
            session_id=ids.read("session", said["sid"]),
            role=Role(said["role"]),
            issued_at=_micros(said["iat"]),
            expires_at=_micros(said["exp"]),
        )
    except (jwt.PyJWTError, Invalid, ValueError, TypeError, OverflowError):
        raise invalid() from None
    if not 0 < claims.expires_at - claims.issued_at <= _LONGEST_LIFE:
        raise invalid()
    return claims


def _pair(memory: _Memory, header: str) -> _Pair | None:
    if header not in memory.pairs and clock.now() - memory.read_at > _REREAD_UNKNOWN:
        _reread(keys.keyring(), memory)
    return memory.pairs.get(header)


def _signer(memory: _Memory) -> _Pair:
    """The newest key that everybody knows by now."""
    pairs = list(memory.pairs.values())
    known = [one for one in pairs if clock.now() - _made_at(one) >= _SIGNS_AFTER]
    return known[-1] if known else pairs[0]


def _made_at(pair: _Pair) -> int:
    """When a key was made; the first of a house has always been there."""
    return int(pair.version) * clock.SECOND


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
        pair = _make_pair(version, ring.get(PLATFORM, "signing", version))
        pairs[pair.header] = pair
    if pairs.keys() != memory.pairs.keys():
        memory.verified.clear()  # a key may have been destroyed, and its tokens with it
    memory.pairs, memory.read_at = pairs, clock.now()


def _make_pair(version: str, seed: bytes) -> _Pair:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key()
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": _base64(public.public_bytes_raw())}
    # RFC 7638: the thumbprint of the key is its name.
    kid = _base64(hashlib.sha256(orjson.dumps(jwk)).digest())
    header = _encode({}, private, kid).partition(".")[0]
    return _Pair(
        private, public, {**jwk, "use": "sig", "alg": _ALGORITHM, "kid": kid}, header, version
    )


def _encode(payload: dict[str, Any], private: Ed25519PrivateKey, kid: str) -> str:
    return jwt.encode(payload, private, _ALGORITHM, headers={"kid": kid})


def _json(said: dict[str, Any]) -> bytes:
    """As PyJWT writes it."""
    return json.dumps(said, separators=(",", ":")).encode()


def _micros(seconds: object) -> int:
    if type(seconds) is not int:
        raise ValueError
    return seconds * clock.SECOND


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
