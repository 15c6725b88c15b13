"""Sixty kinds of tokens that this house never wrote: sixty times 401 with the same body."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import tenants
from kernel import clock, ids, keys, tenancy
from tests import stored
from tests.api.door import Door, Store, open_store
from tests.api.line import open_line

Claims = dict[str, Any]


def house_key() -> Ed25519PrivateKey:
    """The key of the house itself, to sign what it would never sign."""
    return Ed25519PrivateKey.from_private_bytes(keys.keyring().get("platform", "signing", "0001"))


def b64(value: bytes | str) -> str:
    data = value.encode() if isinstance(value, str) else value
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def by_hand(header: str, payload: str, sign: Callable[[bytes], bytes]) -> str:
    """A token of exactly these letters."""
    body = f"{b64(header)}.{b64(payload)}"
    return f"{body}.{b64(sign(body.encode()))}"


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def forged(token: str, theirs: str) -> dict[str, str]:
    """Kind → token; each differs from a good one, or another tenant's, in one thing."""
    said: Claims = jwt.decode(token, options={"verify_signature": False})
    other: Claims = jwt.decode(theirs, options={"verify_signature": False})
    kid = tenants.jwks()["keys"][0]["kid"]
    ours, stranger = house_key(), Ed25519PrivateKey.generate()
    public = ours.public_key().public_bytes_raw()
    header = {"alg": "EdDSA", "typ": "JWT", "kid": kid}
    now = clock.now() // clock.SECOND
    head, payload, signature = token.split(".")

    def claims(**changes: Any) -> str:
        return jwt.encode({**said, **changes}, ours, "EdDSA", headers={"kid": kid})

    def without(name: str) -> str:
        left = {key: value for key, value in said.items() if key != name}
        return jwt.encode(left, ours, "EdDSA", headers={"kid": kid})

    def headed(**changes: Any) -> str:
        return by_hand(compact({**header, **changes}), compact(said), ours.sign)

    def written(text: str) -> str:
        return by_hand(compact(header), text, ours.sign)

    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    hs = {"kid": kid}
    found = {
        # algorithms and keys
        "alg none": by_hand(compact({**header, "alg": "none"}), compact(said), lambda _: b""),
        "alg None in capitals": headed(alg="NONE"),
        "alg none with a signature": headed(alg="none"),
        "HS256 with the public key": jwt.encode(said, public, "HS256", headers=hs),
        "HS256 with its base64": jwt.encode(said, b64(public) * 2, "HS256", headers=hs),
        "HS512 with the public key": jwt.encode(said, public * 2, "HS512", headers=hs),
        "RS256": jwt.encode(said, rsa_key, "RS256", headers=hs),
        "ES256": jwt.encode(said, ec.generate_private_key(ec.SECP256R1()), "ES256", headers=hs),
        "a stranger's key under our kid": jwt.encode(said, stranger, "EdDSA", headers=hs),
        "no signature": f"{head}.{payload}.",
        "an empty signature of zeros": f"{head}.{payload}.{b64(bytes(64))}",
        "a signature of another token": f"{head}.{payload}.{theirs.rpartition('.')[2]}",
        "a signature cut short": token[:-8],
        "a signature in other letters": token[:-1] + chr(ord(token[-1]) + 1),
        # the header
        "no kid": by_hand(compact({"alg": "EdDSA", "typ": "JWT"}), compact(said), ours.sign),
        "an unknown kid": headed(kid="unknown"),
        "a kid that is a path": headed(kid="../signing.0001"),
        "a kid that is a list": headed(kid=[kid]),
        "a kid that is null": headed(kid=None),
        "a jwk of its own": headed(jwk={"kty": "OKP", "crv": "Ed25519", "x": b64(public)}),
        "a jku": headed(jku="https://elsewhere.example/jwks.json"),
        "an x5u": headed(x5u="https://elsewhere.example/cert.pem"),
        "an x5c": headed(x5c=["MIIB"]),
        "crit": headed(crit=["exp"]),
        "b64 false": headed(b64=False),
        "a header more": headed(cty="JWT"),
        "another typ": headed(typ="at+jwt"),
        "a header that is a list": by_hand("[]", compact(said), ours.sign),
        "a header with a space": by_hand(json.dumps(header), compact(said), ours.sign),
        # the claims
        **{f"no {name}": without(name) for name in said},
        "another audience": claims(aud="elsewhere"),
        "an audience among others": claims(aud=["rapport", "elsewhere"]),
        "another issuer": claims(iss="https://elsewhere.example"),
        "an issuer in a list": written(compact({**said, "iss": ["rapport"]})),
        "another tenant": claims(tid=other["tid"]),
        "another tenant's session": claims(sid=other["sid"]),
        "another tenant's person": claims(sub=other["sub"]),
        "an absent session": claims(sid=ids.show("session", ids.new_id())),
        "an absent tenant": claims(tid=ids.show("tenant", ids.new_id())),
        "a session that is a contact": claims(sid=said["sid"].replace("session", "contact")),
        "a role that is none": claims(role="root"),
        "a role in a list": claims(role=["owner"]),
        "a claim more": claims(scope="everything"),
        "not before": claims(nbf=now + 3600),
        "an end in the far future": claims(exp=now + 10**9),
        "an end that no clock knows": claims(exp=2**70),
        "an end that is a fraction": claims(exp=said["exp"] + 0.5),
        "an end in letters": claims(exp=str(said["exp"])),
        "an end that is true": claims(exp=True),
        "an end that is null": claims(exp=None),
        "an end below zero": claims(exp=-1),
        "a beginning after its end": claims(iat=said["exp"] + 60),
        "expired, and a stranger's": jwt.encode(
            {**said, "exp": now - 60}, stranger, "EdDSA", headers=hs
        ),
        "a claim twice": written(compact(said)[:-1] + f',"role":"{said["role"]}"}}'),
        "claims in a list": written(compact([said])),
        "claims that are a text": written('"owner"'),
        "claims that are no JSON": written("{"),
        "claims with a space": written(json.dumps(said)),
        "claims in escapes": written(compact(said).replace("owner", "\\u006fwner")),
        "nested a thousand deep": written('{"a":' * 1000 + "1" + "}" * 1000),
        # the form
        "a token in a token": jwt.encode({"jwt": token}, ours, "EdDSA", headers=hs),
        "two parts": f"{head}.{payload}",
        "four parts": f"{token}.{payload}",
        "five parts": f"{head}.{payload}.{signature}.{payload}.{signature}",
        "only dots": "..",
        "padding": f"{head}.{payload}.{signature}==",
        "a letter that is none": token[:40] + "*" + token[41:],
        "a line in it": token[:40] + "%0a" + token[40:],
        "a letter more": token + "A",
        "too long": token + "A" * 4096,
        "far too long": token[:-1] + "A" * 30_000,
        "other letters than ASCII": token[:-2] + "éü",
        "a refresh token": "refresh_" + payload,
        "nothing of the kind": "nonsense",
    }
    assert len(found) >= 60
    assert len(set(found.values())) == len(found)
    return found


async def test_sixty_forgeries_are_one_answer(door: Door, store: Store) -> None:
    other = await open_store("Dunas Altas", "999", "888")
    good, theirs = store.tokens["owner"], other.tokens["owner"]
    query = b'{"query":"{ viewer { role } }"}'
    for token in (good, theirs):
        assert (await door.raw(query, token=token))[0] == 200
    for kind, token in forged(good, theirs).items():
        status, answer = await door.raw(query, token=token)
        assert (status, answer) == (
            401,
            {
                "errors": [
                    {
                        "message": "That is not an access token of this service.",
                        "extensions": {"code": "TOKEN_INVALID"},
                    }
                ]
            },
        ), kind
    assert (await door.raw(query, token=good))[0] == 200
    # Each house hears of what claimed to be its own, up to the sixty that are noted one by one.
    noted = "SELECT actor_kind, outcome FROM audit_entry WHERE tenant_id = $1::uuid AND action = $2"
    refusal = {"actor_kind": "stranger", "outcome": "TOKEN_INVALID"}
    assert await stored.rows(noted, store.tenant_id, "credential.show") == [refusal] * 60
    assert await stored.rows(noted, other.tenant_id, "credential.show") == [refusal]


async def test_they_open_no_websocket(door: Door, store: Store) -> None:
    other = await open_store("Dunas Altas", "999", "888")
    kinds = forged(store.tokens["owner"], other.tokens["owner"])

    async def refused(token: str) -> tuple[int | None, str]:
        async with open_line(door) as line:
            init = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
            await line.socket.send_json(init)
            return await line.closing()

    answers = await asyncio.gather(*map(refused, kinds.values()))
    assert dict(zip(kinds, answers, strict=True)) == dict.fromkeys(kinds, (4403, "TOKEN_INVALID"))


async def test_what_the_house_wrote_and_is_over_says_so(door: Door, store: Store) -> None:
    query = b'{"query":"{ viewer { role } }"}'
    with tenancy.acting_for(store.tenant_id):
        token = await tenants.issue(store.people["agent"], minutes=1)
    clock.move(61 * clock.SECOND)
    status, answer = await door.raw(query, token=token)
    assert (status, answer["errors"][0]["extensions"]["code"]) == (401, "TOKEN_EXPIRED")
