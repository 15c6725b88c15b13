"""`scripts/train`: learns the model from scoring/lines and writes it with its card.

It learns twice: once without the lines that are held out, which tell how good it is, and once from
all, which is what is kept.

`scripts/train TENANT` learns from what colleagues of this tenant put right as well, and tells how
much better it reads then. It writes nothing: the model is every tenant's, and holds no customer's
words.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Sequence

from kernel import ids, settings, tenancy
from kernel.errors import Invalid, RapportError
from kernel.settings import Settings
from scoring import learning
from scoring.judging import DRAWS, Share, share
from scoring.kinds import LANGUAGES, OTHER_LANGUAGE, VERSION
from scoring.learning import Line
from scoring.learnt import corrected
from scoring.model import Model
from scoring.weighing import read_one
from scripts.operating import opened


def main(arguments: Sequence[str]) -> int:
    """Write the model and its card, which is printed as well; or tell what corrections change."""
    if arguments:
        return _compare(arguments[0])
    lines = learning.lines()
    known = [line for line in lines if not line.is_held_out]
    held_out = [line for line in lines if line.is_held_out]
    shares = _judge(learning.learn(known), held_out)
    learning.save(learning.learn(lines), learning.FILE)
    card = _card(lines, held_out, shares)
    learning.CARD.write_text(card)
    sys.stdout.write(card)
    return 0


def _compare(tenant: str) -> int:
    """How well lines and corrections that are held out are read without and with the others; exit
    status 2 with one line for a mistake."""
    try:
        theirs = asyncio.run(_corrections(settings.load(), tenant))
        lines = {"lines": learning.lines(), "corrections": theirs}
        held_out = {name: [one for one in told if one.is_held_out] for name, told in lines.items()}
        if not held_out["corrections"]:
            raise Invalid(f"{len(theirs)} corrections are too few to learn from and to tell by.")
    except RapportError as error:
        print(error.message, file=sys.stderr)
        return 2
    known = [one for one in lines["lines"] if not one.is_held_out]
    before = learning.learn(known)
    after = learning.learn([*known, *(one for one in theirs if not one.is_held_out)])
    for name, told in held_out.items():
        for was, now in zip(_judge(before, told), _judge(after, told), strict=True):
            print(f"{name}, {was.what}: {was.value:.2f} → {now.value:.2f} of {was.lines}")
    return 0


async def _corrections(chosen: Settings, tenant: str) -> list[Line]:
    async with opened(chosen, "train"):
        with tenancy.acting_for(ids.read("tenant", tenant.strip())):
            return [
                Line(
                    text=text,
                    language=score["language"] or OTHER_LANGUAGE,
                    level=score["level"],
                    intent=score["intent"],
                    mood=score["mood"],
                    topics=tuple(score["topics"]),
                )
                for text, score in await corrected()
            ]


def _judge(made: Model, held_out: Sequence[Line]) -> list[Share]:
    """How well a model reads lines that it has not seen: by question, and by language."""
    read = [(line, read_one(made, line.text)) for line in held_out]
    pairs = {
        what: [(getattr(line, what), getattr(one, what)) for line, one in read]
        for what in ("level", "intent", "mood")
    }
    pairs["language"] = [(line.language, one.language or OTHER_LANGUAGE) for line, one in read]
    for language in LANGUAGES:
        for what in ("level", "mood"):
            pairs[f"{what}, {language}"] = [
                (getattr(line, what), getattr(one, what))
                for line, one in read
                if line.language == language
            ]
    return [
        share(what, told) for what, told in pairs.items() if any(one is not None for one, _ in told)
    ]


def _card(lines: Sequence[Line], held_out: Sequence[Line], shares: Sequence[Share]) -> str:
    counted = Counter(line.language for line in lines)
    told = ", ".join(f"{one} {n:,}" for one, n in sorted(counted.items()))
    rows = "\n".join(
        f"| {one.what} | {one.lines} | {one.value:.2f} | {one.low:.2f}–{one.high:.2f} |"
        for one in shares
    )
    return f"""# Model {VERSION}

Reads a customer's message: level and intent, mood, language, topics. One layer of weights over
pieces of words, words and rows of words, with cues of a lexicon of moods; `scripts/train` makes it
from `scoring/lines` alone, the same file each time.

## Data

{len(lines):,} lines written for this model, by one hand: {told}
(`und`: other languages, so that they are not taken for one of the eight). Short and long, with
slang, typos, mixed languages, complaints and hidden wishes. Nobody's real messages are among them,
and no corpus.

## How good it is

Macro-F1 on {len(held_out):,} lines that were held out (the kept model learns from them as well),
with the middle 95 % of {DRAWS:,} draws of the same size from them.

| what | lines | macro-F1 | interval |
|---|---|---|---|
{rows}

## Limits

- One writer's idea of how customers write; real messages are more varied, and scores on them lower.
- Moods were written for all languages, at length only for English; irony is not heard.
- No context: "yes" is courtesy here, also where it answers "shall we send it?".
- Eight languages; of others only the mood of emoji is told. Spanish and Portuguese, and very short
  words of any two languages, are mixed up now and then.
- Sureness is that of the model, capped at 0.99. It decides nothing about a person by itself.
"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
