"""What shops tell, whichever platform they run on: frozen shapes, money in 1/10,000, times in UTC.

Ids of shops are text. `at` is as of when the shop told it: what is older never overwrites.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kernel.ids import Id

DeletedKind = Literal["order", "product"]
RequestKind = Literal["data_request", "customer_redact", "shop_redact"]
VisitKind = Literal["viewed", "dwelt", "searched", "checkout_step"]


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who it is, as far as the shop says: any of these may be missing, for guests all.

    `customer` is the shop's id of them, `phone` full international digits.
    """

    customer: str | None = None
    email: str | None = None
    phone: str | None = None
    name: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether there is anything to know them by."""
        return bool(self.customer or self.email or self.phone)


NOBODY = Buyer()


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer's record; `sms` is what they said to text messages of the shop, and when."""

    buyer: Buyer
    at: int
    tags: tuple[str, ...] | None = None
    sms: str | None = None
    sms_at: int | None = None
    sms_evidence: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Variant:
    """A kind of a product; `stock` is how many are left, None where it is not counted."""

    external_id: str
    sku: str | None = None
    title: str = ""
    price: int | None = None
    stock: int | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """Something that is sold."""

    external_id: str
    at: int
    title: str
    state: str = "active"
    currency: str | None = None
    url: str | None = None
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a cart or an order; `total` is price times quantity unless the shop says else."""

    title: str
    quantity: int
    price: int
    total: int
    product: str | None = None
    variant: str | None = None
    sku: str | None = None


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart or checkout; `external_id` is its token, `cart_token` the cart's before it."""

    external_id: str
    at: int
    currency: str
    total: int
    buyer: Buyer = NOBODY
    cart_token: str | None = None
    url: str | None = None
    completed_at: int | None = None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Parcel:
    """A fulfilment; `shipment` is where it is in the shop's word: in_transit, delivered."""

    external_id: str
    at: int
    state: str
    shipment: str | None = None
    carrier: str | None = None
    tracking: str | None = None
    tracking_url: str | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back; `order` is the shop's id of the order, "" where it belongs to none."""

    external_id: str
    at: int
    amount: int
    currency: str
    order: str = ""
    buyer: Buyer = NOBODY


@dataclass(frozen=True, slots=True)
class Order:
    """An order; `payment` and `fulfilment` in the words of PAYMENTS and FULFILMENTS.

    `cart_tokens` are the cart and the checkout that it came from.
    """

    external_id: str
    at: int
    placed_at: int
    currency: str
    total: int
    buyer: Buyer = NOBODY
    number: str = ""
    payment: str = "paid"
    fulfilment: str = "none"
    subtotal: int | None = None
    discount: int | None = None
    tax: int | None = None
    shipping: int | None = None
    coupons: tuple[str, ...] = ()
    is_test: bool = False
    paid_at: int | None = None
    cancelled_at: int | None = None
    cancel_reason: str | None = None
    cart_tokens: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    refunds: tuple[Refund, ...] = ()


@dataclass(frozen=True, slots=True)
class Deletion:
    """Something was deleted, or brought back; `at` is when that came in, or when it was changed."""

    kind: DeletedKind
    external_id: str
    at: int
    is_back: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """What somebody did in the shop; `contact_id` was read from their link token.

    `external_id` makes it one however often it is told.
    """

    external_id: str
    at: int
    kind: VisitKind
    contact_id: Id
    product: str | None = None
    seconds: int | None = None
    step: str | None = None
    query: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A person's or the platform's request for privacy (contract, Shopify's three topics)."""

    kind: RequestKind
    external_id: str
    at: int
    buyer: Buyer = NOBODY
    orders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Uninstalled:
    """The shop took the connection away."""

    at: int


Told = Customer | Product | Cart | Order | Refund | Deletion | Visit | Request | Uninstalled

# From the first to the last that an order can come to: of two words told at one moment, the later
# one of this list counts.
PAYMENTS = (
    "pending",
    "failed",
    "authorized",
    "partially_paid",
    "paid",
    "partially_refunded",
    "refunded",
    "voided",
)
FULFILMENTS = ("none", "partial", "fulfilled", "restocked")
# What was paid once stays so, whatever became of it.
PAID = frozenset({"paid", "partially_refunded", "refunded"})
