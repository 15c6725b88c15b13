"""Learning the model from the lines of `lines/`: the only place that needs scikit-learn.

`scripts/train` runs it. The same lines give the same file, byte by byte: no chance is left open,
and the lines that are held out to tell how good it is are chosen by a hash of their words.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from scoring import intent_words, mood_words
from scoring.features import CUES, LETTERS, cues, pieces
from scoring.kinds import INTENTS, LANGUAGES, MOODS, TOPICS, VERSION
from scoring.model import BLOCKS, COLUMNS, FOLDER, TOLD_LANGUAGES, Model, Numbers
from scoring.normal import normal, pictures, scripts

LINES = Path(__file__).parent / "lines"
FILE = FOLDER / f"v{VERSION}.npz"
CARD = FOLDER / f"v{VERSION}.md"
_SEEN = 2  # lines that a piece has to stand in
_ROUNDS = 400
_HELD_OUT = 5  # one line of so many
# How much the cues count beside the pieces, and how freely weights may grow, by question.
_CUES = {"intent": 3.0, "mood": 1.5, "language": 0.0, "topics": 0.0}
_FREEDOM = {"intent": 10.0, "mood": 2.0, "language": 10.0, "topics": 10.0}


@dataclass(frozen=True, slots=True)
class Line:
    """A message that was written to learn from; None where it does not tell."""

    text: str
    language: str
    level: int | None
    intent: str | None
    mood: int | None
    topics: tuple[str, ...]

    @property
    def is_held_out(self) -> bool:
        """Whether it is kept back to tell how good the model is."""
        return hashlib.sha256(self.text.encode()).digest()[0] % _HELD_OUT == 0


def lines() -> list[Line]:
    """All lines, in the order of their files."""
    return [
        Line(
            text=told["text"],
            language=file.stem,
            level=told["level"],
            intent=told["intent"],
            mood=told["mood"],
            topics=tuple(told["topics"]),
        )
        for file in sorted(LINES.glob("*.jsonl"))
        for told in map(orjson.loads, file.read_bytes().splitlines())
    ]


def learn(known: Sequence[Line]) -> Model:
    """The model that these lines make."""
    plain = [normal(line.text) for line in known]
    found = [pieces(one, pictures(one)) for one in plain]
    counted = Counter(one for each in found for one in each)
    names = sorted(one for one, n in counted.items() if n >= _SEEN)
    columns = COLUMNS["topics"].stop
    bare = Model(
        vocabulary={one: at for at, one in enumerate(names)},
        blocks=np.array([BLOCKS.index(one[0]) for one in names], np.int8),
        rarity=np.array([np.log(len(known) / counted[one]) + 1 for one in names], np.float32),
        weights=np.zeros((len(names), columns), np.float32),
        cue_weights=np.zeros((len(CUES), columns), np.float32),
        bias=np.zeros(columns, np.float32),
    )
    matrix = _matrix(bare, found)
    beside = np.array([_cues_of(line) for line in known], np.float32)
    asked: list[tuple[str, Sequence[Any], list[Any]]] = [
        ("intent", INTENTS, [line.intent for line in known]),
        ("mood", MOODS, [line.mood for line in known]),
        ("language", TOLD_LANGUAGES, [_language(line) for line in known]),
    ]
    for question, answers, right in asked:
        _teach(bare, question, matrix, beside, answers, right)
    for at, topic in enumerate(TOPICS):
        right = [topic in line.topics if line.intent else None for line in known]
        _teach(bare, "topics", matrix, beside, (False, True), right, COLUMNS["topics"].start + at)
    return bare


def _teach(
    model: Model,
    question: str,
    matrix: Any,
    beside: Numbers,
    answers: Sequence[Any],
    right: Sequence[Any],
    column: int | None = None,
) -> None:
    """Fit one question and write its weights into the model's columns."""
    told = [at for at, one in enumerate(right) if one is not None]
    used = _used(model, question)
    seen = hstack([matrix[told][:, used], csr_matrix(beside[told] * _heeded(question))]).tocsr()
    # Moods are told as often as they are; of the rest the rare ones count as much as the others.
    weight = None if question in ("mood", "topics") else "balanced"
    fit = LogisticRegression(C=_FREEDOM[question], max_iter=_ROUNDS, class_weight=weight)
    fit.fit(seen, [answers.index(right[at]) for at in told])
    into = COLUMNS[question] if column is None else slice(column, column + 1)
    model.weights[used, into] = fit.coef_[:, : len(used)].T
    model.cue_weights[:, into] = fit.coef_[:, len(used) :].T * _heeded(question)[:, None]
    model.bias[into] = fit.intercept_


def _heeded(question: str) -> Numbers:
    """How much each cue counts: for moods those of moods alone."""
    much = np.full(len(CUES), _CUES[question], np.float32)
    if question == "mood":
        much[-len(intent_words.CUES) :] = 0
    return much


def _used(model: Model, question: str) -> npt.NDArray[np.int64]:
    """The pieces that a question looks at: languages at letters, the others at all."""
    if question == "language":
        return np.flatnonzero(model.blocks == BLOCKS.index(LETTERS))
    return np.arange(len(model.blocks))


def _matrix(model: Model, found: Sequence[Sequence[str]]) -> Any:
    ends, rows, values = [0], [], []
    for each in found:
        at, much = model.known(each)
        rows.append(at)
        values.append(much)
        ends.append(ends[-1] + len(at))
    shape = (len(found), len(model.vocabulary))
    return csr_matrix((np.concatenate(values), np.concatenate(rows), ends), shape=shape)


def _language(line: Line) -> str | None:
    """Its language; emoji and numbers have none."""
    return line.language if scripts(normal(line.text)) else None


def _cues_of(line: Line) -> list[float]:
    plain = normal(line.text)
    languages = [line.language] if line.language in LANGUAGES else []
    said = mood_words.weigh(plain, languages)
    return cues(plain, languages, said, mood_words.weigh_pictures(plain, pictures(plain)))


def save(made: Model, path: Path) -> None:
    """Write a model as plain arrays: weights in 8 bits, each column on a scale of its own."""
    scale = np.abs(made.weights).max(axis=0) / 127
    np.savez_compressed(
        path,
        vocabulary=np.frombuffer("\n".join(made.vocabulary).encode(), np.uint8),
        rarity=made.rarity.astype(np.float16),
        weights=np.rint(made.weights / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        cue_weights=made.cue_weights,
        bias=made.bias,
    )
