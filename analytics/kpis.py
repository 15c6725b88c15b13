"""Every KPI of the house, defined once: what it means, how it is reckoned, when it is good (F41).

A figure is `of` divided by `per`, both summed over the period; or `of` alone; or, where `quantile`
is given, that quantile of the durations in the bins of `of`. Nothing divided by nothing is no data.
The metrics, and what counts as one of each, stand in counters/metrics.py; a KPI can be broken down
by what all of its metrics can. One without metrics waits for what it `lacks`: NO_SOURCE_YET.

Times are those of the things counted: a reply counts in the hour in which the customer was written
to. Days are the tenant's. The state is held against `target`: met is ON_TARGET, missed by at most a
tenth of it WATCH, missed by more OFF. Where the target is the period before, so is the measure.
Docs and the schema's descriptions are made from this page.
"""

# ruff: noqa: E501 (a table: one line a column)

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from counters import METRICS

Unit = Literal["share", "seconds", "money", "count", "ratio", "score"]
Period = Literal["day", "week", "month", "quarter", "year"]

# Under so many in its divisor a figure is too small to tell.
ENOUGH = 30


@dataclass(frozen=True, slots=True)
class Kpi:
    """A key figure; shares are 0 to 1, durations seconds, money in 1/10,000 of the tenant's currency.

    `good` says whether more or less is better; `healthy` is the usual range, `source` where target
    and range are from. `target` is None where the period before is the measure.
    """

    name: str
    title: str
    meaning: str
    unit: Unit
    of: str = ""
    per: str = ""
    quantile: float | None = None
    good: Literal["more", "less", ""] = ""
    target: float | None = None
    healthy: tuple[float | None, float | None] = (None, None)
    source: str = "the tenant's own past"
    period: Period = "week"
    lacks: str = ""

    @property
    def metrics(self) -> tuple[str, ...]:
        """What it is reckoned from; nothing while it lacks its source."""
        return tuple(one for one in (self.of, self.per) if one)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """What it can be broken down by."""
        fits = [set(METRICS[one].dimensions) for one in self.metrics]
        return tuple(sorted(set.intersection(*fits))) if fits else ()

    @property
    def formula(self) -> str:
        """How it is reckoned, in words."""
        if self.lacks:
            return f"not yet: {self.lacks}"
        if self.quantile is not None:
            return f"{self.quantile:.0%} quantile of {self.of}"
        return f"{self.of} ÷ {self.per}" if self.per else f"sum of {self.of}"


_RULES = "the house's rules of good practice"

# fmt: off
_ALL: tuple[Kpi, ...] = (
    # Reaching people
    Kpi("send_rate", "Send rate", "Of the sends that came to an end, those that the platform accepted; refused by the gate, called off and failed ones did not leave.", "share", "left", "planned", good="more"),
    Kpi("messages_sent", "Messages sent", "Messages to customers that the platform accepted, by whomever.", "count", "sent"),
    Kpi("delivery_rate", "Delivery rate", "Of the messages that the platform accepted, those that arrived; a read one arrived.", "share", "delivered", "sent", good="more", target=0.95, healthy=(0.95, None), source=_RULES, period="day"),
    Kpi("read_rate", "Read rate", "Of the delivered messages, those that were read. Who switched receipts off counts as not reading.", "share", "read", "delivered", good="more", target=0.60, healthy=(0.60, 0.80), source=_RULES),
    Kpi("open_rate_direct", "Open rate of direct messages", "The read rate of what no campaign wrote.", "share", "direct_read", "direct_delivered", good="more", target=0.95, healthy=(0.95, None), source=_RULES),
    Kpi("failure_rate", "Failure rate", "Of the messages that the platform accepted, those of which it said later that they did not arrive.", "share", "failed", "sent", good="less", target=0.05, healthy=(None, 0.05), source=_RULES, period="day"),
    Kpi("block_rate", "Block rate", "Of the messages that the platform accepted, those that failed because the customer blocked the number.", "share", "blocked", "sent", good="less", target=0.05, healthy=(None, 0.05), source=_RULES, period="day"),
    Kpi("opt_out_rate", "Opt-out rate", "Withdrawals of consent to marketing for each time that a customer was written to.", "share", "opt_outs", "approaches", good="less", target=0.02, healthy=(None, 0.02), source=_RULES),
    Kpi("unsubscribes", "Unsubscribes", "Withdrawals of consent to marketing, by word, button, page or the platform.", "count", "opt_outs", good="less"),
    Kpi("opt_ins", "Opt-ins", "Second yeses to marketing.", "count", "opt_ins", good="more"),
    Kpi("click_rate", "Click rate", "Of the delivered messages with a link, those whose link was clicked; scanners and previews do not count.", "share", lacks="short links", good="more", target=0.10, healthy=(0.10, 0.20), source=_RULES),
    Kpi("cost_per_message", "Cost per message", "What the platform charged for each message.", "money", lacks="a table of prices", good="less"),

    # Talking
    Kpi("response_rate", "Response rate", "Of the times that a customer was written to, those that the customer answered in the same episode. A customer counts once in an episode, and once for every campaign's message.", "share", "replies", "approaches", good="more", target=0.15, healthy=(0.15, 0.25), source=_RULES),
    Kpi("customer_response_mean", "Customers' response time, mean", "From our first message of a turn to the customer's answer in the same episode, without the customer's quiet hours.", "seconds", "customer_wait", "customer_waits", good="less"),
    Kpi("customer_response_median", "Customers' response time, median", "The same: half of the answers came sooner.", "seconds", "customer_wait_bins", quantile=0.5, good="less"),
    Kpi("customer_response_p90", "Customers' response time, p90", "The same: nine of ten answers came sooner.", "seconds", "customer_wait_bins", quantile=0.9, good="less"),
    Kpi("agent_response_mean", "Agents' response time, mean", "From the customer's first message that no person had answered to a person's answer in the same episode, in business hours without holidays. Bots and campaigns neither answer nor end the wait.", "seconds", "answer_open", "answers", good="less", target=900, healthy=(None, 900), source=_RULES, period="day"),
    Kpi("agent_response_median", "Agents' response time, median", "The same: half of the answers came sooner.", "seconds", "answer_open_bins", quantile=0.5, good="less", target=900, healthy=(None, 900), source=_RULES, period="day"),
    Kpi("agent_response_p90", "Agents' response time, p90", "The same: nine of ten answers came sooner.", "seconds", "answer_open_bins", quantile=0.9, good="less", target=900, healthy=(None, 900), source=_RULES, period="day"),
    Kpi("agent_response_wall_mean", "Agents' response time on the wall, mean", "The same wait by the clock on the wall, nights and holidays included.", "seconds", "answer_wall", "answers", good="less"),
    Kpi("agent_response_wall_median", "Agents' response time on the wall, median", "The same: half of the answers came sooner.", "seconds", "answer_wall_bins", quantile=0.5, good="less"),
    Kpi("agent_response_wall_p90", "Agents' response time on the wall, p90", "The same: nine of ten answers came sooner.", "seconds", "answer_wall_bins", quantile=0.9, good="less"),
    Kpi("conversations", "Conversations", "Episodes: a thread's stretch to its resolution, or to 72 hours of silence.", "count", "episodes"),
    Kpi("turns", "Turns of a conversation", "Runs of messages of one side, for each episode; bots' count.", "ratio", "turns", "episodes", good="more"),
    Kpi("customer_started_share", "Share that customers start", "Of the episodes, those whose first message was the customer's.", "share", "customer_started", "episodes", good="more", period="month"),
    Kpi("messages_received", "Messages received", "Messages of customers.", "count", "received"),
    Kpi("courtesy_share", "Replies of level 1", "Of customers' messages whose level is known, courtesies.", "share", "level_1", "levelled", good="less"),
    Kpi("information_share", "Replies of level 2", "Of customers' messages whose level is known, those that exchange information.", "share", "level_2", "levelled", good="more"),
    Kpi("action_share", "Replies of level 3", "Of customers' messages whose level is known, calls to action.", "share", "level_3", "levelled", good="more"),
    Kpi("delivery_enquiries", "Delivery enquiries", "Customers' messages about deliveries for each order.", "ratio", "delivery_questions", "orders", good="less"),
    Kpi("resolution_mean", "Resolution time, mean", "From an episode's start to its resolution by hand, by the clock on the wall; what ends by silence does not count.", "seconds", "resolution", "resolved", good="less"),
    Kpi("resolution_median", "Resolution time, median", "The same: half of the episodes were resolved sooner.", "seconds", "resolution_bins", quantile=0.5, good="less"),
    Kpi("resolution_p90", "Resolution time, p90", "The same: nine of ten were resolved sooner.", "seconds", "resolution_bins", quantile=0.9, good="less"),
    Kpi("resolved", "Episodes resolved", "Episodes that were resolved by hand.", "count", "resolved", good="more"),
    Kpi("automatic_share", "Questions answered automatically", "Of the most-asked questions, those that the bot answered.", "share", lacks="the bot", good="more"),
    Kpi("csat", "Satisfaction", "Mean of the answers from 1 to 5 after resolution.", "score", lacks="surveys", good="more", target=4.5, healthy=(4.5, 5), source=_RULES, period="month"),
    Kpi("negative_feedback", "Negative feedback", "Of the answers to surveys, the negative ones.", "share", lacks="surveys", good="less", target=0.02, healthy=(None, 0.02), source=_RULES, period="month"),
    Kpi("recommendation", "Recommendation", "Of the customers asked, those who recommend the store.", "share", lacks="surveys", good="more", target=0.25, healthy=(0.25, None), source=_RULES, period="month"),

    # Selling
    Kpi("inquiry_to_order", "Inquiry to order", "Of the episodes that customers started, those whose customer ordered within 7 days of the start.", "share", "customer_orders", "customer_started", good="more", target=0.35, healthy=(0.35, None), source=_RULES, period="month"),
    Kpi("orders", "Orders", "Orders that were neither tests nor called off.", "count", "orders", good="more"),
    Kpi("revenue", "Revenue", "What was ordered, before what went back, in the tenant's currency.", "money", "revenue", good="more"),
    Kpi("average_order_value", "Average order value", "What was ordered for each order.", "money", "revenue", "orders", good="more", period="month"),
    Kpi("repeat_purchases", "Repeat purchases", "Of the orders of known customers, those that were not the customer's first.", "share", "repeat_orders", "known_orders", good="more", target=0.40, healthy=(0.40, None), source=_RULES, period="quarter"),
    Kpi("refund_rate", "Refunds", "Of the orders, those of which money went back, in part or in full.", "share", "refunded_orders", "orders", good="less", period="month"),
    Kpi("refunded", "Money refunded", "What went back of the orders of the period, whenever it did.", "money", "refunded", good="less", period="month"),
    Kpi("customer_lifetime_value", "Customer lifetime value", "What customers whose first order lies in the period have ordered up to now, less what went back, for each.", "money", "lifetime", "buyers", good="more", period="year"),
    Kpi("half_year_repeat", "Half-year repeat of first buyers", "Of the customers whose first order was 183 days ago in the period, those who ordered again within these days.", "share", "half_year_back", "half_year_due", good="more", period="quarter"),
    Kpi("yearly_churn", "Yearly churn of repeat buyers", "Of the repeat orders that were 365 days ago in the period, those after which the customer ordered nothing for these days.", "share", "year_lost", "year_due", good="less", period="year"),
    Kpi("cart_to_order", "Cart to order", "Of the carts of known customers, those that became an order.", "share", "cart_orders", "carts", good="more", period="month"),
    Kpi("click_to_cart", "Click to cart", "Of the clicks, those after which a cart was filled.", "share", lacks="short links", good="more", target=0.08, healthy=(0.08, None), source=_RULES, period="month"),
    Kpi("attributed_orders", "Attributed orders", "Orders that belong to a message or a coupon.", "count", "attributed_orders", good="more"),
    Kpi("attributed_revenue", "Attributed revenue", "What was ordered by orders that belong to a message or a coupon, before what went back.", "money", "attributed_revenue", good="more"),
    Kpi("attributed_order_value", "Order value of attributed orders", "What was ordered for each attributed order; good is a fifth above the store's own average order value.", "money", "attributed_revenue", "attributed_orders", good="more", period="month"),
    Kpi("revenue_per_recipient", "Revenue per recipient", "Attributed revenue of the period for each time that a customer was written to in it.", "money", "attributed_revenue", "approaches", good="more"),
    Kpi("acquisition_cost", "Customer acquisition cost", "What winning a new buyer cost.", "money", lacks="costs", good="less", period="quarter"),
    Kpi("receipt_confirmation", "Receipt confirmations", "Of the delivered orders, those whose customer confirmed the receipt.", "share", lacks="journeys", good="more", period="month"),
)
# fmt: on

KPIS: dict[str, Kpi] = {one.name: one for one in _ALL}
