"""An office that imports: files in through the door, jobs done, the database looked at."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import imports
from tests.api.door import Door, Store
from tests.kernel.filled import both

CREATE = """
mutation($input: ImportCreateInput!) { importCreate(input: $input) {
  job { id kind state dryRun progress { done total } } userErrors { field code message } } }
"""
PREVIEW = """
mutation($input: ImportPreviewInput!) { importPreview(input: $input) {
  preview { encoding delimiter mappedBefore columns { index header field } rows }
  userErrors { field code message } } }
"""
JOB = """
query($id: ID!) { job(id: $id) { kind state trouble dryRun progress { done total }
  startedAt finishedAt
  report { rows created updated unchanged known refused consented unproven kept
    orders returns withoutCustomer cancellations free duplicates keptOrders }
  problemsUrl
  problems(first: 200) { totalCount nodes { row column header code message taken } } } }
"""
# What only grows, and the tables of imports themselves.
_HISTORIES = (
    "outbox reader chain_head audit_entry audit_subject destroyed_mark import_file import_job "
    "import_problem import_mapping"
)
HISTORIES = frozenset(_HISTORIES.split())


@dataclass
class Office:
    """The store's owner at the door."""

    door: Door
    store: Store
    environ: dict[str, str]

    @property
    def token(self) -> str:
        return self.store.tokens["owner"]

    async def upload(self, data: bytes | str, token: str = "") -> tuple[int, Any]:
        """Status and JSON of a file that is sent."""
        body = io.BytesIO(data.encode() if isinstance(data, str) else data)
        headers = {"authorization": f"Bearer {token or self.token}", "content-type": "text/csv"}
        url = f"{self.door.root}/imports/files"
        async with self.door.http.post(url, data=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def file(self, data: bytes | str) -> str:
        """The id of a file that was taken in."""
        status, told = await self.upload(data)
        assert status == 201, told
        return str(told["file"])

    async def preview(self, data: bytes | str, **more: Any) -> Any:
        """A first look at a file."""
        given = {"file": await self.file(data), "kind": "CONTACTS", **more}
        answer = await self.door.data(PREVIEW, self.token, input=given)
        assert answer["importPreview"]["userErrors"] == []
        return answer["importPreview"]["preview"]

    async def create(self, data: bytes | str, **more: Any) -> Any:
        """The payload of an import that is asked for."""
        given = {
            "file": await self.file(data),
            "kind": "CONTACTS",
            "legalBasis": "CONTRACT",
            "country": "ES",
            **more,
        }
        return (await self.door.data(CREATE, self.token, input=given))["importCreate"]

    async def start(self, data: bytes | str, **more: Any) -> str:
        """The id of the job of an import."""
        payload = await self.create(data, **more)
        assert payload["userErrors"] == []
        return str(payload["job"]["id"])

    async def run(self, data: bytes | str, **more: Any) -> Any:
        """An import, and its job when it is done."""
        job_id = await self.start(data, **more)
        await work()
        return await self.job(job_id)

    async def job(self, job_id: str) -> Any:
        """A job as it stands."""
        return {"id": job_id, **(await self.door.data(JOB, self.token, id=job_id))["job"]}

    async def do(self, verb: str, job_id: str) -> Any:
        """The payload of importPause, importResume, importCancel, importUndo."""
        name = f"import{verb}"
        text = f"""mutation($input: ImportInput!) {{ {name}(input: $input) {{
            job {{ state }} userErrors {{ field code message }} }} }}"""
        return (await self.door.data(text, self.token, input={"job": job_id}))[name]

    async def undo(self, job_id: str) -> Any:
        """Take an import back; its job afterwards."""
        assert (await self.do("Undo", job_id))["userErrors"] == []
        await work()
        return await self.job(job_id)

    async def report(self, job: Any, token: str = "") -> tuple[int, bytes]:
        """The report of a job as it is downloaded."""
        headers = {"authorization": f"Bearer {token or self.token}"}
        url = f"{self.door.root}{job['problemsUrl']}"
        async with self.door.http.get(url, headers=headers) as answer:
            return answer.status, await answer.read()

    async def stored(self, but: Iterable[str] = HISTORIES) -> dict[str, str]:
        """A checksum of every table with rows, but of these."""
        main, persons = both(self.door.settings)
        rows = await main.rows()
        subjects = {str(row["id"]) for row in rows["subject"]}
        # Files have keys as well, which go with the files.
        keys = (await persons.rows())["person_key"]
        rows["person_key"] = [one for one in keys if str(one["subject_id"]) in subjects]
        return {
            table: hashlib.sha256(repr(found).encode()).hexdigest()
            for table, found in rows.items()
            if found and table not in but
        }

    async def contacts(self) -> list[dict[str, Any]]:
        """All contacts, as the API shows them."""
        query = """{ contacts(first: 200) { nodes { id name phone language country
            tags { name } identities { kind value } consents { purpose state } } } }"""
        nodes = (await self.door.data(query, self.token))["contacts"]["nodes"]
        return sorted(nodes, key=lambda one: (one["name"] or "", one["phone"] or ""))


async def work() -> None:
    """Let the worker do all that waits."""
    while await imports.run_next():
        pass


def codes(job: Any) -> list[tuple[int, int | None, str]]:
    """Row, column and code of each problem."""
    return [(one["row"], one["column"], one["code"]) for one in job["problems"]["nodes"]]
