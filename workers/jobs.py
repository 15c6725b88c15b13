"""The jobs that arq runs: one for each bell, and the sweep that needs no bell."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

import analytics
import campaigns as mailshots
import channels
import commerce
import conversations
import counters
import imports as lists
import privacy
import scoring
import segments
import tenants
from kernel import chain, clock, events, metrics, tenancy, turning
from workers import inbound, letters, reactions, receipts, shops

Context = dict[Any, Any]

# A job that never ends would starve the others; the next sweep goes on with what is left.
_LONGEST = 20.0
_SIDE_BY_SIDE = 4
# Events are passed so many at once. While more than a few come, they gather for so many seconds;
# an order's contact stands in its segments within 2 s all the same (F36).
_MANY, _FEW = 6000, 100
_GATHER, _MOMENT = 1.0, 0.2
# Who is waited for follows at once, and then what came within so many seconds: a campaign rings the
# bell with every turn of every number.
_BREATH = 0.05
_OUTBOX_KEPT = 14 * clock.DAY
_SESSIONS_KEPT = 30 * clock.DAY
_log = structlog.get_logger("jobs")


@dataclass
class _Turn:
    """Whether a step is running in this process, and whether it was asked for again."""

    is_running: bool = False
    again: bool = False


_turns: dict[str, _Turn] = {}
_ending = asyncio.Event()


def end() -> None:
    """Begin nothing more: what runs comes to its end."""
    _ending.set()


async def deliveries(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Drain what came in until nothing is left."""
    await _alone("deliveries", inbound.drain)


async def store_deliveries(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Drain what shops sent until nothing is left."""
    await _alone("store_deliveries", shops.drain)


async def media(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Fetch the media that messages announced."""
    await _alone("media", lambda: channels.fetch_media(8))


async def outbox(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Follow the outbox, each reader by itself."""
    await asyncio.gather(
        _alone("outbox", partial(_at_once, reactions.react)),
        _alone("receipts", partial(_at_once, receipts.tell_customers)),
        _alone("knowledge", _follow_gathered),
    )


async def sweep(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Do what no bell announced: a lost ring delays by 2 seconds."""
    await _quietly("overdue", conversations.settle_overdue)
    await _quietly("outages", channels.watch_outages)
    await asyncio.gather(
        deliveries({}),
        store_deliveries({}),
        imports({}),
        campaigns({}),
        erasures({}),
        exports({}),
        media({}),
        outbox({}),
        judgements({}),
        sends({}),
        _alone("mailings", conversations.end_mailings),
        mails({}),
        _alone("by_email", letters.mail_out),
        privacy_letters({}),
        link_chains(),
        _alone("counting_anew", counters.count_anew),
    )


async def wake(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Open the threads whose snooze is over."""
    await _quietly("wake", conversations.wake_snoozed)


async def consents(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Ask for second yeses that could not be asked for, and end those that nobody gave."""
    await _alone("consents", privacy.look_after_requests)


async def judgements(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Why threads are silent, and how contacts stand: as things happen, and as time passes."""
    await _alone("silences", scoring.judge_silences)
    await _alone("standings", scoring.judge_standings)


async def carts(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Carts in which nothing happened for long enough are abandoned."""
    await _alone("carts", commerce.abandon_carts)


async def facts(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Compute anew the facts that time has changed; go on with tenants that want all anew; draw
    the cuts of quintiles."""
    await _alone("facts_due", segments.refresh_due)
    await _alone("facts_kept", segments.look_after)


async def times(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Time takes things out of the windows of segments, and into them."""
    await _alone("ready_made", segments.install_missing)
    await _quietly("times", segments.pass_time)


async def pulls(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Ask shops for orders that no delivery told of."""
    await _alone("pulls", shops.pull)


async def campaigns(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Freeze audiences of campaigns that were launched; rest or finish those whose time it is."""
    await _alone("campaigns", mailshots.freeze_next)
    await _quietly("campaigns", mailshots.look_after)


async def templates(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Ask the platform for accounts' templates: what webhooks lost is caught."""
    await _alone("templates", channels.sync_next_account)


async def numbers(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Ask the platform how its numbers stand: what webhooks lost is caught."""
    await _alone("numbers", channels.ask_next_number)


async def privacy_clock(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Warn of what falls due, requests for a right and breaches; forget shops that are to go."""
    await _alone("privacy_clock", privacy.warn_of_requests)
    await _alone("breach_clock", privacy.warn_of_breaches)
    await _alone("shops", privacy.redact_shops)


async def alerts(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Look at the figures of those of whom there is news."""
    for tenant_id, claimed in (await analytics.tenants_to_check()).items():
        with tenancy.acting_for(tenant_id):
            await _quietly("alerts", partial(analytics.check, claimed))


async def measure(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Count what waits, for the page of metrics."""

    async def count() -> int:
        metrics.SENDS_WAITING.set(await conversations.count_waiting())
        return 0

    await _quietly("measure", count)


async def tidy(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Drop what is past its days: envelopes, files, answers, events, sessions, mails; turn keys."""
    await _quietly("tidy", channels.drop_old_deliveries)
    await _quietly("tidy", commerce.drop_old_deliveries)
    await _quietly("tidy", lists.drop_old_files)
    await _quietly("tidy", privacy.drop_old_exports)
    await _quietly("tidy", privacy.drop_ended_holds)
    await _quietly("tidy", tenants.drop_old_answers)
    await _quietly("tidy", lambda: events.forget(clock.now() - _OUTBOX_KEPT))
    await _quietly("tidy", lambda: tenants.drop_expired_sessions(clock.now() - _SESSIONS_KEPT))
    await _quietly("tidy", tenants.drop_old_proofs)
    await _quietly("tidy", tenants.drop_old_mails)
    tenants.turn_signing_keys()


async def nights(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """What is done once a night for each tenant, by its own clock."""
    tasks = {
        "retention": privacy.let_go,
        "chains": privacy.watch_chains,
        "baselines": analytics.learn_baselines,
        "weekly": analytics.publish_weekly,
        "scores": scoring.catch_up,
    }
    for task, work in tasks.items():
        for tenant_id, day in (await tenants.tenants_at_night(task)).items():
            with tenancy.acting_for(tenant_id):
                await _quietly(task, partial(_night, task, day, work))


async def sends(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Send what is due; first, what a restored database has missed is destroyed again."""

    async def send() -> int:
        await privacy.catch_up()
        return await conversations.dispatch()

    await _alone("sends", send)


async def imports(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Read the files that wait to be imported."""
    await _alone("imports", lists.run_next)


async def erasures(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Forget those who are to be forgotten, some beside each other."""

    async def erase() -> int:
        return sum(await asyncio.gather(*(privacy.erase_next() for _ in range(_SIDE_BY_SIDE))))

    await _alone("erasures", erase)


async def exports(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Gather what is held on people who may have it."""
    await _alone("exports", privacy.run_next_export)


async def closings(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Export tenants that leave, and destroy those whose time of grace is over."""
    await _alone("closings", privacy.close_next)


async def mails(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Send the mails that are due."""
    await _alone("mails", letters.send_letters)


async def keys(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Turn the keys of tenants that dropped some a while ago, and those that operators turn."""
    await _quietly("keys", turning.turn_due)
    await _quietly("keys", privacy.go_on_turning)


async def privacy_letters(ctx: Context, *args: Any, **kwargs: Any) -> None:
    """Tell people of their requests for a right."""
    await _alone("privacy_letters", letters.tell_people)


# The jobs that bear the names of bells.
BELLS = (
    *(campaigns, deliveries, erasures, exports, imports, keys, mails, media, outbox),
    *(privacy_letters, sends, store_deliveries),
)


async def _at_once(step: Callable[[], Awaitable[int]]) -> int:
    """A step, and a breath after it if there was something; how many events it passed."""
    if passed := await step():
        await asyncio.sleep(_BREATH)
    return passed


async def _follow_gathered() -> int:
    """Figures, facts, members and what is only noted follow a moment later, in steps of many.

    Nobody waits for them, and readers that follow each send would cost a campaign more than sends.
    """
    readers = {
        "attribution": counters.follow_attribution,
        "news": analytics.follow_news,
        "counters": counters.count,
        "facts": segments.follow,
        "notes": reactions.note,
    }
    steps = (_quietly(name, partial(step, _MANY)) for name, step in readers.items())
    with events.read_together():
        passed = await asyncio.gather(*steps)
        # Behind those that write what rules ask about.
        passed.append(await _quietly("segments", partial(segments.follow_members, _MANY)))
    if max(passed) < _MANY:
        await asyncio.sleep(_GATHER if max(passed) > _FEW else _MOMENT)
    return sum(passed)


async def link_chains() -> None:
    """Link the new rows of every tenant's chains."""

    async def link() -> int:
        linked = 0
        for one in privacy.CHAINS:
            for tenant_id in await chain.tenants_with_work(one):
                with tenancy.acting_for(tenant_id):
                    linked += await chain.link(one)
        return linked

    await _alone("chains", link)


async def _night(task: str, day: str, work: Callable[[], Awaitable[None]]) -> int:
    await work()
    await tenants.end_night(task, day)
    return 1


async def _alone(name: str, step: Callable[[], Awaitable[int]]) -> None:
    """Repeat a step until it finds nothing; one at a time in this process.

    Whoever comes meanwhile only leaves word, so that the running one looks once more: what was
    committed after its last look is seen too.
    """
    turn = _turns.setdefault(name, _Turn())
    turn.again = True
    if turn.is_running:
        return
    turn.is_running = True
    deadline = time.monotonic() + _LONGEST
    try:
        while turn.again and _may_go_on(deadline):
            turn.again = False
            while await _quietly(name, step) and _may_go_on(deadline):
                pass
    finally:
        turn.is_running = False


def _may_go_on(deadline: float) -> bool:
    return time.monotonic() < deadline and not _ending.is_set()


async def _quietly(name: str, step: Callable[[], Awaitable[int]]) -> int:
    """One step; its failure is counted and logged, for the row that it left will be taken again."""
    try:
        done = await step()
    except Exception as error:
        metrics.JOBS.labels(name, "failed").inc()
        _log.error("job_failed", job=name, exc_info=error)
        return 0
    metrics.JOBS.labels(name, "done").inc()
    return done
