"""The receipt of an erasure: what went from which store, in counts, signed by the deployment (F46).

It holds ids and numbers only, and can be checked by anybody with the public keys. It names whom the
tenant has to tell besides: those outside who were given something of the person (GDPR 19).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from kernel import clock, signing, tenancy
from privacy.data_map import ACTIVITIES, RECIPIENTS, TABLES
from privacy.manifest import STORES
from privacy.processors import NoticeRow

_FATES = {store.table: store.fate for store in STORES}
# What it keeps is gone with what is erased here.
_OUR_OWN = "hosting"


def sign_receipt(
    erasure: Mapping[str, Any],
    done: Mapping[str, int],
    notices: Sequence[NoticeRow],
    finished_at: int,
) -> tuple[str, str]:
    """The receipt of an erasure and its signature, both as JSON texts; signed are its UTF-8 bytes.

    `done` counts what went by step, or what stays of a store without telling of anybody; `notices`
    are those to processors.
    """
    body = orjson.dumps(
        {
            "kind": "erasure_receipt",
            "version": 1,
            "tenant": tenancy.current(),
            "erasure": erasure["id"],
            "contact": erasure["contact_id"],
            "reason": erasure["reason"],
            "begun_at": _moment(erasure["created_at"]),
            "finished_at": _moment(finished_at),
            "steps": [
                {"step": name, "fate": _FATES.get(name, "done"), "count": count}
                for name, count in done.items()
            ],
            "to_be_told": _recipients(name for name, count in done.items() if count),
            "processors": [
                {"name": one["name"], "told_at": one["told_at"] and _moment(one["told_at"])}
                for one in notices
            ],
        }
    )
    return body.decode(), orjson.dumps(signing.sign(body).as_json()).decode()


def _moment(at: int) -> str:
    return clock.moment(at).isoformat()


def _recipients(stores: Iterable[str]) -> list[str]:
    """Who was given what stood in these stores."""
    given = {TABLES[name].activity for name in stores if name in TABLES}
    names = {one for activity in given for one in ACTIVITIES[activity].recipients} - {_OUR_OWN}
    return sorted(RECIPIENTS[name].name for name in names)
