"""What mails say: English, and the language of the tenant where it is one of these."""

from __future__ import annotations

from typing import NamedTuple

from tenants.mails import Kind


class Text(NamedTuple):
    """A mail's subject and body; `{link}`, `{tenant}`, `{name}` and `{inviter}` are filled in."""

    subject: str
    body: str


_TEXTS: dict[str, dict[Kind, Text]] = {
    "en": {
        "verification": Text(
            "Confirm your e-mail address",
            "Please confirm that this address is yours:\n\n{link}\n\n"
            "The link works for 3 days. If you did not sign up, ignore this mail.\n",
        ),
        "reset": Text(
            "Choose a new password",
            "Somebody asked for a new password for this address. Choose one here:\n\n{link}\n\n"
            "The link works once, for one hour. If it was not you, ignore this mail.\n",
        ),
        "invitation": Text(
            "{tenant} invites you",
            "Hello {name},\n\n{inviter} invites you to work with {tenant}. Join here:\n\n{link}\n\n"
            "The link works for 7 days.\n",
        ),
    },
    "es": {
        "verification": Text(
            "Confirma tu dirección de correo",
            "Confirma que esta dirección es tuya:\n\n{link}\n\n"
            "El enlace vale 3 días. Si no te has registrado, no hagas caso de este correo.\n",
        ),
        "reset": Text(
            "Elige una contraseña nueva",
            "Alguien ha pedido una contraseña nueva para esta dirección:\n\n{link}\n\n"
            "El enlace vale una vez, durante una hora. Si no has sido tú, no hagas caso.\n",
        ),
        "invitation": Text(
            "{tenant} te invita",
            "Hola, {name}:\n\n{inviter} te invita a trabajar con {tenant}:\n\n{link}\n\n"
            "El enlace vale 7 días.\n",
        ),
    },
    "de": {
        "verification": Text(
            "Bitte bestätigen Sie Ihre E-Mail-Adresse",
            "Bitte bestätigen Sie, dass diese Adresse Ihre ist:\n\n{link}\n\n"
            "Der Link gilt 3 Tage. Haben Sie sich nicht angemeldet, so ist nichts zu tun.\n",
        ),
        "reset": Text(
            "Neues Passwort wählen",
            "Für diese Adresse wurde ein neues Passwort gewünscht:\n\n{link}\n\n"
            "Der Link gilt einmal, eine Stunde lang. Waren Sie es nicht, so ist nichts zu tun.\n",
        ),
        "invitation": Text(
            "{tenant} lädt Sie ein",
            "Guten Tag, {name},\n\n{inviter} lädt Sie zur Arbeit mit {tenant} ein:\n\n{link}\n\n"
            "Der Link gilt 7 Tage.\n",
        ),
    },
    "zh": {
        "verification": Text(
            "请确认您的邮箱地址",
            "请确认此邮箱属于您：\n\n{link}\n\n链接 3 天内有效。如非本人注册，请忽略此邮件。\n",
        ),
        "reset": Text(
            "设置新密码",
            "有人请求为此邮箱设置新密码，请在此设置：\n\n{link}\n\n"
            "链接一小时内有效，仅限一次。如非本人操作，请忽略此邮件。\n",
        ),
        "invitation": Text(
            "{tenant} 邀请您加入",
            "{name}，您好：\n\n{inviter} 邀请您加入 {tenant}：\n\n{link}\n\n链接 7 天内有效。\n",
        ),
    },
}


def text_of(kind: Kind, locale: str) -> Text:
    """The text of a kind in the language of a locale, or in English."""
    return _TEXTS.get(locale.partition("-")[0], _TEXTS["en"])[kind]
