"""The two demo tenants: a clothes shop in Spain and an exporter of tools."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Colleague:
    """Somebody who works in a house; the address is `<local>@<key of the house>.example`."""

    role: str
    local: str
    name: str


@dataclass(frozen=True)
class House:
    """A demo tenant with its account and number on the platform."""

    key: str
    name: str
    country: str
    locale: str
    time_zone: str
    currency: str
    signature: str
    waba_id: str
    phone_number_id: str
    display_phone_number: str
    people: tuple[Colleague, ...]

    def email(self, colleague: Colleague) -> str:
        """The address with which a colleague signs in."""
        return f"{colleague.local}@{self.key}.example"


# The numbers of tests/payloads belong to these two, so that those files can be posted as well.
HOUSES = (
    House(
        key="costa",
        name="Costa Brisa Moda",
        country="ES",
        locale="es-ES",
        time_zone="Europe/Madrid",
        currency="EUR",
        signature="Un saludo del equipo de Costa Brisa",
        waba_id="102290129340398",
        phone_number_id="106540352242922",
        display_phone_number="15550783881",
        people=(
            Colleague("owner", "owner", "Elena Marchena"),
            Colleague("admin", "admin", "Pau Ribelles"),
            Colleague("agent", "agent", "Irene Casal"),
            Colleague("agent", "agent2", "Hugo Montalvo"),
            Colleague("analyst", "analyst", "Teresa Blasco"),
            Colleague("compliance", "compliance", "Martín Olmedo"),
        ),
    ),
    House(
        key="harbour",
        name="Harbour & Vale Tools",
        country="GB",
        locale="en-GB",
        time_zone="Europe/London",
        currency="GBP",
        signature="Kind regards, the Harbour & Vale team",
        waba_id="880099112233445",
        phone_number_id="550011223344556",
        display_phone_number="442079460123",
        people=(
            Colleague("owner", "owner", "Rosalind Thorne"),
            Colleague("admin", "admin", "Gareth Pell"),
            Colleague("agent", "agent", "Mei Tanaka-Lund"),
            Colleague("agent", "agent2", "Anton Berezin"),
            Colleague("analyst", "analyst", "Farah Haddon"),
            Colleague("compliance", "compliance", "Judith Ames"),
        ),
    ),
)
