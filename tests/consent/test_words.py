"""What is said about consents on both sides, in eight languages (F9)."""

from __future__ import annotations

import pytest

from api.pages import LANGUAGES
from conversations.content import Button, Buttons, check
from privacy.consent_words import fill, meaning_of, texts_in


@pytest.mark.parametrize(
    ("meaning", "texts"),
    [
        (
            "yes",
            ["YES!", "Ja, gerne", "¡Sí!", "sim 👍", "ДА", "好的。", "نعم", "Iya"],
        ),
        ("no", ["No, thanks", "Nein", "no quiero", "Não!", "нет", "不要", "لا", "Tidak mau"]),
        (
            "start",
            ["Start", "ANMELDEN", "Alta", "Assinar", "Подписаться", "订阅", "اشتراك"],
        ),
        (
            None,
            [
                "Yes, when does it arrive?",
                "no problem",
                "Ja oder nein?",
                "I said yes to the blue one",
                "Sí señor, ya lo tengo",
                "When do you start?",
                "不好",
                "",
                "👍",
                "yes " * 30,
            ],
        ),
    ],
)
def test_only_a_word_alone_has_a_meaning(meaning: str | None, texts: list[str]) -> None:
    assert {text: meaning_of(text) for text in texts} == dict.fromkeys(texts, meaning)


def test_every_language_fits_a_message() -> None:
    found = {locale: texts_in(locale) for locale in LANGUAGES}
    assert len({texts["prompt"] for texts in found.values()}) == len(LANGUAGES)
    for texts in found.values():
        assert texts.keys() == found["en"].keys()
        body = fill(texts["prompt"], store="s" * 100, statement="x" * 500)
        check(Buttons(body, (Button("yes", texts["yes"]), Button("no", texts["no"]))))
        assert meaning_of(texts["no"]) in ("no", None)
    assert texts_in("pt-BR") == found["pt"]
    assert texts_in("fr-FR") == texts_in(None) == found["en"]
