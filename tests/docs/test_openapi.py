"""openapi.yaml is OpenAPI, describes every route and no other, and its examples are right."""

import re
from importlib import metadata

import pytest
from falcon.inspect import inspect_routes
from falcon.testing import TestClient
from openapi_spec_validator import validate

from api import errors
from exporter.model import Status
from exporter.model.conditions import Condition
from exporter.schedule import ScheduleSource
from tests.docs import reports
from tests.docs.contract import CONTRACT, Example, anonymous

_WITHOUT_BODY = {204, 303, 304}


def _served(client: TestClient) -> dict[str, set[str]]:
    """Return each path's methods, without those that only refuse or list the others."""
    return {
        anonymous(route.path): {method.method for method in route.methods if not method.internal}
        for route in inspect_routes(client.app)
    }


def _described() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for operation in CONTRACT.operations():
        found.setdefault(operation.template, set()).add(operation.method)
    return found


def test_the_file_is_valid_openapi() -> None:
    validate(CONTRACT.document)


def test_every_route_and_no_other_is_described(client: TestClient) -> None:
    served = {path: methods - {"HEAD"} for path, methods in _served(client).items()}
    assert served == _described()


def test_every_get_answers_head(client: TestClient) -> None:
    for path, methods in _served(client).items():
        assert ("GET" in methods) == ("HEAD" in methods), path


def test_the_version_is_that_of_the_package() -> None:
    assert CONTRACT.document["info"]["version"] == metadata.version("duplistatus-exporter")


def test_operation_ids_are_unique() -> None:
    names = [CONTRACT.at(operation.pointer)["operationId"] for operation in CONTRACT.operations()]
    assert len(names) == len(set(names))


def test_every_path_parameter_is_described() -> None:
    for operation in CONTRACT.operations():
        item = CONTRACT.document["paths"][operation.path]
        given = [*item.get("parameters", ()), *CONTRACT.at(operation.pointer).get("parameters", ())]
        resolved = [
            CONTRACT.at(parameter["$ref"].removeprefix("#")) if "$ref" in parameter else parameter
            for parameter in given
        ]
        named = {each["name"] for each in resolved if each["in"] == "path"}
        assert named == set(re.findall(r"\{([^}]+)\}", operation.path)), operation.path


@pytest.mark.parametrize("example", list(CONTRACT.examples()), ids=lambda example: example.pointer)
def test_every_example_fits_its_schema(example: Example) -> None:
    assert CONTRACT.faults(example.schema_pointer, example.value) == []


def test_every_body_has_an_example() -> None:
    shown = {example.schema_pointer for example in CONTRACT.examples()}
    for operation in CONTRACT.operations():
        for status, pointer in CONTRACT.responses(operation).items():
            content = CONTRACT.at(pointer).get("content", {})
            assert bool(content) == (status not in _WITHOUT_BODY), f"{operation.path} {status}"
            for media_type in content:
                escaped = media_type.replace("/", "~1")
                assert f"{pointer}/content/{escaped}/schema" in shown


def test_every_kind_of_error_is_named() -> None:
    named = CONTRACT.at("/components/schemas/Error/properties/error/enum")
    assert set(named) == set(errors.KINDS.values())


def test_every_component_of_an_error_has_its_own_kind() -> None:
    for name, response in CONTRACT.document["components"]["responses"].items():
        for content in response.get("content", {}).values():
            assert content["schema"]["allOf"][1]["properties"]["error"] == {"const": name}


def test_every_answer_of_an_error_has_the_kind_of_its_status() -> None:
    for operation in CONTRACT.operations():
        for status, pointer in CONTRACT.responses(operation).items():
            if status >= 400:
                assert pointer.rpartition("/")[2] == errors.KINDS[status], operation.path


def test_the_statuses_are_those_of_the_model() -> None:
    assert CONTRACT.at("/components/schemas/Status/enum") == [status.value for status in Status]


def test_the_conditions_are_those_of_the_code() -> None:
    assert CONTRACT.at("/components/schemas/Condition/enum") == [each.value for each in Condition]


def test_the_sources_of_an_expectation_are_those_of_the_code() -> None:
    sources = CONTRACT.at("/components/schemas/Job/properties/scheduleSource/enum")
    assert sources == [*(source.value for source in ScheduleSource), None]


def test_the_statuses_of_a_plain_report_are_those_taken(client: TestClient) -> None:
    backup = CONTRACT.at("/components/schemas/PlainReport/properties/backup")
    report = reports.plain()
    report["backup"]["status"] = "none of them"
    answer = client.simulate_post("/api/upload", json=report)
    taken = ", ".join(backup["properties"]["status"]["enum"])
    assert answer.json["details"] == [
        {"field": "backup.status", "message": f"must be one of {taken}"}
    ]
