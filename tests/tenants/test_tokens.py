from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tenants
from kernel import clock, keys, tenancy
from kernel.errors import NotAllowed
from tests.conftest import House
from tests.tenants.make import found

CLAIMS = ["aud", "exp", "iat", "iss", "jti", "role", "sid", "sub", "tid"]
often = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


async def fresh_token() -> str:
    made = await found()
    with tenancy.acting_for(made.tenant_id):
        return await tenants.issue(made.person_id)


async def code_of(token: str) -> str | None:
    try:
        await tenants.read_token(token)
    except NotAllowed as error:
        return error.code
    return None


def own_key(version: str = "0001") -> Ed25519PrivateKey:
    """The key of the house itself, to sign what it would never sign."""
    return Ed25519PrivateKey.from_private_bytes(keys.keyring().get("platform", "signing", version))


def claims_of(token: str) -> dict[str, Any]:
    said: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return said


def signed(claims: dict[str, Any], kid: str | None = None) -> str:
    headers = {"kid": tenants.jwks()["keys"][0]["kid"] if kid is None else kid}
    return jwt.encode(claims, own_key(), "EdDSA", headers=headers)


async def test_a_token_says_who_when_and_by_which_key(house: House) -> None:
    token = await fresh_token()

    header, said = jwt.get_unverified_header(token), claims_of(token)
    assert header == {"alg": "EdDSA", "typ": "JWT", "kid": tenants.jwks()["keys"][0]["kid"]}
    assert sorted(said) == CLAIMS
    assert (said["aud"], said["iss"], said["role"]) == ("rapport", "rapport", "owner")
    assert said["sub"].startswith("person_")
    assert said["tid"].startswith("tenant_")
    assert said["sid"].startswith("session_")
    assert said["exp"] - said["iat"] == 600
    assert abs(said["iat"] - clock.now() // clock.SECOND) <= 1


async def test_strangers_can_verify_with_the_published_key(house: House) -> None:
    token = await fresh_token()
    (key,) = tenants.jwks()["keys"]
    assert {name: key[name] for name in ("kty", "crv", "alg", "use")} == {
        "kty": "OKP",
        "crv": "Ed25519",
        "alg": "EdDSA",
        "use": "sig",
    }
    assert "d" not in key
    assert jwt.decode(token, jwt.PyJWK(key), ["EdDSA"], audience="rapport", issuer="rapport")


@pytest.mark.parametrize("missing", CLAIMS)
async def test_a_token_without_one_claim_is_none(house: House, missing: str) -> None:
    said = claims_of(await fresh_token())
    assert await code_of(signed(said)) is None
    del said[missing]
    assert await code_of(signed(said)) == "TOKEN_INVALID"


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("aud", "other"),
        ("aud", ["rapport", "other"]),
        ("iss", "https://elsewhere.example"),
        ("exp", "soon"),
        ("exp", None),
        ("exp", 1e400),
        ("iat", []),
        ("role", "root"),
        ("sub", "nobody"),
        ("sub", 7),
        ("tid", "contact_0000000000000000000001"),
        ("sid", {}),
    ],
)
async def test_a_wrong_claim_is_refused(house: House, claim: str, value: Any) -> None:
    said = claims_of(await fresh_token())
    assert await code_of(signed({**said, claim: value})) == "TOKEN_INVALID"


async def test_another_tenants_session_is_no_way_in(house: House) -> None:
    said = claims_of(await fresh_token())
    other = await found(name="Other", owner_email="owner@other.example")
    with tenancy.acting_for(other.tenant_id):
        theirs = claims_of(await tenants.issue(other.person_id))

    for claim in ("tid", "sid", "sub"):
        assert await code_of(signed({**said, claim: theirs[claim]})) == "TOKEN_INVALID"


async def test_other_algorithms_and_keys_are_refused(house: House) -> None:
    token = await fresh_token()
    said, (key,) = claims_of(token), tenants.jwks()["keys"]
    headers = {"kid": key["kid"]}
    stranger = Ed25519PrivateKey.generate()
    public = own_key().public_key().public_bytes_raw()
    with pytest.warns(match="HMAC"):
        by_short_hmac = jwt.encode(said, public[:8], "HS256", headers=headers)

    for forged in (
        jwt.encode(said, public, "HS256", headers=headers),
        by_short_hmac,
        jwt.encode(said, "", "none", headers=headers),
        jwt.encode(said, stranger, "EdDSA", headers=headers),
        jwt.encode(said, own_key(), "EdDSA"),
        signed(said, kid="0001"),
        signed(said, kid="../signing.0001"),
        with_header(token, alg="none"),
        with_header(token, alg="HS256"),
        with_header(token, kid=7),
        with_header(token, jwk=key),
        with_header(token, crit=["b64"], b64=False),
    ):
        assert await code_of(forged) == "TOKEN_INVALID"
    assert await code_of(token) is None


def with_header(token: str, **changes: Any) -> str:
    """The token with another header over the same claims and signature."""
    header, claims, signature = token.split(".")
    said = {**json.loads(base64.urlsafe_b64decode(header + "==")), **changes}
    changed = base64url(json.dumps(said).encode())
    return f"{changed}.{claims}.{signature}"


@often
@given(text=st.text(max_size=300) | st.from_regex(r"[\w-]{1,40}\.[\w-]{1,80}\.[\w-]{0,90}"))
async def test_no_text_is_a_token(house: House, text: str) -> None:
    assert await code_of(text) == "TOKEN_INVALID"


@often
@given(data=st.data())
async def test_a_token_changed_anywhere_is_refused(house: House, data: st.DataObject) -> None:
    token = await remembered_token(house)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCxyz019-_.= é"))
    changed = token[:place] + letter + token[place + 1 :]
    # The last letter of base64 has bits that stand for nothing; those may differ.
    if changed != token and jwt_parts(changed) != jwt_parts(token):
        assert await code_of(changed) == "TOKEN_INVALID"


_tokens: dict[str, str] = {}


async def remembered_token(house: House) -> str:
    """One token for all examples of a test."""
    place = str(house.settings.data)
    if place not in _tokens:
        _tokens[place] = await fresh_token()
    return _tokens[place]


def jwt_parts(token: str) -> Any:
    try:
        return [base64.urlsafe_b64decode(part + "==") for part in token.split(".")]
    except ValueError:
        return None


async def test_a_very_long_token_is_not_even_read(house: House) -> None:
    token = await fresh_token()
    assert await code_of(token + "A" * 5_000_000) == "TOKEN_INVALID"


async def test_a_new_key_signs_and_the_old_one_still_verifies(house: House) -> None:
    before = await fresh_token()
    kid = tenants.rotate_signing_key()
    assert tenants.jwks()["keys"][0]["kid"] == kid
    assert len(tenants.jwks()["keys"]) == 2
    with tenancy.acting_for((await tenants.read_token(before)).tenant_id):
        person_id = (await tenants.read_token(before)).person
        meanwhile = await tenants.issue(person_id)
    assert jwt.get_unverified_header(meanwhile)["kid"] != kid
    clock.move(2 * clock.MINUTE)

    other = await found(name="Other", owner_email="owner@other.example")
    with tenancy.acting_for(other.tenant_id):
        after = await tenants.issue(other.person_id)

    assert jwt.get_unverified_header(after)["kid"] == kid
    assert jwt.get_unverified_header(before)["kid"] != kid
    assert await code_of(before) is None
    assert await code_of(after) is None


async def test_a_destroyed_key_takes_its_tokens_along_within_a_minute(house: House) -> None:
    before = await fresh_token()
    assert await code_of(before) is None
    tenants.rotate_signing_key()
    keys.keyring().destroy("platform", "signing", "0001")

    clock.move(clock.MINUTE + clock.SECOND)

    assert len(tenants.jwks()["keys"]) == 1
    assert await code_of(before) == "TOKEN_INVALID"


async def test_a_key_made_by_another_process_is_found(house: House) -> None:
    said = claims_of(await fresh_token())
    keys.keyring().get_or_make("platform", "signing", "0002")
    theirs = own_key("0002")
    token = jwt.encode(said, theirs, "EdDSA", headers={"kid": thumbprint(theirs)})
    clock.move(2 * clock.SECOND)

    assert await code_of(token) is None
    assert tenants.jwks()["keys"][0]["kid"] == thumbprint(theirs)


def thumbprint(key: Ed25519PrivateKey) -> str:
    """The name of a key as RFC 7638 makes it."""
    x = base64url(key.public_key().public_bytes_raw())
    members = f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'
    return base64url(hashlib.sha256(members.encode()).digest())


def base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


async def test_keys_turn_by_themselves_and_old_ones_go(house: House) -> None:
    first = await fresh_token()
    tenants.turn_signing_keys()
    [second, gone] = [key["kid"] for key in tenants.jwks()["keys"]]
    assert jwt.get_unverified_header(first)["kid"] == gone
    tenants.turn_signing_keys()
    assert [key["kid"] for key in tenants.jwks()["keys"]] == [second, gone]
    assert await code_of(first) is None

    clock.move(clock.DAY + clock.SECOND)
    tenants.turn_signing_keys()
    assert [key["kid"] for key in tenants.jwks()["keys"]] == [second]
    assert await code_of(first) == "TOKEN_INVALID"

    clock.move(30 * clock.DAY)
    tenants.turn_signing_keys()
    assert [key["kid"] for key in tenants.jwks()["keys"]][1:] == [second]
