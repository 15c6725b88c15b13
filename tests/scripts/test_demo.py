"""The demo's customers and templates: enough of them, and what the simulator takes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from channels.simulator import running
from channels.simulator.behaviour import Reply
from channels.simulator.phones import is_whole
from channels.simulator.template_rules import check_components, check_head
from scripts.demo.customers import Customer, talkers
from scripts.demo.houses import HOUSES
from scripts.demo.templates import template_bodies, templates
from scripts.demo.town import town
from scripts.demo.traffic import earlier_customers
from tests.scripts.started import fresh_environ, refusal
from tests.servers import ROOT

EVERYBODY = [*earlier_customers(), *talkers()]
LANGUAGES = ["ar", "de", "en", "es", "id", "pt", "ru", "zh"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_people_and_talks_of_its_own(language: str) -> None:
    people = [one for one in talkers() if one.language == language]
    assert len(people) == 30
    assert all(3 <= len(one.talk) <= 6 for one in people)
    assert Counter(one.house.key for one in people) == {house.key: 15 for house in HOUSES}
    page = json.loads((ROOT / "scripts" / "demo" / "talks" / f"{language}.json").read_text())
    talks = [tuple(talk) for house in HOUSES for talk in page["talks"][house.key]]
    assert len(set(talks)) == len(talks) >= 12


def test_nobody_is_taken_for_somebody_else() -> None:
    assert {one.language for one in EVERYBODY} == set(LANGUAGES)
    for named in ("id", "user_id"):
        assert len({getattr(one, named) for one in EVERYBODY}) == len(EVERYBODY)
    phones = [one.phone for one in EVERYBODY if one.phone]
    assert len(set(phones)) == len(phones)
    assert all(is_whole(phone) for phone in phones)
    handles = [one.username for one in EVERYBODY if one.username]
    assert len(set(handles)) == len(handles) > 40
    assert sum(one.hidden for one in EVERYBODY) > 40


def test_templates_are_what_the_platform_approves() -> None:
    assert {one.category for one in templates()} == {"UTILITY", "MARKETING"}
    assert len({one.language for one in templates()}) >= 6
    for one in templates():
        kept = one.in_town()
        check_head(kept)
        check_components(kept["components"], kept["category"], kept["parameter_format"])
    changes = [change for body in template_bodies(1) for change in body["entry"][0]["changes"]]
    assert len(changes) == 2 * len(list(templates()))


@pytest.mark.usefixtures("house")  # its keyring is where the town's secrets come from
async def test_the_town_is_settled_and_people_answer_by_themselves() -> None:
    talker = next(one for one in talkers() if len(one.talk) == 6 and one.receipts)
    async with running() as simulator:
        document = town("default", "http://127.0.0.1:9/none", EVERYBODY, {talker.id: 1})
        chats = document.pop("chats")
        done = simulator.settle(document)
        assert (done["people"], done["numbers"]) == (len(EVERYBODY), len(HOUSES))
        assert [chat["person"] for chat in chats] == [talker.id]
        assert replies_to(talker, talker.talk[1]) == talker.talk[2]
        assert replies_to(talker, talker.talk[5]) is None
        assert replies_to(talker, "Something else") is not None


async def test_a_town_that_cannot_be_read_is_told_in_one_line(tmp_path: Path) -> None:
    environ, broken = fresh_environ(tmp_path / "var"), tmp_path / "town.json"
    broken.write_text('{"people": [{"id": "x"}]}')
    status, said = await refusal(environ, "channels.simulator", "--town", str(broken))
    assert (status, said.count("\n")) == (2, 1)
    assert said.startswith(f"--town {broken}: ")
    assert "people.0.phone" in said
    broken.write_text("no JSON")
    status, said = await refusal(environ, "channels.simulator", "--town", str(broken))
    assert (status, said.count("\n")) == (2, 1)


def replies_to(customer: Customer, text: str) -> str | None:
    """What a person says by themselves when they are told this."""
    replies = [Reply(**one) for one in customer.in_town()["behaviour"]["replies"]]
    return next((one.text for one in replies if one.fits(text)), None)
