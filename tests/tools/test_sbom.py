"""The list of what the image installs is CycloneDX, the same each time, and complete."""

import json
import re
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.deploy.files import read
from tests.tools import sbom
from tests.tools.release import version

PINNED = dict(re.findall(r"^([\w-]+)==([\w.]+)", read("requirements.lock"), re.MULTILINE))


@pytest.fixture(scope="module")
def document() -> str:
    return sbom.document()


@pytest.fixture
def content(document: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document)
    return found


def test_it_fits_the_schema_of_cyclonedx(document: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(document) is None


def test_it_names_all_that_is_locked_but_what_installs_it(content: dict[str, Any]) -> None:
    named = {each["name"]: each["version"] for each in content["components"]}
    assert {**named, "pip": PINNED["pip"]} == PINNED


def test_each_component_can_be_looked_up_and_compared(content: dict[str, Any]) -> None:
    for each in content["components"]:
        assert each["purl"] == f"pkg:pypi/{each['name']}@{each['version']}"
        (published,) = each["externalReferences"]
        assert all(digest["alg"] == "SHA-256" for digest in published["hashes"])
        assert published["hashes"]


def test_it_is_about_this_version_under_its_licence(content: dict[str, Any]) -> None:
    about = content["metadata"]["component"]
    assert (about["name"], about["version"]) == ("duplistatus-exporter", version())
    assert [each["license"]["id"] for each in about["licenses"]] == ["MIT"]


def test_it_names_no_time_but_one_that_it_is_given(
    content: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "timestamp" not in content["metadata"]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    named = json.loads(sbom.document())["metadata"]["timestamp"]
    assert named == "2023-11-14T22:13:20+00:00"
