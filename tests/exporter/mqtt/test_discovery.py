"""What Home Assistant is told of a job and of the fleet."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from exporter.fleet.views import JobView
from exporter.mqtt.discovery import (
    MAX_NAME,
    Describing,
    describe_fleet,
    describe_job,
)
from exporter.mqtt.topics import Topics
from tests.exporter.conditions.views import daily, view_named
from tests.exporter.mqtt.documented import ID, faults

GOLDEN = Path(__file__).parents[2] / "support" / "golden" / "mqtt"
COMMON = Describing(Topics("duplistatus", "homeassistant"), "1.2.3", "https://backups.example")


def described(view: JobView, common: Describing = COMMON) -> dict[str, Any]:
    return describe_job(view, common)


def named(server: str, backup: str) -> JobView:
    view = view_named(backup, daily())
    return replace(view, server=replace(view.server, name=server, version="2.1.0.5"))


def test_descriptions_are_as_they_were(pytestconfig: pytest.Config) -> None:
    found = {"fleet": describe_fleet(COMMON), "job": described(named("nas", "Photos"))}
    for name, config in found.items():
        path = GOLDEN / f"{name}.json"
        if pytestconfig.getoption("--update-golden"):
            path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
        assert json.loads(path.read_text(encoding="utf-8")) == config


def test_every_field_is_one_that_home_assistant_documents() -> None:
    assert faults(describe_fleet(COMMON)) == []
    assert faults(described(named("nas", "Photos"))) == []


def test_every_entity_has_an_id_that_no_other_one_has() -> None:
    one, other = named("nas", "Photos"), named("nas", "Photos")
    other = replace(other, job=replace(other.job, id=2))
    elsewhere = replace(COMMON, topics=Topics("office/backups", "homeassistant"))
    configs = [describe_fleet(COMMON), described(one), described(other), described(one, elsewhere)]
    ids = [entity["unique_id"] for config in configs for entity in config["components"].values()]
    assert len(set(ids)) == len(ids) == 5 + 3 * 8
    assert all(ID.fullmatch(each) for each in ids)


def test_an_id_stays_when_names_change() -> None:
    ids = [
        [entity["unique_id"] for entity in described(named(*names))["components"].values()]
        for names in (("nas", "Photos"), ("other", "Pictures"))
    ]
    assert ids[0] == ids[1]


def test_a_server_is_called_by_its_alias() -> None:
    view = named("nas-17", "Photos")
    view = replace(view, server=replace(view.server, alias="Office"))
    assert described(view)["device"]["name"] == "Office"


def test_without_a_public_address_nothing_is_linked() -> None:
    common = replace(COMMON, public_url=None)
    for config in (describe_fleet(common), described(named("nas", "Photos"), common)):
        assert "configuration_url" not in config["device"]


def test_a_server_whose_version_is_unknown_has_none() -> None:
    view = named("nas", "Photos")
    view = replace(view, server=replace(view.server, version=None))
    assert "sw_version" not in described(view)["device"]


def test_names_are_on_one_line_and_cut() -> None:
    config = described(named("nas\n\x07\u202e", "x" * 500))
    name = config["components"]["problem"]["name"]
    assert config["device"]["name"] == "nas \ufffd\ufffd"
    assert name == f"{'x' * (MAX_NAME - 1)}\u2026 problem"
    assert described(named("\x00", " "))["components"]["size"]["name"] == "(no name) size"


def test_no_name_gets_into_a_template_or_a_topic() -> None:
    config = described(named("{{ 7*7 }}/#", "{% raw %}/+"))
    plain = described(named("nas", "Photos"))
    for key, entity in config["components"].items():
        assert {**entity, "name": ""} == {**plain["components"][key], "name": ""}
    assert config["state_topic"] == plain["state_topic"]
