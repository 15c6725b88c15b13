"""Phone numbers in digits: their countries and forms (contract 2.1)."""

from __future__ import annotations

import re

import phonenumbers


def digits(text: str) -> str:
    """The digits of a phone number."""
    return re.sub(r"\D", "", text)


def country_of(phone: str | None) -> str:
    """The country (ISO 3166 alpha-2) of a number in digits; "" when it tells none."""
    if not phone:
        return ""
    try:
        parsed = phonenumbers.parse("+" + phone)
    except phonenumbers.NumberParseException:
        return ""
    found = phonenumbers.region_code_for_number(parsed)
    found = found or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return found if found and found.isalpha() else ""


def is_whole(phone: str) -> bool:
    """Whether these digits can be a number with its country code."""
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse("+" + phone))
    except phonenumbers.NumberParseException:
        return False


def calling_code(phone: str) -> str:
    """The country code of a number in digits; "" when it has none."""
    try:
        return str(phonenumbers.parse("+" + phone).country_code or "")
    except phonenumbers.NumberParseException:
        return ""


def other_forms(phone: str) -> list[str]:
    """Mexico's extra 1 and Brazil's extra 9, there or not (contract 2.1)."""
    if phone.startswith("521") and len(phone) == 13:
        return ["52" + phone[3:]]
    if phone.startswith("52") and len(phone) == 12:
        return ["521" + phone[2:]]
    if phone.startswith("55") and len(phone) == 13 and phone[4] == "9":
        return [phone[:4] + phone[5:]]
    if phone.startswith("55") and len(phone) == 12:
        return [phone[:4] + "9" + phone[4:]]
    return []
