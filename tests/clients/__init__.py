"""The clients of the field against our server; `scripts/check-protocol` sets them up."""
