"""Charts as plain SVG: no scripts, colours by the page's style, a title for who does not see them.

Each comes with its figures as a table to unfold: what a chart shows can be read as well.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from api.pages import Html

_WIDE = 360
_ROW = 30
_CELL = 13
_LEFT = 40
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SHADES = 5


def bars(title: str, rows: Sequence[tuple[str, float, str]]) -> Html:
    """A bar for each row (name, length, what is written beside it); the longest fills the width."""
    most = max((length for _, length, _ in rows), default=0) or 1
    drawn = "".join(
        f'<text x="0" y="{place * _ROW + 11}">{html.escape(name)}</text>'
        f'<text x="{_WIDE}" y="{place * _ROW + 11}" class="end">{html.escape(said)}</text>'
        f'<rect x="0" y="{place * _ROW + 15}" width="{max(_WIDE * length / most, 1):.1f}" '
        'height="9" rx="2" class="bar"/>'
        for place, (name, length, said) in enumerate(rows)
    )
    return _figure(title, len(rows) * _ROW, drawn, [(name, said) for name, _, said in rows])


def line(
    title: str, points: Sequence[tuple[str, float | None, str]], target: float | None, said: str
) -> Html:
    """A line through the points (when, how much, in words); weeks without a figure leave a gap.

    The target is a broken line; `said` is what the last point came to.
    """
    known = [value for _, value, _ in points if value is not None]
    edges = [*known, *([] if target is None else [target])]
    low, high = min(edges, default=0.0), max(edges, default=1.0)
    span = (high - low) or 1.0

    def y(value: float) -> float:
        return 62 - 48 * (value - low) / span

    step = (_WIDE - 12) / max(len(points) - 1, 1)
    pieces, is_on = [], False
    for place, (_, value, _) in enumerate(points):
        if value is not None:
            pieces.append(f"{'L' if is_on else 'M'}{6 + place * step:.1f} {y(value):.1f}")
        is_on = value is not None
    drawn = f'<path d="{"".join(pieces)}" class="line"/>' if pieces else ""
    drawn += "".join(
        f'<circle cx="{6 + place * step:.1f}" cy="{y(value):.1f}" r="3" class="bar"/>'
        for place, (_, value, _) in enumerate(points)
        if value is not None
    )
    if target is not None:
        drawn += f'<path d="M0 {y(target):.1f}H{_WIDE}" class="target"/>'
    ends = (points[0][0], points[-1][0]) if points else ("", "")
    drawn += f'<text x="0" y="80">{ends[0]}</text>'
    drawn += f'<text x="{_WIDE}" y="80" class="end">{ends[1]}</text>'
    return _figure(f"{title}: {said}", 84, drawn, [(when, told) for when, _, told in points])


def heat(title: str, cells: Sequence[tuple[int, int, float, str]]) -> Html:
    """A week of hours (weekday from 0, hour, share, in words), the darker the more."""
    most = max((share for _, _, share, _ in cells), default=0) or 1
    drawn = "".join(
        f'<text x="0" y="{day * 18 + 25}">{name}</text>' for day, name in enumerate(_DAYS)
    )
    drawn += "".join(
        f'<text x="{_LEFT + hour * _CELL}" y="10">{hour}</text>' for hour in range(0, 24, 6)
    )
    drawn += "".join(
        f'<rect x="{_LEFT + hour * _CELL}" y="{day * 18 + 14}" width="12" height="16" rx="2" '
        f'class="h{min(int(_SHADES * share / most), _SHADES - 1)}"><title>{_DAYS[day]} {hour}:00, '
        f"{html.escape(said)}</title></rect>"
        for day, hour, share, said in cells
    )
    told = [(f"{_DAYS[day]} {hour}:00", said) for day, hour, _, said in cells]
    return _figure(title, 144, drawn, told)


def _figure(title: str, height: int, drawn: str, rows: Sequence[tuple[str, str]]) -> Html:
    name = html.escape(title)
    table = "".join(
        f'<tr><th scope="row">{html.escape(one)}</th><td>{html.escape(said)}</td></tr>'
        for one, said in rows
    )
    return Html(
        f'<figure><figcaption>{name}</figcaption><svg viewBox="0 0 {_WIDE} {height}" role="img" '
        f'aria-label="{name}">{drawn}</svg><details><summary>In figures</summary>'
        f"<table>{table}</table></details></figure>"
    )
