"""`scripts/bench scoring`: messages that one core reads a second, beside folding alone (F37)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import median

import scoring
from benchmarks import figures
from benchmarks.figures import Figure
from kernel import words

_ROUNDS, _EACH = 7, 2_000
_SAID = (
    "Hi, where is my order 88213? You said Monday 😡",
    "请问这件还有L码吗？我要两件，付款链接发我",
    "Здравствуйте, хочу вернуть кроссовки, не подошли по размеру",
    "¡Gracias! Me llevo dos, ¿cómo te pago?",
    "Danke, alles angekommen, die Farbe ist ein Traum 😍",
    "bom dia, qual o prazo de entrega pra Curitiba?",
    "السلام عليكم، متى توصل الطلبية؟",
    "makasih kak, nanti saya kabari ya 🙏",
)


async def measure(_backend: str) -> list[Figure]:
    """Processor time of reading and of folding the same words; no database takes part."""
    texts = [_SAID[at % len(_SAID)] for at in range(_EACH)]
    scoring.read(texts)
    read = [_a_second(scoring.read, texts) for _ in range(_ROUNDS)]
    folded = [_a_second(_fold, texts) for _ in range(_ROUNDS)]
    return [
        Figure("messages scored a second by one core", f"{median(read):,.0f}", "≥ 2,000"),
        Figure(
            "of folding their words alone",
            f"{median(ours / floor for ours, floor in zip(read, folded, strict=True)):.2f}",
        ),
    ]


def _fold(texts: Sequence[str]) -> list[list[str]]:
    return [words.words(text) for text in texts]


def _a_second(work: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    began = time.process_time()
    work(texts)
    return len(texts) / (time.process_time() - began)


if __name__ == "__main__":
    figures.show(measure)
