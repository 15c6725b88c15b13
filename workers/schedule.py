"""Everything that happens by the clock, on one page. arq never catches up on a missed tick: each of
these does whatever is due, however late."""

from __future__ import annotations

from arq import cron
from arq.cron import CronJob

from workers import jobs

CRONS: list[CronJob] = [
    cron(jobs.sweep, name="sweep", second=set(range(0, 60, 2)), keep_result=0, max_tries=1),
    cron(jobs.wake, name="wake", second={5, 35}, keep_result=0, max_tries=1),
    cron(jobs.consents, name="consents", second={10, 40}, keep_result=0, max_tries=1),
    cron(jobs.carts, name="carts", second={20, 50}, keep_result=0, max_tries=1),
    cron(jobs.facts, name="facts", second=set(range(1, 60, 5)), keep_result=0, max_tries=1),
    cron(jobs.times, name="times", second={25}, keep_result=0, max_tries=1),
    cron(jobs.pulls, name="pulls", second={35}, keep_result=0, max_tries=1),
    cron(jobs.templates, name="templates", second={45}, keep_result=0, max_tries=1),
    cron(jobs.numbers, name="numbers", second={55}, keep_result=0, max_tries=1),
    cron(jobs.alerts, name="alerts", second={40}, keep_result=0, max_tries=1),
    cron(jobs.privacy_clock, name="privacy_clock", second={50}, keep_result=0, max_tries=1),
    cron(jobs.closings, name="closings", second={15}, keep_result=0, max_tries=1, timeout=3000),
    cron(jobs.measure, name="measure", second={0, 15, 30, 45}, keep_result=0, max_tries=1),
    cron(jobs.keys, name="keys", minute=set(range(3, 60, 10)), keep_result=0, max_tries=1),
    # A night may be long: chains are read from their start, rows are dropped in batches.
    cron(jobs.nights, name="nights", minute={23}, keep_result=0, max_tries=1, timeout=3000),
    cron(jobs.tidy, name="tidy", minute={17}, second={0}, keep_result=0, max_tries=1),
]
