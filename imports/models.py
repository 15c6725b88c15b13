"""The tables of imports; only this folder writes them."""

from __future__ import annotations

from tortoise.fields import BigIntField, IntField, SmallIntField

from kernel.models import (
    IdField,
    InstantField,
    SealedField,
    TenantModel,
    TenantTable,
    TextField,
    TokenField,
)


class ImportFile(TenantModel):
    """A file that was uploaded to be imported."""

    person_id = IdField(null=True)
    size = BigIntField()
    state = TextField()
    created_at = InstantField()

    class Meta:
        """Its table."""

        table = "import_file"


class ImportMapping(TenantTable):
    """What the columns of files with these headers mean."""

    kind = TextField()
    headers_token = TokenField(primary_key=True)
    columns = TextField()
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "import_mapping"


class ImportJob(TenantModel):
    """One reading of a file."""

    kind = TextField()
    file_id = IdField()
    person_id = IdField(null=True)
    is_dry_run = SmallIntField()
    plan_sealed = SealedField()
    state = TextField()
    trouble = TextField(null=True)
    scattered = TextField(null=True)
    round = SmallIntField()
    position = BigIntField()
    row_number = BigIntField()
    done = BigIntField()
    total = BigIntField(null=True)
    counts = TextField()
    attempts = SmallIntField()
    lease_until = InstantField()
    fence = BigIntField()
    created_at = InstantField()
    started_at = InstantField(null=True)
    finished_at = InstantField(null=True)
    updated_at = InstantField()

    class Meta:
        """Its table."""

        table = "import_job"


class ImportProblem(TenantTable):
    """Something wrong with a row."""

    job_id = IdField(primary_key=True)
    row_number = BigIntField()
    place = IntField()
    code = TextField()

    class Meta:
        """Its table."""

        table = "import_problem"


class ImportEffect(TenantModel):
    """Something that a job made or changed."""

    job_id = IdField()
    row_number = BigIntField()
    kind = TextField()
    contact_id = IdField(null=True)
    object_id = IdField()
    before = TextField(null=True)

    class Meta:
        """Its table."""

        table = "import_effect"
