"""Carts that came to nothing and looks around in shops grow old; what was bought does not."""

from __future__ import annotations

from kernel.aging import Aging

CARTS = (Aging("cart", when="t.order_id IS NULL", parts={"cart_line": "cart_id"}),)
VISITS = (Aging("visit"),)
