"""Reads a Dockerfile and its .dockerignore, so that a check follows them and not a copy of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


@dataclass(frozen=True)
class Step:
    """One instruction: its word in capitals, its `--options`, and the rest of the line."""

    word: str
    options: dict[str, str]
    text: str


def steps(path: Path) -> list[Step]:
    """The instructions in their order, continued lines put together."""
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [_step(line) for line in joined.splitlines() if line.strip()]


def context(root: Path) -> list[Path]:
    """The files that a build sends along: all but what .dockerignore leaves out."""
    rules = [line.strip() for line in (root / ".dockerignore").read_text().splitlines()]
    rules = [rule for rule in rules if rule and not rule.startswith("#")]
    let_in = {rule.removeprefix("!").split("/")[0] for rule in rules if rule.startswith("!")}
    found: list[Path] = []
    for top in sorted(let_in):
        files = [root / top] if (root / top).is_file() else sorted((root / top).rglob("*"))
        found += [file for file in files if file.is_file()]
    return [file for file in found if not _is_left_out(file.relative_to(root), rules)]


def _step(line: str) -> Step:
    word, _, rest = line.strip().partition(" ")
    options: dict[str, str] = {}
    while found := re.match(r"\s*--([a-z-]+)=(\S+)\s+", rest):
        options[found[1]] = found[2]
        rest = rest[found.end() :]
    return Step(word.upper(), options, rest.strip())


def _is_left_out(file: Path, rules: list[str]) -> bool:
    """The last rule that fits the file or a folder above it decides; `!` lets it in again."""
    names = [str(file), *(str(folder) for folder in PurePosixPath(file).parents)]
    left_out = False
    for rule in rules:
        pattern = _pattern(rule.removeprefix("!").strip("/"))
        if any(pattern.fullmatch(name) for name in names):
            left_out = not rule.startswith("!")
    return left_out


def _pattern(rule: str) -> re.Pattern[str]:
    parts = {"**/": r"(?:.*/)?", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}
    words = re.split(r"(\*\*/|\*\*|\*|\?)", rule)
    return re.compile("".join(parts.get(word) or re.escape(word) for word in words))
