"""All measurements, one after the other; the table for the README."""

from benchmarks import drain, figures, inbox, startup, webhooks

figures.show(webhooks.measure, drain.measure, inbox.measure, startup.measure)
