"""All measurements, one after the other; the table for the README."""

from benchmarks import drain, figures, gate, inbox, sealing, startup, stores, webhooks

figures.show(
    webhooks.measure,
    drain.measure,
    gate.measure,
    stores.measure,
    inbox.measure,
    sealing.measure,
    startup.measure,
)
