"""Attestations: what this deployment says of itself in writing, signed with Ed25519 (RFC 8032).

Proofs of consent, receipts of erasures and manifests of exports bear such a signature, and anybody
can check it with the public keys alone, years later: keys are versions of the keyring, the newest
signs, and none is ever destroyed. A body says itself what it is and of whom; signed are its bytes.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kernel import keys
from kernel.keyring import PLATFORM

_KIND = "attestation"


@dataclass(frozen=True, slots=True)
class Signature:
    """64 bytes, and the name of the public key that checks them."""

    kid: str
    signature: bytes

    def as_json(self) -> dict[str, str]:
        """As it stands beside what it signs: `alg`, `kid` and the `signature` in base64url."""
        return {"alg": "EdDSA", "kid": self.kid, "signature": _base64(self.signature)}


def sign(body: bytes) -> Signature:
    """The signature of these bytes by the newest key."""
    pair = _pair(_versions()[-1])
    return Signature(_jwk(pair)["kid"], pair.sign(body))


def public_keys() -> dict[str, list[dict[str, str]]]:
    """Every public key that ever signed, as a JSON Web Key Set (RFC 7517, 8037), newest first."""
    return {"keys": [_jwk(_pair(version)) for version in reversed(_versions())]}


def rotate() -> str:
    """Make the key that signs from now on; its `kid`. What older ones signed can be checked on."""
    version = f"{int(_versions()[-1]) + 1:04}"
    keys.keyring().get_or_make(PLATFORM, _KIND, version)
    return _jwk(_pair(version))["kid"]


def _versions() -> list[str]:
    ring = keys.keyring()
    if not ring.versions(PLATFORM, _KIND):
        ring.get_or_make(PLATFORM, _KIND, keys.FIRST)
    return ring.versions(PLATFORM, _KIND)


def _pair(version: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keys.keyring().get(PLATFORM, _KIND, version))


def _jwk(pair: Ed25519PrivateKey) -> dict[str, str]:
    public = _base64(pair.public_key().public_bytes_raw())
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": public}
    # RFC 7638: the thumbprint of the key is its name.
    kid = _base64(hashlib.sha256(orjson.dumps(jwk)).digest())
    return {**jwk, "use": "sig", "alg": "EdDSA", "kid": kid}


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
