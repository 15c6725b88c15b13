"""What platforms send ↔ what shops tell: the only place that sees their JSON.

Tolerant: what is missing, null or of the wrong type is left out; only a body without its id tells
nothing.
"""
