"""A proof of consents as a page for people: nothing on it but the words, and no script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%;margin:0 0 2rem}"
    "th,td{border:1px solid #8a9196;padding:.4rem .6rem;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}th{background:#f2f4f5}blockquote{white-space:pre-wrap}"
)


def page_of(proof: Mapping[str, Any]) -> str:
    """The page of a proof that privacy/proving.py has put together."""
    contact = proof["contact"]
    known_as = [(one["kind"], one["value"]) for one in contact["identities"]]
    parts = [
        f"<h1>Proof of consent</h1><p>{escape(proof['tenant']['name'])} states on "
        f"{escape(proof['made_at'])} what its ledger of consents holds of contact "
        f"{escape(contact['id'])}.</p>",
        _table("Known as", ("Kind", "Value"), known_as or [("nobody any more", "erased")]),
        _table(
            "What stands",
            ("Purpose", "Topic", "State", "Since"),
            [
                (one["purpose"], one["topic"] or "all", one["state"], one["since"])
                for one in proof["consents"]
            ],
        ),
        _table(
            "Step by step",
            ("When", "Step", "For", "How, and by whom", "Words shown (SHA-256)", "Evidence"),
            [_step(one) for one in proof["ledger"]],
        ),
        "<h2>What was agreed to</h2>",
        *(
            f"<h3>{escape(one['name'])}, version {one['version']}, {escape(one['locale'])}</h3>"
            f"<blockquote>{escape(one['statement'])}</blockquote>"
            f"<p>SHA-256: {escape(one['sha256'])}; privacy notice: "
            f"{escape(one['notice'] or 'not named')}</p>"
            for one in proof["wordings"]
        ),
        "<h2>What asked for the second yes</h2>",
        *(
            f"<blockquote>{escape(one['text'])}</blockquote><p>SHA-256: {escape(one['sha256'])}</p>"
            for one in proof["prompts"]
        ),
        "<p>The JSON beside this page is what is signed. It holds the SHA-256 of this page, and of "
        "each step the link of the chain that covers it.</p>",
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
        f"<title>Proof of consent</title><style>{_STYLE}</style></head>\n"
        f"<body>{''.join(parts)}</body>\n</html>\n"
    )


def _step(one: Mapping[str, Any]) -> Sequence[str]:
    evidence = [f"{name}: {value}" for name, value in (one["evidence"] or {}).items() if value]
    return (
        one["at"],
        one["step"],
        f"{one['purpose']}, {one['topic'] or 'all'}",
        f"{one['method']}, {one['actor']['kind'] or 'not named'}",
        one["sha256"] or "none",
        "; ".join(evidence) or "none that can be read",
    )


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<h2>{escape(title)}</h2><table><tr>{head}</tr>{body}</table>"
