"""What facts come to, worked out by hand from the rows: plain loops, fractions, and no SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from kernel import clock
from tests import stored

Row = dict[str, Any]
DAY = clock.DAY
# r from 1 to 5 downwards, f from 1 to 5 across.
GRID = (
    "hibernating hibernating at_risk at_risk cant_lose",
    "hibernating hibernating at_risk at_risk cant_lose",
    "about_to_sleep about_to_sleep need_attention loyal loyal",
    "promising potential_loyalist potential_loyalist loyal loyal",
    "new potential_loyalist potential_loyalist champion champion",
)


async def facts(tenant_id: str, now: int, base: str = "EUR") -> dict[str, Row]:
    """The facts of all contacts of a tenant that have any, without their scores."""

    async def rows(table: str) -> list[Row]:
        return await stored.rows(f"SELECT * FROM {table} WHERE tenant_id = $1::uuid", tenant_id)

    orders, refunds, messages = (
        await rows("shop_order"),
        await rows("refund"),
        await rows("message"),
    )
    touches, rates = await rows("activity"), await rows("currency_rate")
    found = {}
    for contact in await rows("contact"):
        if contact["state"] not in ("active", "frozen"):
            continue
        row = facts_of(
            [one for one in orders if one["contact_id"] == contact["id"]],
            sum(
                in_base(one, base, rates)
                for one in refunds
                if one["contact_id"] == contact["id"] and not one["order_external_id"]
            ),
            [one for one in messages if one["contact_id"] == contact["id"]],
            [
                one["at"]
                for one in touches
                if one["contact_id"] == contact["id"] and one["kind"] == "link.clicked"
            ],
            now,
        )
        if any(value for value in row.values()):
            found[contact["id"]] = row
    return found


def in_base(refund: Row, base: str, rates: Iterable[Row]) -> int:
    """A refund in the tenant's currency, rounded half up; 0 without a rate."""
    if refund["currency"] == base:
        return int(refund["amount"])
    dated = [
        (one["valid_from"], one["rate"])
        for one in rates
        if one["currency"] == refund["currency"] and one["valid_from"] <= refund["at"]
    ]
    rate = max(dated)[1] if dated else 0
    return int(Fraction(refund["amount"] * rate, 10**9) + Fraction(1, 2))


def facts_of(
    orders: Sequence[Row], given_back: int, messages: Sequence[Row], clicks: Sequence[int], now: int
) -> Row:
    """One contact's."""
    bought = sorted(
        (one["placed_at"], one["id"], one["base_total"] or 0, one["base_refunded"] or 0)
        for one in orders
        if one["cancelled_at"] is None and one["deleted_at"] is None and not one["is_test"]
    )
    times = [one[0] for one in bought]
    sums = [one[2] for one in bought]
    heard = [one["provider_at"] for one in messages if one["direction"] == "in"]
    said = [one for one in messages if one["direction"] == "out"]
    went = [
        one["sent_at"] or one["provider_at"]
        for one in said
        if one["status"] in ("accepted", "sent", "delivered", "read", "played")
    ]
    read = [one["read_at"] for one in said if one["read_at"]]

    def lately(days: int, moments: Iterable[int] = times) -> int:
        return sum(at >= now - days * DAY for at in moments)

    seen = max([*times, *heard, *(at for at in clicks if at >= now - 181 * DAY)], default=None)
    days = None if seen is None else now // DAY - seen // DAY
    year = sum(total for at, total in zip(times, sums, strict=True) if at >= now - 365 * DAY)
    recency = _first(days is not None, (days or 0) <= 30, (days or 0) <= 89, (days or 0) <= 180)
    recency_class = (None, "active", "cooling", "sleeping", "lost")[recency]
    tier = None
    if year >= 1000_0000 and lately(365) - 1 >= 3:
        tier = "platinum"
    elif year >= 300_0000 and lately(365) - 1 >= 1:
        tier = "gold"
    elif sums and sums[0] >= 50_0000:
        tier = "silver"
    elif heard and not times:
        tier = "prospect"
    frequency = None
    if times:
        counts = {"high": lately(30) >= 3, "medium": lately(90) > 0, "low": lately(365) > 0}
        frequency = next((name for name, holds in counts.items() if holds), "gone")
    value_class, stage = _life(recency_class, tier, times, lately(365), now)
    leaving = [
        at + window * DAY + 1
        for moments, windows in ((times, (30, 90, 180, 365)), (heard, (30,)), (clicks, (7,)))
        for at in moments
        for window in windows
    ]
    if seen is not None:
        leaving += [(seen // DAY + later) * DAY for later in (31, 90, 181)]
    if times:
        leaving.append(times[0] + 3 * DAY)
    return {
        "first_order_at": min(times, default=None),
        "last_order_at": max(times, default=None),
        "orders": len(times),
        "spent": sum(sums),
        "spent_net": sum(sums) - sum(one[3] for one in bought) - given_back,
        "first_order": sums[0] if sums else None,
        "largest_order": max(sums, default=None),
        **{f"orders_{window}d": lately(window) for window in (30, 90, 180, 365)},
        "spent_365d": year,
        "last_inbound_at": max(heard, default=None),
        "last_outbound_at": max(went, default=None),
        "last_read_at": max(read, default=None),
        "inbound_30d": lately(30, heard),
        "clicks_7d": lately(7, clicks),
        "recency_class": recency_class,
        "frequency_class": frequency,
        "tier": tier,
        "value_class": value_class,
        "stage": stage,
        "due_at": min((at for at in leaving if at > now), default=None),
    }


def _first(*known: bool) -> int:
    """0 where the first does not hold; else which of the others is the first that does."""
    if not known[0]:
        return 0
    return next((at for at, holds in enumerate(known[1:], start=1) if holds), len(known))


def _life(
    recency: str | None, tier: str | None, times: Sequence[int], in_a_year: int, now: int
) -> tuple[str | None, str | None]:
    if recency is None:
        return None, None
    if recency in ("sleeping", "lost"):
        return ("vip" if tier == "platinum" else "sleeping"), recency
    if not times:
        return "potential", "prospect"
    value_class = "vip" if tier == "platinum" else "active"
    if now - times[0] < 3 * DAY:
        return value_class, "new"
    return value_class, "regular" if recency == "active" and in_a_year >= 3 else recency


def scores(rows: Mapping[str, Row], rule: str = "ties") -> dict[str, tuple[Any, ...]]:
    """r, f, m, rn, fn, mn and the segment of each contact, from their facts."""
    buyers = {who: row for who, row in rows.items() if row["orders"]}
    by_ties: dict[str, list[int]] = {who: [] for who in buyers}
    by_ntile: dict[str, list[int]] = {who: [] for who in buyers}
    for name in ("last_order_at", "orders", "spent"):
        is_recency = name == "last_order_at"
        values = {
            who: -(row[name] // DAY) if is_recency else row[name] for who, row in buyers.items()
        }
        marks = [_quantile(sorted(values.values()), part) for part in range(1, 5)] if values else []
        order = sorted(values, key=lambda who: ((-1 if is_recency else 1) * values[who], who))
        parts = _parts(order)
        for who in buyers:
            above = sum(mark < values[who] for mark in marks)
            by_ties[who].append(5 - above if is_recency else 1 + above)
            by_ntile[who].append(parts[who])
    shown = by_ties if rule == "ties" else by_ntile
    return {
        who: (*by_ties[who], *by_ntile[who], GRID[shown[who][0] - 1].split()[shown[who][1] - 1])
        if who in buyers
        else (None,) * 7
        for who in rows
    }


def _quantile(values: Sequence[int], part: int) -> Fraction:
    """With linear interpolation."""
    place = Fraction((len(values) - 1) * part, 5)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])


def _parts(order: Sequence[str]) -> dict[str, int]:
    """Five parts of equal size, the first ones larger by one."""
    size, more = divmod(len(order), 5)
    found: dict[str, int] = {}
    for part in range(1, 6):
        for who in order[len(found) : len(found) + size + (part <= more)]:
            found[who] = part
    return found
