"""The commands round the house: each `scripts/NAME` stands in front of a module or tool in here."""
