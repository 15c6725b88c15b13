from analytics import KPIS
from counters import METRICS, WITHOUT_SOURCE

# What is defined and waits for its source; whoever builds the source takes it off this list.
LACKING = {
    "acquisition_cost",
    "automatic_share",
    "click_rate",
    "click_to_cart",
    "cost_per_message",
    "csat",
    "negative_feedback",
    "receipt_confirmation",
    "recommendation",
}


def test_every_kpi_is_reckoned_from_metrics_or_says_what_it_lacks() -> None:
    for one in KPIS.values():
        assert bool(one.metrics) != bool(one.lacks), one.name
        assert set(one.metrics) <= METRICS.keys()
        assert one.lacks or one.dimensions, one.name
        assert (one.quantile is not None) == any(METRICS[m].is_binned for m in one.metrics)
        assert one.meaning.endswith(".")
        assert one.formula
        assert one.good or one.target is None, one.name
    assert {one.name for one in KPIS.values() if one.lacks} == LACKING
    assert set(WITHOUT_SOURCE) == {"journey", "segment", "team", "variant"}


def test_every_metric_serves_a_kpi() -> None:
    assert {metric for one in KPIS.values() for metric in one.metrics} == METRICS.keys()
