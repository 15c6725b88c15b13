"""Attestations: RFC 8032's own vectors, and keys that check for ever what they signed."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

import orjson
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel import keys, signing
from kernel.settings import Settings
from kernel.signing import Signature
from tests.conftest import House

# RFC 8032, 7.1: secret key, public key, message, signature.
RFC_8032 = (
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)

# Keys are files: the database has no say.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


async def test_signatures_are_those_of_the_standard(house: House) -> None:
    for version, (secret, public, message, signature) in enumerate(RFC_8032, start=1):
        _plant(house.settings, f"{version:04}", bytes.fromhex(secret))
        signed = signing.sign(bytes.fromhex(message))
        newest = signing.public_keys()["keys"][0]
        assert signed.signature.hex() == signature
        assert _read(newest["x"]).hex() == public
        assert signed.kid == newest["kid"]
    # RFC 8037, A.3: the name of the first of these keys.
    assert signing.public_keys()["keys"][-1]["kid"] == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


async def test_what_a_retired_key_signed_is_checked_on(house: House) -> None:
    early = signing.sign(b"early")
    assert signing.rotate() != early.kid
    keys.stop()
    keys.start(house.settings)  # another process
    late = signing.sign(b"late")
    published = {key["kid"]: key for key in signing.public_keys()["keys"]}
    assert list(published) == [late.kid, early.kid]
    assert all("d" not in key for key in published.values())
    for said, signed in ((b"early", early), (b"late", late)):
        _check(published[signed.kid], said, signed)
        with pytest.raises(InvalidSignature):
            _check(published[signed.kid], said + b".", signed)
    with pytest.raises(InvalidSignature):
        _check(published[late.kid], b"early", Signature(late.kid, early.signature))


def _check(key: dict[str, str], said: bytes, signed: Signature) -> None:
    shown = signed.as_json()
    assert (shown["alg"], shown["kid"]) == ("EdDSA", key["kid"])
    thumbprint = hashlib.sha256(orjson.dumps({name: key[name] for name in ("crv", "kty", "x")}))
    assert _read(key["kid"]) == thumbprint.digest()
    Ed25519PublicKey.from_public_bytes(_read(key["x"])).verify(_read(shown["signature"]), said)


def _plant(settings: Settings, version: str, seed: bytes) -> None:
    """A key of the keyring that was not drawn by lot."""
    name, nonce = f"platform/attestation.{version}", os.urandom(12)
    path: Path = settings.keyring / name
    wrapped = AESGCM(settings.master_key).encrypt(nonce, seed, name.encode())
    path.write_bytes(nonce + wrapped)


def _read(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
