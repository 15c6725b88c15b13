"""What an answer of the platform means: every code of the contract's table, and none at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

import channels
from channels import Verdict, graph
from channels.outcomes import AGAIN, FOR_OWNER, judge
from kernel import clock, tenancy
from tests import stored
from tests.channels.files import Inbox
from tests.channels.telling import outbox
from tests.conftest import House
from tests.flows.platform import (
    TOKEN,
    Platform,
    Script,
    bare,
    drop,
    error,
    hang,
    running_platform,
    start_wire,
)

_S, _M, _H = clock.SECOND, clock.MINUTE, clock.HOUR
# Code: seconds until the second try, tries in all, whom it holds back (contract 6).
LATER = {
    0: (300, 300, "number"),
    1: (2, 3, "none"),
    2: (5, 40, "none"),
    3: (300, 300, "number"),
    4: (30, 100, "account"),
    10: (300, 300, "number"),
    190: (300, 300, "number"),
    200: (300, 300, "number"),
    299: (300, 300, "number"),
    368: (300, 300, "account"),
    80007: (60, 100, "account"),
    130429: (1, 300, "number"),
    131000: (2, 5, "none"),
    131005: (300, 300, "number"),
    131016: (5, 40, "none"),
    131031: (300, 300, "account"),
    131037: (300, 300, "number"),
    131042: (900, 100, "account_promotions"),
    131045: (300, 300, "number"),
    131048: (7200, 12, "promotions"),
    131049: (86400, 2, "none"),
    131056: (1, 10, "pair"),
    131057: (60, 30, "number"),
    131064: (7200, 12, "account_promotions"),
    132069: (600, 12, "none"),
    133000: (300, 300, "number"),
    133004: (5, 40, "none"),
    133010: (300, 300, "number"),
    133015: (300, 6, "number"),
    134101: (600, 6, "none"),
}
_NEVER = [
    *(33, 100, 130403, 130472, 130497, 131008, 131009, 131020, 131021, 131026, 131030, 131041),
    *(131047, 131050, 131051, 131052, 131053, 131055, 131059, 131060, 131062, 131063),
    *(131201, 132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068),
    *(133005, 133006, 133008, 133009, 133016, 134011, 134100, 134102, 135000, 137000, 138000),
    *(139000, 139100, 141010, 147001, 200005, 2388019, 2388040, 2593107, 613, 999_999),
]


@pytest.mark.parametrize(("code", "rule"), LATER.items())
def test_codes_after_which_it_goes_later(code: int, rule: tuple[int, int, str]) -> None:
    wait, tries, hold = rule
    assert judge(400, f"PLATFORM_{code}", code, None, 1) == Verdict(
        "again", f"PLATFORM_{code}", code, wait=wait * _S, hold=hold
    )
    assert judge(500, f"PLATFORM_{code}", code, None, tries - 1).fate == "again"
    assert judge(400, f"PLATFORM_{code}", code, None, tries) == Verdict(
        "refused", f"PLATFORM_{code}", code
    )


@pytest.mark.parametrize("code", _NEVER)
def test_codes_after_which_it_never_goes(code: int) -> None:
    for status in (400, 403, 404, 500):
        assert judge(status, f"PLATFORM_{code}", code, None, 1) == Verdict(
            "refused", f"PLATFORM_{code}", code
        )


def test_the_tables_hold_every_code() -> None:
    listed = {code for code in AGAIN if not 200 < code < 299}
    assert listed == set(LATER)
    assert not listed & set(_NEVER)
    assert {33, 131063, 134011, 141010} == FOR_OWNER - set(AGAIN)


@pytest.mark.parametrize(
    ("code", "waits"),
    [
        (131056, [1, 4, 16, 64, 256, 1024, 3600, 3600, 3600]),
        (130429, [1, 2, 4, 8, 16, 32, 60, 60]),
        (131016, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]),
        (190, [300, 300, 300]),
        (131048, [7200, 7200]),
    ],
)
def test_waits_grow(code: int, waits: list[int]) -> None:
    found = [judge(400, "x", code, None, tries).wait // _S for tries in range(1, len(waits) + 1)]
    assert found == waits


def test_what_the_platform_asks_for_outweighs_the_table() -> None:
    assert judge(429, "x", 130429, None, 1, after=90 * _S).wait == 90 * _S
    assert judge(429, "x", 131016, None, 3, after=1 * _S).wait == 20 * _S
    assert judge(429, "HTTP_429", None, None, 1, after=9 * _S) == Verdict(
        "again", "HTTP_429", wait=9 * _S, hold="number"
    )


def test_without_a_code() -> None:
    assert judge(200, None, None, "wamid.1", 1) == Verdict("accepted", "ACCEPTED", wamid="wamid.1")
    assert judge(200, None, None, None, 1) == Verdict("unknown", "NO_ID")
    assert judge(0, "TIMEOUT", None, None, 1) == Verdict("unknown", "TIMEOUT")
    assert judge(0, "BROKEN_OFF", None, None, 1) == Verdict("unknown", "BROKEN_OFF")
    for status in (500, 502, 503, 504):
        assert judge(status, f"HTTP_{status}", None, None, 1).fate == "unknown"
    for status in (400, 403, 404, 413):
        assert judge(status, f"HTTP_{status}", None, None, 1).fate == "refused"
    assert judge(401, "HTTP_401", None, None, 1) == judge(401, "x", 190, None, 1)
    for trouble in ("UNREACHABLE", "FOREIGN_HOST"):
        assert judge(0, trouble, None, None, 1) == Verdict(
            "again", trouble, wait=2 * _S, hold="number"
        )
        assert judge(0, trouble, None, None, 20).wait == 5 * _M


@pytest.mark.parametrize(
    ("script", "verdict"),
    [
        (error(131000, 500), Verdict("again", "PLATFORM_131000", 131000, wait=2 * _S)),
        (error(131009), Verdict("refused", "PLATFORM_131009", 131009)),
        (bare(429, after="7"), Verdict("again", "HTTP_429", wait=7 * _S, hold="number")),
        (bare(429, after="soon"), Verdict("again", "HTTP_429", wait=_S, hold="number")),
        (bare(500, "<html>"), Verdict("unknown", "HTTP_500")),
        (bare(504), Verdict("unknown", "HTTP_504")),
        (bare(500, '{"error": {"code": "131000"}}'), Verdict("unknown", "HTTP_500")),
        (bare(200, "{"), Verdict("unknown", "NO_ID")),
        (bare(200, '{"messages": [{"id": 7}]}'), Verdict("unknown", "NO_ID")),
        (drop(), Verdict("unknown", "BROKEN_OFF")),
        (hang(2), Verdict("unknown", "TIMEOUT")),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_over_the_wire(
    house: House, script: Script, verdict: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "_CALL", graph.aiohttp.ClientTimeout(total=0.5))
    async with running_platform(house.settings) as platform:
        platform.does(script)
        body = {"biz_opaque_callback_data": "1"}
        assert await channels.post_message("pn1", TOKEN, body, 1) == verdict
        assert await channels.post_message("pn1", TOKEN, body, 1) == Verdict(
            "accepted", "ACCEPTED", wamid="wamid.1"
        )
        assert (await channels.post_message("pn1", "dead", body, 1)).reason == "PLATFORM_190"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_nobody_there(house: House) -> None:
    await start_wire(house.settings, "http://127.0.0.1:9")
    try:
        assert (await channels.post_message("pn1", TOKEN, {}, 1)).reason == "UNREACHABLE"
        foreign = replace(house.settings, graph_url="https://elsewhere.example")
        await channels.stop()
        await channels.start(replace(foreign, graph_hosts=("graph.facebook.com",)))
        assert (await channels.post_message("pn1", TOKEN, {}, 1)).reason == "FOREIGN_HOST"
    finally:
        await channels.stop()


async def test_a_number_is_held_and_let_go(inbox: Inbox) -> None:
    with tenancy.acting_for(inbox.tenant_id):
        other = await channels.connect_number(inbox.waba, "pn2", "15550783882", "V", TOKEN)
        assert (await _health(inbox)).state == "up"
        await channels.heed(inbox.number, [Verdict("again", "HTTP_429", wait=_M, hold="number")])
        health = await _health(inbox)
        assert (health.state, health.reason) == ("waiting", "HTTP_429")
        assert health.held_until is not None
        # A shorter wait later does not shorten the longer one.
        await channels.heed(inbox.number, [Verdict("again", "X", wait=_S, hold="number")])
        assert (await _health(inbox)).held_until == health.held_until
        assert (await channels.health_of([other]))[other].state == "up"
        clock.move(_M)
        assert (await _health(inbox)).state == "up"
        await channels.heed(inbox.number, [Verdict("again", "Y", wait=_H, hold="account")])
        assert (await channels.health_of([other]))[other].state == "waiting"
        await channels.heed(other, [Verdict("accepted", "ACCEPTED", wamid="w")])
        row = await stored.row("SELECT held_since, accepted_at FROM number WHERE id = $1", other)
        assert row is not None
        assert (row["held_since"], row["accepted_at"] is None) == (None, False)


async def test_what_only_its_owner_can_mend(inbox: Inbox) -> None:
    with tenancy.acting_for(inbox.tenant_id):
        dead = judge(401, "PLATFORM_190", 190, None, 1)
        for _ in range(3):
            await channels.heed(inbox.number, [dead, Verdict("unknown", "TIMEOUT")])
        health = await _health(inbox)
        assert (health.state, health.reason) == ("down", "PLATFORM_190")
        # Told once, not with every try.
        assert await outbox("number.troubled") == [{"number": inbox.number, "code": "190"}]
        clock.move(_H)
        assert (await _health(inbox)).state == "down"
        await channels.connect_number(inbox.waba, "pn1", "15550783881", "V", "a new one")
        assert (await _health(inbox)).state == "up"


async def test_other_reasons_for_standing_still(inbox: Inbox) -> None:
    with tenancy.acting_for(inbox.tenant_id):
        for change, reason in (
            ("UPDATE number SET token_expires_at = 1", "TOKEN_EXPIRED"),
            ("UPDATE number SET token_sealed = NULL", "NO_TOKEN"),
            ("UPDATE waba SET state = 'disabled'", "ACCOUNT_DISABLED"),
            ("UPDATE number SET state = 'disconnected'", "NUMBER_DISCONNECTED"),
        ):
            await stored.run(f"{change} WHERE tenant_id = $1::uuid", inbox.tenant_id)
            health = await _health(inbox)
            assert (health.state, health.reason) == ("down", reason)


async def test_receipts(inbox: Inbox, house: House) -> None:
    async with running_platform(house.settings) as platform:
        assert await channels.post_receipt("pn1", TOKEN, "wamid.1", typing=False)
        assert await channels.post_receipt("pn1", TOKEN, "wamid.2", typing=True)
        assert not await channels.post_receipt("pn1", "dead", "wamid.3", typing=True)
        assert platform.receipts == [_receipt("wamid.1"), _receipt("wamid.2") | _TYPING]


_TYPING = {"typing_indicator": {"type": "text"}}


def _receipt(wamid: str) -> dict[str, object]:
    return {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}


async def _health(inbox: Inbox) -> channels.Health:
    return (await channels.health_of([inbox.number]))[inbox.number]


def test_verdicts_print_no_secrets() -> None:
    assert Platform().token not in repr(judge(401, "PLATFORM_190", 190, None, 1))
