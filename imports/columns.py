"""What a column can hold, and which one a header means (F7): headers of shops and spreadsheets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Literal

from kernel.errors import Invalid

Kind = Literal["contacts", "orders"]


class Field(Enum):
    """What a column holds."""

    PHONE = "phone"
    EMAIL = "email"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    CUSTOMER = "customer"
    LANGUAGE = "language"
    COUNTRY = "country"
    TAGS = "tags"
    CONSENT_EVIDENCE = "consent_evidence"
    CONSENT_AT = "consent_at"
    ORDER = "order"
    ORDERED_AT = "ordered_at"
    CURRENCY = "currency"
    PRODUCT = "product"
    PRODUCT_NAME = "product_name"
    QUANTITY = "quantity"
    UNIT_PRICE = "unit_price"


_WHO = (
    Field.PHONE,
    Field.EMAIL,
    Field.NAME,
    Field.FIRST_NAME,
    Field.LAST_NAME,
    Field.CUSTOMER,
    Field.COUNTRY,
)
FIELDS: Mapping[Kind, tuple[Field, ...]] = {
    "contacts": (*_WHO, Field.LANGUAGE, Field.TAGS, Field.CONSENT_EVIDENCE, Field.CONSENT_AT),
    "orders": (
        *_WHO,
        Field.ORDER,
        Field.ORDERED_AT,
        Field.CURRENCY,
        Field.PRODUCT,
        Field.PRODUCT_NAME,
        Field.QUANTITY,
        Field.UNIT_PRICE,
    ),
}
# By one of these a person is found again.
IDENTIFYING = (Field.PHONE, Field.EMAIL, Field.CUSTOMER)
_NEEDED: Mapping[Kind, tuple[Field, ...]] = {
    "contacts": (),
    "orders": (Field.ORDER, Field.ORDERED_AT, Field.PRODUCT, Field.QUANTITY, Field.UNIT_PRICE),
}
# Of two columns with the same meaning the second would silently win; tags are many anyway.
_MANY = (Field.TAGS,)

# Headers as exports of Shopify, WooCommerce, spreadsheets and address books write them.
_HEADERS: Mapping[Field, str] = {
    Field.PHONE: (
        "phone, phone number, mobile, mobile phone, mobile number, telephone, tel, cell, whatsapp, "
        "whatsapp number, billing phone, default address phone, telefon, handy, mobilnummer, "
        "telefono, movil, celular, telefone, telemovel, telephone portable, телефон, мобильный, "
        "电话, 手机, 手机号, 電話, هاتف, جوال, nomor telepon"
    ),
    Field.EMAIL: "email, e mail, email address, mail, billing email, correo, correo electronico, "
    "e mail adresse, почта, 邮箱, 电子邮件, البريد الالكتروني, surel",
    Field.NAME: "name, full name, customer name, contact, contact name, display name, nombre, "
    "nombre completo, nome, nome completo, nom, имя, фио, 姓名, 名字, الاسم, nama, billing name",
    Field.FIRST_NAME: "first name, given name, vorname, prenom, primer nombre, billing first name",
    Field.LAST_NAME: "last name, surname, family name, nachname, apellido, apellidos, sobrenome, "
    "nom de famille, фамилия, billing last name",
    Field.CUSTOMER: "customer id, customerid, customer, customer number, client id, kundennummer, "
    "id cliente, cliente id, numero de cliente, 客户编号, external id, user id",
    Field.LANGUAGE: "language, locale, lang, sprache, idioma, langue, язык, 语言, اللغة, bahasa",
    Field.COUNTRY: "country, country code, land, pais, pays, страна, 国家, البلد, negara, "
    "billing country, default address country code",
    Field.TAGS: "tags, tag, labels, groups, etiquetas, schlagworte, метки, 标签",
    Field.CONSENT_EVIDENCE: "consent evidence, consent source, consent proof, opt in source, "
    "opt in evidence, proof of consent",
    Field.CONSENT_AT: "consent at, consent date, consent time, opt in date, opt in time, "
    "opted in at, date of consent, consent timestamp",
    Field.ORDER: "order, order id, order number, order no, invoice, invoiceno, invoice no, "
    "invoice number, bestellnummer, pedido, numero de pedido, commande, номер заказа, 订单号",
    Field.ORDERED_AT: "order date, ordered at, date, invoicedate, invoice date, created at, "
    "paid at, bestelldatum, fecha, fecha del pedido, data, date de commande, дата, 日期, 下单时间",
    Field.CURRENCY: "currency, currency code, wahrung, moneda, moeda, devise, валюта, 货币",
    Field.PRODUCT: "sku, product id, stockcode, stock code, item, item sku, lineitem sku, "
    "article number, artikelnummer, product code, variant sku, referencia, артикул, 商品编号",
    Field.PRODUCT_NAME: "product, product name, description, item name, lineitem name, title, "
    "producto, produkt, artikel, produit, название, товар, 商品, 商品名称",
    Field.QUANTITY: "quantity, qty, lineitem quantity, menge, anzahl, cantidad, quantidade, "
    "quantite, количество, 数量",
    Field.UNIT_PRICE: "unit price, unitprice, price, lineitem price, item price, item cost, preis, "
    "stuckpreis, precio, precio unitario, preco, prix, prix unitaire, цена, 单价, 价格",
}


def tidy(header: str) -> str:
    """A header as it is compared: small letters and digits, no accents, single spaces."""
    bare = unicodedata.normalize("NFKD", header.casefold())
    kept = "".join(one for one in bare if not unicodedata.combining(one))
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFC", kept).replace("_", " ")))


_MEANING = {
    tidy(header): field for field, listed in _HEADERS.items() for header in listed.split(",")
}


def guess(kind: Kind, headers: Sequence[str]) -> dict[int, Field]:
    """Column → what its header means, as far as one can tell; each meaning once, first come."""
    found: dict[int, Field] = {}
    for column, header in enumerate(headers):
        field = _MEANING.get(tidy(header))
        if field in FIELDS[kind] and (field in _MANY or field not in found.values()):
            found[column] = field
    return found


def check(kind: Kind, mapping: Mapping[int, Field], width: int) -> None:
    """Invalid where an import with this mapping could not work; it says what is missing."""
    for column, field in mapping.items():
        if not 0 <= column < width:
            raise _wrong(f"There is no column {column}: the file has {width}, counted from 0.")
        if field not in FIELDS[kind]:
            raise _wrong(f"{field.name} is nothing that an import of {kind} takes.")
    fields = list(mapping.values())
    for field in dict.fromkeys(fields):
        if fields.count(field) > 1 and field not in _MANY:
            raise _wrong(f"Two columns are mapped to {field.name}; choose one.", "NOT_UNIQUE")
    for field in _NEEDED[kind]:
        if field not in fields:
            raise _wrong(f"Map a column to {field.name}.", "MISSING")
    if not any(field in fields for field in IDENTIFYING):
        raise _wrong("Map a column to PHONE, EMAIL or CUSTOMER: people are found by it.", "MISSING")


def _wrong(message: str, code: str = "INVALID") -> Invalid:
    return Invalid(message, code=code, field=("mapping",))
