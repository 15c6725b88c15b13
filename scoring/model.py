"""The model: a line of weights for each piece of a text, read from a file of plain arrays.

One step of sums gives every answer: intent, mood, language and topics. The file is loaded at the
first use and runs nothing (no pickle); scikit-learn is only needed to make it (`scripts/train`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scoring.features import CUES, LETTERS, ROW, WORD
from scoring.kinds import INTENTS, LANGUAGES, MOODS, OTHER_LANGUAGE, TOPICS, VERSION

FOLDER = Path(__file__).parent / "trained"
BLOCKS = (LETTERS, WORD, ROW)

Numbers = npt.NDArray[np.float32]


def _columns() -> dict[str, slice]:
    sizes = (len(INTENTS), len(MOODS), len(LANGUAGES) + 1, len(TOPICS))
    ends = np.cumsum(sizes).tolist()
    names = ("intent", "mood", "language", "topics")
    return {
        name: slice(end - size, end) for name, size, end in zip(names, sizes, ends, strict=True)
    }


# Which columns of the weights answer what, in the order of scoring.kinds.
COLUMNS: Mapping[str, slice] = _columns()
TOLD_LANGUAGES = (*LANGUAGES, OTHER_LANGUAGE)


@dataclass(frozen=True, slots=True)
class Model:
    """Weights by piece; `rarity` raises rare pieces, `cue_weights` are those of CUES."""

    vocabulary: Mapping[str, int]
    blocks: npt.NDArray[np.int8]
    rarity: Numbers
    weights: Numbers
    cue_weights: Numbers
    bias: Numbers

    def known(self, pieces: Sequence[str]) -> tuple[npt.NDArray[np.int64], Numbers]:
        """The rows of those pieces that it knows, and how much each counts in this text."""
        find = self.vocabulary.get
        rows = np.array([at for one in pieces if (at := find(one)) is not None], np.int64)
        values, blocks = self.rarity[rows], self.blocks[rows]
        lengths = np.sqrt(np.bincount(blocks, values * values, minlength=len(BLOCKS)))
        return rows, (values / lengths[blocks]).astype(np.float32)

    def sums(self, rows: npt.NDArray[np.int64], values: Numbers) -> Numbers:
        """What the pieces come to, for every column; the cues are still to be added."""
        return values @ self.weights[rows] + self.bias

    def with_cues(self, sums: Numbers, cues: Sequence[float]) -> Numbers:
        """The sums with what the cues add."""
        return sums + np.array(cues, np.float32) @ self.cue_weights


def likelihoods(sums: Numbers) -> list[float]:
    """Sums of one question as shares of 1."""
    raised = np.exp(sums - sums.max())
    return [float(one) for one in raised / raised.sum()]


@cache
def model() -> Model:
    """The model of this version, loaded once in a process."""
    with np.load(FOLDER / f"v{VERSION}.npz", allow_pickle=False) as kept:
        pieces = bytes(kept["vocabulary"]).decode().split("\n")
        scale = kept["scale"].astype(np.float32)
        if kept["cue_weights"].shape[0] != len(CUES):
            raise ValueError("the model was made for other cues; run scripts/train")
        return Model(
            vocabulary={one: at for at, one in enumerate(pieces)},
            blocks=np.array([BLOCKS.index(one[0]) for one in pieces], np.int8),
            rarity=kept["rarity"].astype(np.float32),
            weights=kept["weights"].astype(np.float32) * scale,
            cue_weights=kept["cue_weights"].astype(np.float32),
            bias=kept["bias"].astype(np.float32),
        )
