"""`scripts/train`: learns the model from scoring/lines and writes it with its card.

It learns twice: once without the lines that are held out, which tell how good it is, and once from
all, which is what is kept.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence

from scoring import learning
from scoring.judging import DRAWS, Share, share
from scoring.kinds import LANGUAGES, OTHER_LANGUAGE
from scoring.learning import Line
from scoring.model import VERSION, Model
from scoring.reading import read_one


def main() -> int:
    """Write the model and its card; what was found is printed as well."""
    lines = learning.lines()
    known = [line for line in lines if not line.is_held_out]
    held_out = [line for line in lines if line.is_held_out]
    shares = _judge(learning.learn(known), held_out)
    learning.save(learning.learn(lines), learning.FILE)
    card = _card(lines, held_out, shares)
    learning.CARD.write_text(card)
    sys.stdout.write(card)
    return 0


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
    return [share(what, told) for what, told in pairs.items()]


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
    sys.exit(main())
