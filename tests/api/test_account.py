"""Passwords are reset and changed, second factors set up; guessing has its limits (F2)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from email import message_from_bytes, policy

import pyotp
import pytest

import channels
from kernel import clock
from tests import stored
from tests.api.door import PASSWORD, Door, Store
from tests.api.people import SIGN_IN, Mailbox, act, post_office, sign_up
from tests.api.test_sessions import code_of, codes, sign_in
from tests.conftest import House
from tests.servers import Redis
from tests.tenants.make import count, events_of
from workers import letters

NEW = "an entirely new password"
AGENT = "agent@costa.example"
_REQUEST = """mutation($input: PasswordResetRequestInput!) {
  passwordResetRequest(input: $input) { done userErrors { field code } } }"""
_RESET = """mutation($input: PasswordResetInput!) {
  passwordReset(input: $input) { done userErrors { field code } } }"""
_CHANGE = """mutation($input: PasswordChangeInput!) {
  passwordChange(input: $input) { account { email } userErrors { field code } } }"""
_SET_UP = """mutation($input: SecondFactorSetUpInput!) {
  secondFactorSetUp(input: $input) { secret uri userErrors { field code } } }"""
_CONFIRM = """mutation($input: SecondFactorConfirmInput!) { secondFactorConfirm(input: $input) {
  recoveryCodes account { secondFactor recoveryCodesLeft } userErrors { field code } } }"""
_TAKE_OFF = """mutation($input: SecondFactorTakeOffInput!) { secondFactorTakeOff(input: $input) {
  account { secondFactor recoveryCodesLeft } userErrors { field code } } }"""
DONE = {"done": True, "userErrors": []}


@pytest.fixture
async def box(house: House) -> AsyncIterator[Mailbox]:
    """The mailbox of everybody."""
    async with post_office(house.settings) as opened:
        yield opened


async def test_a_forgotten_password(door: Door, store: Store, box: Mailbox) -> None:
    signed_in = await sign_in(door)
    assert await act(door, _REQUEST, email="Agent@COSTA.example") == DONE
    assert await act(door, _REQUEST, email=AGENT) == DONE  # no second mail within a minute
    assert await letters.send_letters() == 1
    clock.move(61 * clock.SECOND)
    assert await act(door, _REQUEST, email=AGENT) == DONE
    older = box.token(AGENT)
    await letters.send_letters()
    assert len(box.mails) == 2
    token = box.token(AGENT)
    weak = await act(door, _RESET, token=token, password="short")
    assert weak["userErrors"] == [{"field": ["password"], "code": "INVALID"}]
    assert await act(door, _RESET, token=token, password=NEW) == DONE
    for dead in (token, older, token[:-1], "reset_", "x"):
        refused = await act(door, _RESET, token=dead, password=NEW)
        assert refused["userErrors"] == [{"field": ["token"], "code": "LINK_DEAD"}]
    assert await code_of(door, signed_in["token"]) == "SESSION_ENDED"
    assert codes(await sign_in(door)) == ["BAD_CREDENTIALS"]
    assert codes(await act(door, SIGN_IN, email=AGENT, password=NEW)) == []


async def test_a_link_lives_for_an_hour(door: Door, store: Store, box: Mailbox) -> None:
    await act(door, _REQUEST, email=AGENT)
    await letters.send_letters()
    clock.move(clock.HOUR + clock.SECOND)
    refused = await act(door, _RESET, token=box.token(AGENT), password=NEW)
    assert codes(refused) == ["LINK_DEAD"]
    assert codes(await sign_in(door)) == []


async def test_who_has_no_account_is_not_told(door: Door, store: Store, box: Mailbox) -> None:
    took = []
    for email in ("nobody@costa.example", AGENT):
        began = time.perf_counter()
        assert await act(door, _REQUEST, email=email) == DONE
        took.append(time.perf_counter() - began)
    assert await letters.send_letters() == 1
    assert min(took) >= 0.1
    wrong = await act(door, _REQUEST, email="no address")
    assert wrong["userErrors"] == [{"field": ["email"], "code": "INVALID"}]


async def test_a_password_is_changed(door: Door, store: Store) -> None:
    here, there = await sign_in(door), await sign_in(door)
    for old, new, field, code in (
        ("a wrong password", NEW, "old", "BAD_CREDENTIALS"),
        (PASSWORD, "short", "new", "INVALID"),
    ):
        refused = await act(door, _CHANGE, here["token"], old=old, new=new)
        assert refused["userErrors"] == [{"field": [field], "code": code}]
    changed = await act(door, _CHANGE, here["token"], old=PASSWORD, new=NEW)
    assert changed == {"account": {"email": AGENT}, "userErrors": []}
    assert await code_of(door, here["token"]) is None
    assert await code_of(door, there["token"]) == "SESSION_ENDED"
    assert codes(await act(door, SIGN_IN, email=AGENT, password=NEW)) == []


async def test_a_second_factor(door: Door, store: Store) -> None:
    token = store.token
    wrong = await act(door, _SET_UP, token, password="a wrong password")
    assert wrong["userErrors"] == [{"field": ["password"], "code": "BAD_CREDENTIALS"}]
    made = await act(door, _SET_UP, token, password=PASSWORD)
    app = pyotp.TOTP(made["secret"])
    assert made["uri"] == app.provisioning_uri(name=AGENT, issuer_name="Rapport")
    assert codes(await sign_in(door)) == []  # it does not count yet
    account = await stored.row("SELECT * FROM account WHERE totp_sealed IS NOT NULL")
    assert account
    assert made["secret"].encode() not in b"".join(
        value if isinstance(value, bytes) else str(value).encode() for value in account.values()
    )

    refused = await act(door, _CONFIRM, token, code=other_than(app))
    assert refused["userErrors"] == [{"field": ["code"], "code": "BAD_CODE"}]
    seen = now_of(app)
    on = await act(door, _CONFIRM, token, code=seen)
    assert on["account"] == {"secondFactor": True, "recoveryCodesLeft": 10}
    assert len(set(on["recoveryCodes"])) == 10

    assert codes(await sign_in(door)) == ["CODE_WANTED"]
    who = {"email": AGENT, "password": PASSWORD}
    # The code that was confirmed with is used up.
    assert codes(await act(door, SIGN_IN, **who, code=seen)) == ["BAD_CODE"]
    clock.move(30 * clock.SECOND)
    fresh = now_of(app)
    assert codes(await act(door, SIGN_IN, **who, code=f"{fresh[:3]} {fresh[3:]}")) == []
    assert codes(await act(door, SIGN_IN, **who, code=fresh)) == ["BAD_CODE"]
    assert codes(await act(door, SIGN_IN, email=AGENT, password="wrong one", code=fresh)) == [
        "BAD_CREDENTIALS"
    ]

    drawer = on["recoveryCodes"][0]
    back = await act(door, SIGN_IN, **who, code=drawer.upper())
    assert codes(back) == []
    assert codes(await act(door, SIGN_IN, **who, code=drawer)) == ["BAD_CODE"]

    token = back["token"]
    again = await act(door, _SET_UP, token, password=PASSWORD)
    assert codes(again) == ["FACTOR_ON"]
    denied = await act(door, _TAKE_OFF, token, password=PASSWORD, code=drawer)
    assert denied["userErrors"] == [{"field": ["code"], "code": "BAD_CODE"}]
    off = await act(door, _TAKE_OFF, token, password=PASSWORD, code=on["recoveryCodes"][1])
    assert off == {"account": {"secondFactor": False, "recoveryCodesLeft": 0}, "userErrors": []}
    assert codes(await sign_in(door)) == []
    assert (await events_of(store.tenant_id)).count("account.factor_changed") == 2


async def test_codes_are_not_guessed(door: Door, store: Store) -> None:
    made = await act(door, _SET_UP, store.token, password=PASSWORD)
    app = pyotp.TOTP(made["secret"])
    await act(door, _CONFIRM, store.token, code=now_of(app))
    clock.move(30 * clock.SECOND)
    who = {"email": AGENT, "password": PASSWORD}
    for _ in range(12):  # without a code nothing was guessed
        assert codes(await act(door, SIGN_IN, **who)) == ["CODE_WANTED"]
    for _ in range(10):
        assert codes(await act(door, SIGN_IN, **who, code=other_than(app))) == ["BAD_CODE"]
    assert codes(await act(door, SIGN_IN, **who, code=now_of(app))) == ["LOCKED"]
    clock.move(15 * clock.MINUTE)
    assert codes(await act(door, SIGN_IN, **who, code=now_of(app))) == []


async def test_the_lock_outlives_redis(door: Door, store: Store, redis_server: Redis) -> None:
    for _ in range(10):
        refused = await act(door, SIGN_IN, email=AGENT, password="a wrong password")
        assert codes(refused) == ["BAD_CREDENTIALS"]
    redis_server.flush()
    assert codes(await sign_in(door)) == ["LOCKED"]


async def test_one_network_tries_so_much(door: Door, store: Store) -> None:
    limit = "mutation($input: SessionRenewInput!) { sessionRenew(input: $input) { token } }"
    for n in range(60):
        await act(door, _RESET, token=f"guess {n}", password=NEW)
    answer = await door.ask(_RESET, input={"token": "one more", "password": NEW})
    assert answer["errors"][0]["extensions"]["code"] == "TOO_MANY_TRIES"
    assert 0 < answer["errors"][0]["extensions"]["after"] <= 5
    answer = await door.ask(SIGN_IN, input={"email": AGENT, "password": PASSWORD})
    assert answer["errors"][0]["extensions"]["code"] == "TOO_MANY_TRIES"
    assert (await door.data(limit, "", input={"refreshToken": "x"}))["sessionRenew"] == {
        "token": None
    }
    # Another network goes its way.
    who = '{email: \\"a@b.example\\", password: \\"x\\"}'
    body = f'{{"query":"mutation {{ signIn(input: {who}) {{ token }} }}"}}'
    _, answer = await door.raw(body, **{"x-forwarded-for": "203.0.113.8"})
    assert answer["data"] == {"signIn": {"token": None}}


async def test_mails_wait_and_are_tried_again(door: Door, house: House) -> None:
    async with post_office(house.settings) as box:
        box.answers = ["451 later", "550 no such mailbox"]
        await sign_up(door)
        assert await letters.send_letters() == 1
        assert await letters.send_letters() == 0
        assert await _mails() == [("waiting", 1, "SMTP_451")]
        clock.move(31 * clock.SECOND)
        assert await letters.send_letters() == 1
        assert await _mails() == [("given_up", 2, "SMTP_550")]
        await act(door, _REQUEST, email="inés@faro.example")
        await letters.send_letters()
        assert await _mails() == [("given_up", 2, "SMTP_550"), ("sent", 1, None)]
    # The server is away.
    async with post_office(house.settings) as box:
        pass
    clock.move(2 * clock.MINUTE)
    await act(door, _REQUEST, email="inés@faro.example")
    async with post_office(house.settings) as box:
        # A worker that died with a mail in its hands: its lease runs out.
        row = await stored.row(
            "UPDATE mail SET lease_until = $1::bigint WHERE state = 'waiting' RETURNING id",
            clock.now() + 2 * clock.MINUTE,
        )
        assert row
        assert await letters.send_letters() == 0
        clock.move(2 * clock.MINUTE + clock.SECOND)
        assert await letters.send_letters() == 1
        [mail] = box.mails
        assert mail["Message-ID"] == f"<{row['id']}@mail.example>"
    # What a mail is about is over before it goes.
    await act(door, _REQUEST, email="inés@faro.example")
    clock.move(2 * clock.HOUR)
    async with post_office(house.settings) as box:
        await letters.send_letters()
        assert box.mails == []
        assert (await _mails())[-1] == ("given_up", 1, "OVER")
    assert await count("mail") == 4


async def test_without_a_server_mails_lie_in_a_folder(door: Door, house: House) -> None:
    await channels.start(house.settings)
    letters.start(house.settings)
    try:
        await sign_up(door)
        assert await letters.send_letters() == 1
    finally:
        await channels.stop()
    [path] = (house.settings.data / "mail").iterdir()
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert (path.suffix, path.stat().st_mode & 0o777) == (".eml", 0o600)
    assert mail["To"] == "inés@faro.example"
    link = f"{house.settings.app_url}/verify?token=verification_"
    assert link.encode() in path.read_bytes()
    assert await _mails() == [("sent", 1, None)]


async def test_in_production_mails_wait_for_a_server(door: Door, house: House) -> None:
    await channels.start(replace(house.settings, env="production"))
    try:
        await sign_up(door)
        assert await letters.send_letters() == 1
    finally:
        await channels.stop()
    assert await _mails() == [("waiting", 1, "NO_SERVER")]
    assert not (house.settings.data / "mail").exists()


async def test_no_mail_row_tells_whom_or_what(door: Door, store: Store, box: Mailbox) -> None:
    await sign_up(door)
    await letters.send_letters()
    token = box.token("inés@faro.example")
    rows = str(await stored.rows("SELECT * FROM mail")) + str(
        await stored.rows("SELECT * FROM account_proof")
    )
    assert "faro" not in rows
    assert token not in rows


async def _mails() -> list[tuple[str, int, str | None]]:
    rows = await stored.rows("SELECT state, attempts, trouble FROM mail ORDER BY id")
    return [(row["state"], row["attempts"], row["trouble"]) for row in rows]


def now_of(app: pyotp.TOTP) -> str:
    """The code that the app shows now, by the house's clock."""
    return app.generate_otp(clock.now() // (30 * clock.SECOND))


def other_than(app: pyotp.TOTP) -> str:
    """A code that does not fit."""
    step = clock.now() // (30 * clock.SECOND)
    fitting = {app.generate_otp(step + one) for one in (-2, -1, 0, 1, 2)}
    return next(code for code in ("000000", "000001", "000002") if code not in fitting)
