"""What people say before they fall silent is heard in eight languages, and nothing else is."""

from __future__ import annotations

import pytest

from scoring.remarks import prices, questions, remarks, words

THEIRS = ("deciding", "comparing", "over_budget")
SAID = {
    "deciding": (
        *("I'll have to check with my wife and get back to you", "My boss has to sign off first"),
        *("Necesito hablarlo con mi socio", "Ich muss das erst mit meinem Chef besprechen"),
        *("vou conversar com minha esposa", "Надо посоветоваться с мужем", "需要领导审批"),
        *("لازم أسأل زوجي", "mau diskusi sama istri dulu", "Das entscheidet unser Einkauf"),
    ),
    "comparing": (
        *("we have a cheaper offer from another company", "Estoy pidiendo varios presupuestos"),
        *("Wir haben noch zwei andere Angebote", "achei mais barato na loja da esquina"),
        *("нашёл дешевле на рынке", "别家更便宜", "سأقارن الأسعار", "di toko sebelah lebih murah"),
    ),
    "over_budget": (
        *("It's out of our price range", "se me va de presupuesto", "Das ist mir zu teuer"),
        *(
            "ficou caro pra mim",
            "Это слишком дорого",
            "有点超预算",
            "خارج ميزانيتي",
            "mahal banget kak",
        ),
    ),
    "": (
        *("es un regalo para mi marido", "ist für meine Frau", "my husband loves it", "好的谢谢"),
        *("Ist das Internet dabei?", "подарок для мужа", "hadiah untuk suami saya", "شكرا"),
        *("", "👍👍", "привет hello 你好", "1234", "x" * 65_536, "my " * 30_000),
    ),
}
PRICES = {
    "129,00 €": [129.0],
    "$1,299.50 or 1 450 USD": [1299.5, 1450.0],
    "2.450 €": [2450.0],
    "48 000 руб.": [48000.0],
    "٣٥٠ ريال": [350.0],
    "Rp 150.000": [150000.0],
    "0 € and € alone, 38 is a size": [],
    "€" + "9" * 400: [],
}


@pytest.mark.parametrize(("remark", "texts"), SAID.items(), ids=[one or "none" for one in SAID])
def test_remarks_are_heard(remark: str, texts: tuple[str, ...]) -> None:
    wanted = {remark} if remark else set()
    heard = {text: remarks(text, THEIRS) for text in texts}
    assert {text[:40]: found for text, found in heard.items() if not found >= wanted} == {}
    assert remark or not any(heard.values())


def test_prices_questions_and_words() -> None:
    assert {text: prices(text) for text in PRICES} == PRICES
    assert questions("¿Qué? ¿Cómo? 为什么？ لماذا؟") == 4
    assert (words("two words"), words("两个字"), words("👍")) == (2, 3, 0)
