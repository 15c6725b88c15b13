"""The simulator: a WhatsApp platform of its own, for tests, demonstrations and measurements (F19).

It stands apart from the rest of the channels: a program (`python -m channels.simulator`) that knows
only the platform's contract. It keeps a town of people in memory, answers the same API, posts the
same webhooks, holds to the same limits, and goes wrong on order.
My words: town (all apps, accounts, numbers and people), person (a simulated customer), act (what a
person does), fault (what goes wrong with a request), settle (to add to the town by a document).
"""

from channels.simulator.running import Simulator, running

__all__ = ["Simulator", "running"]
