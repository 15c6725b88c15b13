"""What a job was told: which column means what, and how cells without more are meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

import orjson

from imports.columns import Field, Kind
from imports.forms import Form
from kernel import keys
from kernel.ids import Id

LegalBasis = Literal["consent", "contract", "legitimate_interest"]
_PLACE = "import_job.plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`country` is where numbers without one belong, `time_zone` what times without one mean."""

    kind: Kind
    form: Form
    headers: tuple[str, ...]
    mapping: Mapping[int, Field]
    legal_basis: LegalBasis
    country: str | None
    time_zone: str
    is_month_first: bool
    is_decimal_comma: bool
    currency: str
    store_id: Id | None
    cancellation_prefix: str
    touchpoint_id: Id | None = None

    def column_of(self, field: Field) -> int | None:
        """Where a field stands, if anywhere."""
        return next((column for column, one in self.mapping.items() if one is field), None)


def seal(plan: Plan, job_id: Id) -> bytes:
    """A plan as its job keeps it: a file without a header shows somebody's name in its place."""
    told = asdict(plan) | {"mapping": {str(at): one.value for at, one in plan.mapping.items()}}
    return keys.house().seal(_PLACE, job_id, orjson.dumps(told))


def open_sealed(sealed: bytes, job_id: Id) -> Plan:
    """The plan of a job."""
    told = orjson.loads(keys.house().open(_PLACE, job_id, sealed))
    told["form"] = Form(**told["form"])
    told["headers"] = tuple(told["headers"])
    told["mapping"] = {int(at): Field(one) for at, one in told["mapping"].items()}
    return Plan(**told)
