"""Files as they really are: encodings, delimiters, damaged rows, huge ones (F7)."""

from __future__ import annotations

import resource

import pytest

import imports
from imports import files
from kernel import clock
from tests.imports.office import Office, codes


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "gb18030"]
)
async def test_encodings_and_delimiters_are_found(encoding: str, office: Office) -> None:
    names = ["Иван Петров", "Пётр Иванов"] if encoding == "cp1251" else ["Иван", "张伟"]
    text = f"Имя;Телефон\r\n{names[0]};+79161112233\r\n{names[1]};+79161112244\r\n"
    shown = await office.preview(text.encode(encoding))
    assert (shown["delimiter"], shown["rows"][1][0]) == ("SEMICOLON", names[1])
    assert [(one["header"], one["field"]) for one in shown["columns"]] == [
        ("Имя", "NAME"),
        ("Телефон", "PHONE"),
    ]
    job = await office.run(text.encode(encoding))
    assert codes(job) == []
    assert {one["name"] for one in await office.contacts()} == set(names)


async def test_a_damaged_row_costs_no_other(office: Office) -> None:
    file = b"\n".join(
        [
            b"phone,name",
            b"600111220,One",
            b'600111221,"Never closed',
            b"600111222,Three",
            b'600111223,"Four" and a half',
            b"600111224," + b"x" * 200_000,
            b"600111225,Six\xff\xfe",
            b"600111226,Seven,shifted",
            b'600111227,"Eight\nin two lines"',
            b"",
            b"600111228,Ten",
            b'600111229,"Open to the end',
        ]
    )
    job = await office.run(file, encoding="utf-8")
    assert codes(job) == [
        (3, None, "BAD_QUOTES"),
        (5, None, "BAD_QUOTES"),
        (6, None, "ROW_TOO_LONG"),
        (7, None, "BAD_CHARACTERS"),
        (8, None, "TOO_MANY_CELLS"),
        (12, None, "BAD_QUOTES"),
    ]
    names = [one["name"] for one in await office.contacts()]
    assert names == ["Eight in two lines", "One", "Ten", "Three"]


async def test_what_was_wrong_with_a_row_is_not_told_of_the_next(office: Office) -> None:
    broken = b'600111230,"Nine\xff\n' + b"x" * 5_000_000
    job = await office.run(b"phone,name\n" + broken + b"\n600111231,Ten\n", encoding="utf-8")
    assert codes(job) == [(2, None, "ROW_TOO_LONG")]
    assert [one["name"] for one in await office.contacts()] == ["Ten"]


@pytest.mark.slow
async def test_a_line_of_100_mb_is_refused_in_bounded_memory(office: Office) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def parts() -> bytes:
        return b"phone,name\n600111222,One\n" + b"x" * 104_857_600 + b"\n600111333,Three\n"

    body = parts()
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    job = await office.run(body)
    assert codes(job) == [(3, None, "ROW_TOO_LONG")]
    assert [one["name"] for one in await office.contacts()] == ["One", "Three"]
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held
    assert grown < 60 * 1024, f"{grown // 1024} MB more, from {before // 1024}"


async def test_columns_with_one_name(office: Office) -> None:
    file = "Phone,Phone,Name,Name\n600111222,600999999,Marta,Vidal\n"
    shown = await office.preview(file)
    assert [one["field"] for one in shown["columns"]] == ["PHONE", None, "NAME", None]
    job = await office.run(file)
    assert codes(job) == []
    assert [one["phone"] for one in await office.contacts()] == ["+34600111222"]
    both = [{"index": 0, "field": "PHONE"}, {"index": 1, "field": "PHONE"}]
    refused = await office.create(file, mapping=both)
    assert refused["userErrors"] == [
        {
            "field": ["mapping"],
            "code": "NOT_UNIQUE",
            "message": "Two columns are mapped to PHONE; choose one.",
        }
    ]


async def test_a_mapping_is_kept_for_the_next_file(office: Office) -> None:
    file = "A,B,C\n600111222,Marta,vip\n"
    mapping = [{"index": 0, "field": "PHONE"}, {"index": 1, "field": "NAME"}]
    await office.run(file, mapping=mapping)
    shown = await office.preview("A,B,C\n600111333,Lea,\n")
    assert shown["mappedBefore"] is True
    assert [one["field"] for one in shown["columns"]] == ["PHONE", "NAME", None]
    assert (await office.preview("A,B\n1,2\n"))["mappedBefore"] is False


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"mapping": []}, ["mapping"], "MISSING"),
        ({"mapping": [{"index": 7, "field": "PHONE"}]}, ["mapping"], "INVALID"),
        ({"encoding": "klingon"}, ["encoding"], "BAD_FORM"),
        ({"file": "file_0000000000000000000000"}, ["file"], "NOT_FOUND"),
        ({"file": "nonsense"}, ["file"], "BAD_ID"),
    ],
)
async def test_what_cannot_be_imported_is_told(
    more: dict[str, object], field: list[str], code: str, office: Office
) -> None:
    payload = await office.create("phone\n600111222\n", **more)
    assert [(one["field"], one["code"]) for one in payload["userErrors"]] == [(field, code)]
    assert payload["job"] is None


async def test_a_file_that_is_no_table(office: Office) -> None:
    for data in (b"PK\x03\x04" + bytes(range(256)) * 9, b"\n\n\n", b'"never closed'):
        payload = await office.create(data)
        assert [one["code"] for one in payload["userErrors"]] == ["BAD_FORM"], data[:4]


async def test_who_may_upload(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await office.upload("phone\n", token=office.store.tokens["agent"]))[0] == 403
    assert (await office.upload("phone\n", token="nonsense"))[0] == 401
    status, told = await office.upload(b"")
    assert (status, told["code"], told["field"]) == (400, "EMPTY", ["file"])
    monkeypatch.setattr(files, "LARGEST", 1_000_000)
    status, told = await office.upload(b"x" * 1_000_001)
    assert (status, told["code"]) == (413, "FILE_TOO_LARGE")
    folder = office.door.settings.data / "imports"
    assert [path for path in folder.rglob("*") if path.is_file()] == []


async def test_files_and_problems_tell_nothing_of_people(office: Office) -> None:
    job = await office.run("phone,name\n12,=Marta Vidal()\n999,Lea Prat\n")
    status, report = await office.report(job)
    assert status == 200
    assert report.decode("utf-8-sig").splitlines() == [
        "row,column,header,code,taken,right",
        "2,2,name,FORMULA,no,The cell is a formula; write its value.",
        "3,1,phone,BAD_PHONE,no,That is no phone number that exists; +34600111222 would be one.",
    ]
    assert (await office.report(job, office.store.tokens["agent"]))[0] == 403
    unknown = {"problemsUrl": "/imports/job_0000000000000000000000/problems.csv"}
    assert (await office.report(unknown))[0] == 404
    for path in office.door.settings.data.rglob("*"):
        if path.is_file():
            assert b"Vidal" not in path.read_bytes(), path.name


async def test_a_header_that_is_a_formula_is_made_harmless(office: Office) -> None:
    file = "=cmd(),name\n12,Marta\n"
    mapping = [{"index": 0, "field": "PHONE"}]
    _, report = await office.report(await office.run(file, mapping=mapping))
    assert b"2,1,'=cmd(),BAD_PHONE" in report


async def test_files_go_after_a_week(office: Office) -> None:
    await office.run("phone\n600111222\n")
    waiting = await office.start("phone\n600111333\n")
    await office.do("Pause", waiting)
    assert await imports.drop_old_files() == 0
    clock.move(8 * clock.DAY)
    assert await imports.drop_old_files() == 1
    folder = office.door.settings.data / "imports"
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1
