"""Withdrawals are heard in every language, and nothing else is taken for one (F11)."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from contacts import is_withdrawal

_WITHDRAWALS = {
    "en": [
        "I'm done with your spam",
        "Please remove this number",
        "quit sending stuff",
        "never signed up for this, stop",
        "STOP",
        "stooop!!",
        "Unsubscribe me pls",
        "END",
        "Please don't message me anymore",
        "take me off ur list",
        "no more texts thanks",
        "i dont want these promos",
        "OPT-OUT",
        "how do I unsubscribe?",
        "I withdraw my consent",
        "Stop promotions",
    ],
    "de": [
        "Schluss mit der Werbung",
        "bitte aus dem Verteiler löschen",
        "Abmelden",
        "Bitte hört auf, mir Angebote zu schicken",
        "Streichen Sie mich von der Liste!",
        "Ich will keine Nachrichten mehr bekommen",
        "STOPP",
        "schreibt mir nicht mehr",
    ],
    "es": [
        "BAJA",
        "Quítenme de su lista por favor",
        "Ya no quiero recibir publicidad",
        "dejen de escribirme",
        "No me escriban más",
    ],
    "pt": [
        "SAIR",
        "Parem de me mandar mensagem",
        "não quero mais receber promoções",
        "me tira dessa lista",
        "Quero me descadastrar",
    ],
    "fr": [
        "ARRÊT",
        "Arrêtez de m'envoyer des pubs",
        "Je veux me désabonner",
        "ne m'écrivez plus svp",
        "Plus de messages merci",
    ],
    "it": [
        "Basta",
        "non scrivetemi più",
        "Toglietemi dalla lista",
        "Non voglio più ricevere offerte",
    ],
    "nl": [
        "Afmelden aub",
        "stop met berichten sturen",
        "Stuur mij geen reclame meer",
        "haal me van de lijst",
    ],
    "pl": [
        "Rezygnuję",
        "proszę nie wysyłać mi reklam",
        "Nie chcę już dostawać wiadomości",
        "wypiszcie mnie z listy",
    ],
    "ru": [
        "Отпишите меня",
        "Хватит мне писать!",
        "больше не присылайте рекламу",
        "Уберите меня из рассылки",
        "СТОП",
    ],
    "uk": ["Відпишіть мене", "припиніть надсилати рекламу", "Не хочу отримувати повідомлення"],
    "tr": ["İPTAL", "Bana artık mesaj atmayın", "Reklam istemiyorum", "beni listeden çıkarın"],
    "ar": [
        "إيقاف",
        "لا أريد استقبال رسائل بعد الآن",
        "أوقفوا إرسال العروض",
        "احذفوا رقمي من القائمة",
    ],
    "he": ["הסר", "תפסיקו לשלוח לי הודעות", "אני לא רוצה לקבל פרסומות"],
    "fa": ["لغو اشتراک", "لطفاً دیگر پیام نفرستید"],
    "hi": ["बंद करो", "मुझे मैसेज मत भेजो", "message mat bhejo please"],
    "id": [
        "gak usah kirim promo lagi",
        "BERHENTI",
        "Tolong jangan kirim promo lagi ya",
        "hapus nomor saya dari daftar",
        "ga mau dikirimi iklan",
    ],
    "ms": ["Batal langganan", "jangan hantar mesej promosi lagi"],
    "vi": ["HUY", "Đừng nhắn tin cho tôi nữa", "Tôi không muốn nhận quảng cáo"],
    "th": ["ยกเลิก", "หยุดส่งข้อความ", "ไม่ต้องการรับโฆษณา"],
    "zh": [
        "能不能别发了",
        "退订",
        "TD",
        "别再给我发广告了",
        "请不要再发消息",
        "取消订阅",
        "別再騷擾我",
    ],
    "ja": ["配信停止", "もう送らないでください", "広告はいりません"],
    "ko": ["수신거부", "광고 문자 그만 보내세요", "더 이상 연락하지 마세요"],
    "ro": ["Dezabonare", "nu îmi mai trimiteți mesaje", "Nu mai vreau reclame"],
    "cs": ["Odhlaste mě", "Nechci už dostávat reklamy"],
    "sk": ["Zrušiť odber", "Nechcem dostávať ponuky"],
    "sv": ["Avregistrera mig", "sluta skicka reklam", "Skicka inga meddelanden"],
    "da": ["Afmeld", "Stop med at sende beskeder"],
    "no": ["Meld meg av", "slutt å sende reklame"],
    "fi": ["Lopeta", "En halua mainoksia", "älkää lähettäkö viestejä"],
    "el": ["Διαγραφή", "Σταματήστε να μου στέλνετε μηνύματα", "δεν θέλω διαφημίσεις"],
    "hu": ["Leiratkozás", "Ne küldjenek több reklámot", "nem kérek hírlevelet"],
}
_OTHERS = {
    "en": [
        "Please cancel my order 1182",
        "Which bus stop is next to your shop?",
        "I can't stop smiling",
        "When does the promo end?",
        "Don't send it before Friday",
        "Is there no more stock in blue?",
        "Don't send me the wrong size again",
        "I quit smoking so no lighter please",
        "Remove the second shirt from my cart",
        "the ad said 20 % off, does it end today?",
        "do people unsubscribe a lot?",
        "Take 10 off my total?",
        "weekend",
    ],
    "de": [
        "Bitte die Bestellung stornieren",
        "Hört das Angebot am Freitag auf?",
        "Schickt es nicht mehr an die alte Adresse",
        "Haltestelle Marienplatz",
    ],
    "es": [
        "No me envíen el pedido más tarde de las 6",
        "Cancelar mi pedido por favor",
        "¿Está en planta baja?",
        "¿Para cuándo llega?",
    ],
    "pt": ["Não me mandem o mais caro", "Quero cancelar o pedido", "O ônibus para aqui perto?"],
    "fr": ["N'envoyez pas le plus cher", "Je voudrais annuler ma commande", "plus grand svp"],
    "it": [
        "Non mandatemi quello più piccolo",
        "Basta così per l'ordine, pago ora",
        "Ferma in centro?",
    ],
    "nl": ["Stuur me niet meer dan twee dozen", "Ik wil mijn bestelling annuleren"],
    "pl": ["Nie wysyłajcie mi czerwonego", "Chcę anulować zamówienie"],
    "ru": ["Не отправляйте мне красный", "Хочу отменить заказ", "На какой остановке выходить?"],
    "uk": ["Не надсилайте замовлення до п'ятниці", "Скасуйте замовлення"],
    "tr": ["Siparişimi iptal etmek istiyorum", "Hangi durakta ineyim?"],
    "ar": ["أريد إلغاء الطلب", "لا ترسلوا اللون الأحمر", "متى ينتهي العرض؟"],
    "he": ["אל תשלחו לי את האדום", "אני רוצה לבטל הזמנה"],
    "hi": ["मुझे लाल वाला मत भेजो", "ऑर्डर रद्द करना है"],
    "id": ["Jangan kirim dulu ya, alamat saya salah", "Mau batalkan pesanan"],
    "vi": ["Không gửi cho tôi màu đỏ nhé", "Tôi muốn hủy đơn hàng"],
    "th": ["อย่าส่งสีแดงนะ", "ขอยกเลิกคำสั่งซื้อ"],
    "zh": ["不要发错颜色了", "我要取消订单", "不需要发给我发票", "停车场在哪里"],
    "ja": ["赤い方は送らないでください", "注文をキャンセルしたい", "バス停はどこですか"],
    "ko": ["빨간색은 보내지 마세요", "주문을 취소하고 싶어요"],
    "el": ["Μη στείλετε το κόκκινο"],
    "hu": ["Ne küldjenek pirosat, kéket kérek"],
    "any": ["", "👍", "10233", "x" * 5000, "stop " * 500],
}


@pytest.mark.parametrize("language", _WITHDRAWALS)
def test_withdrawals_are_heard(language: str) -> None:
    assert [text for text in _WITHDRAWALS[language] if not is_withdrawal(text)] == []


@pytest.mark.parametrize("language", _OTHERS)
def test_near_misses_are_not_taken(language: str) -> None:
    assert [text for text in _OTHERS[language] if is_withdrawal(text)] == []


@pytest.mark.real_data
def test_labelled_messages(samples: Path) -> None:
    folder = samples / "data" / "conversation"
    rows = [orjson.loads(line) for line in (folder / "optout.jsonl").read_bytes().splitlines()]
    assert len(rows) == 77
    assert [row["text"] for row in rows if is_withdrawal(row["text"]) != row["optout"]] == []
    for name in ("levels", "mood"):
        lines = (folder / f"{name}.jsonl").read_bytes().splitlines()
        assert [one for line in lines if is_withdrawal(one := orjson.loads(line)["text"])] == []
