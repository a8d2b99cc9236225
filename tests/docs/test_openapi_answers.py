"""What the app really answers is what openapi.yaml describes."""

import gzip
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from falcon.testing import Result, TestClient

from tests.docs import daemon
from tests.docs.case import FORM, JSON, Case, Fault
from tests.docs.cases import CASES
from tests.docs.cases_of_forms import FORMS, SIGN_IN
from tests.docs.cases_of_reports import CLOSED
from tests.docs.contract import CONTRACT, Example, Operation, join

_REPORTED = ("/api/upload", "/api/activity", "/upload", "/")
_UPLOAD_BODIES = "/paths/~1api~1upload/post/requestBody/content"


def _operation(method: str, path: str) -> Operation:
    return next(
        each for each in CONTRACT.operations() if (each.method, each.path) == (method, path)
    )


def _ask(client: TestClient, case: Case) -> Result:
    path, _, query = case.url.partition("?")
    return client.simulate_request(
        case.method, path, query_string=query, headers=dict(case.headers), body=case.body
    )


def _value(answer: Result) -> object:
    content = answer.content
    if answer.headers.get("content-encoding") == "gzip":
        content = gzip.decompress(content)
    text = content.decode()
    return json.loads(text) if answer.headers["content-type"] == JSON else text


def _faults(response_pointer: str, answer: Result) -> list[str]:
    media_type = answer.headers["content-type"]
    schema = join(response_pointer, "content", media_type, "schema")
    return [
        *CONTRACT.faults(schema, _value(answer)),
        *CONTRACT.header_faults(response_pointer, answer.headers),
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_answer_is_as_described(case: Case, client_with: Callable[[Fault], TestClient]) -> None:
    answer = _ask(client_with(case.fault), case)
    assert answer.status_code == case.status, answer.text
    response = CONTRACT.responses(_operation(case.method, case.path))[case.status]
    if case.status in (303, 304):
        assert answer.content == b""
        assert CONTRACT.header_faults(response, answer.headers) == []
        return
    expected = case.content_type if case.status in (200, 202) else JSON
    assert answer.headers["content-type"] == expected
    assert _faults(response, answer) == []


def test_every_described_answer_is_asked_for() -> None:
    described = {
        (operation.method, operation.path, status)
        for operation in CONTRACT.operations()
        for status in CONTRACT.responses(operation)
    }
    assert {(case.method, case.path, case.status) for case in CASES} == described


def test_every_described_form_of_an_answer_is_asked_for() -> None:
    described = {
        (operation.path, media_type)
        for operation in CONTRACT.operations()
        for status, pointer in CONTRACT.responses(operation).items()
        if status in (200, 202)
        for media_type in CONTRACT.at(pointer)["content"]
    }
    asked = {(case.path, case.content_type) for case in CASES if case.status in (200, 202)}
    assert asked == described


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("POST", "/nowhere", "NotFoundError"),
        ("GET", "/api/nowhere", "NotFoundError"),
        ("GET", "/api/lastbackup/", "NotFoundError"),
        ("PUT", "/api/summary", "MethodNotAllowedError"),
        ("GET", "/api/upload", "MethodNotAllowedError"),
    ],
)
def test_what_no_route_answers_is_as_described(
    method: str, path: str, kind: str, client: TestClient
) -> None:
    answer = client.simulate_request(method, path, headers={"Accept": "text/html"})
    assert _faults(f"/components/responses/{kind}", answer) == []


def test_an_empty_daemon_answers_as_described(empty_client: TestClient) -> None:
    for path in (
        "/api/summary",
        "/api/servers",
        "/api/jobs",
        "/api/backups",
        "/api/rejected",
        "/api/notifications",
    ):
        answer = empty_client.simulate_get(path)
        response = CONTRACT.responses(_operation("GET", path))[200]
        assert _faults(response, answer) == [], path


def _uploads() -> list[Example]:
    return [each for each in CONTRACT.examples() if each.pointer.startswith(_UPLOAD_BODIES)]


def _encoded(value: Any) -> str:  # noqa: ANN401 - an example may be anything
    if isinstance(value, str):
        return value
    return urlencode(value) if "message" in value else json.dumps(value)


@pytest.mark.parametrize("example", _uploads(), ids=lambda example: example.pointer)
def test_every_example_of_a_report_is_accepted(example: Example, empty_client: TestClient) -> None:
    media_type = example.pointer.removeprefix(_UPLOAD_BODIES).split("/")[1].replace("~1", "/")
    answer = empty_client.simulate_post(
        "/api/upload", body=_encoded(example.value), content_type=media_type
    )
    assert answer.json["message"] == "Backup data uploaded successfully"


def _gets() -> list[str]:
    return [each.path for each in CONTRACT.operations() if each.method == "GET"]


@pytest.mark.parametrize("path", _gets())
def test_a_head_has_the_headers_of_the_get_and_no_body(path: str, client: TestClient) -> None:
    path = re.sub(r"\{.*?\}", "1", path)
    head, got = client.simulate_head(path), client.simulate_get(path)
    assert head.content == b""
    assert set(head.headers) == set(got.headers)


def _changes() -> list[Operation]:
    operations = [each for each in CONTRACT.operations() if each.method != "GET"]
    return [each for each in operations if each.path not in _REPORTED and not _is_form(each)]


def _is_form(operation: Operation) -> bool:
    return operation.method == "POST" and not operation.path.startswith(("/api/", "/-/"))


def _forms() -> list[Operation]:
    operations = [each for each in CONTRACT.operations() if _is_form(each)]
    return [each for each in operations if each.path not in _REPORTED]


@pytest.mark.parametrize("operation", _forms(), ids=lambda each: each.path)
def test_every_form_is_described_as_needing_a_session(operation: Operation) -> None:
    needed: list[object] = [] if operation.path == SIGN_IN else [{"session": []}]
    assert CONTRACT.at(operation.pointer)["security"] == needed
    assert {303, 403} <= set(CONTRACT.responses(operation))


@pytest.mark.parametrize("operation", _changes(), ids=lambda each: f"{each.method} {each.path}")
def test_every_change_is_described_as_needing_the_token(operation: Operation) -> None:
    assert CONTRACT.at(operation.pointer)["security"] == [{"adminToken": []}]
    assert {401, 403} <= set(CONTRACT.responses(operation))


@pytest.mark.parametrize("case", CLOSED, ids=lambda case: case.name)
def test_what_may_need_a_token_is_described_so(case: Case) -> None:
    security = CONTRACT.at(_operation(case.method, case.path).pointer)["security"]
    from_duplicati = case.path in _REPORTED and case.method != "GET"
    in_url: list[dict[str, list[str]]] = [{"tokenInUrl": []}] if from_duplicati else []
    is_page = case.method == "GET" and not case.path.startswith(("/api/", "/metrics"))
    in_cookie: list[dict[str, list[str]]] = [{"session": []}] if is_page else []
    assert security == [{}, {"token": []}, {"password": []}, *in_url, *in_cookie]


@pytest.mark.parametrize("operation", _forms(), ids=lambda each: each.path)
def test_the_example_of_a_form_has_what_its_cases_have(operation: Operation) -> None:
    media = join(CONTRACT.resolve(join(operation.pointer, "requestBody")), "content", FORM)
    right = next(each for each in FORMS if (each.method, each.path) == ("POST", operation.path))
    assert set(CONTRACT.at(media)["example"]) == set(dict(parse_qsl((right.body or b"").decode())))


def _change_examples() -> list[tuple[Operation, Example]]:
    return [
        (operation, example)
        for operation in _changes()
        for example in CONTRACT.examples()
        if example.pointer.startswith(f"{operation.pointer}/requestBody/")
    ]


@pytest.mark.parametrize(("operation", "example"), _change_examples())
def test_every_example_of_a_change_is_accepted(
    operation: Operation, example: Example, client: TestClient
) -> None:
    path = re.sub(r"\{.*?\}", "1", operation.path)
    headers = {"Authorization": f"Bearer {daemon.ADMIN_TOKEN}"}
    answer = client.simulate_request(operation.method, path, json=example.value, headers=headers)
    assert answer.status_code == 200, answer.text


def test_a_page_leads_to_the_next_until_the_last(client: TestClient) -> None:
    for path in (
        "/api/rejected",
        "/api/notifications",
        "/api/servers",
        "/api/jobs",
        "/api/backups",
    ):
        name = path.removeprefix("/api/")
        whole = client.simulate_get(path).json["data"][name]
        paged: list[object] = []
        params = {"limit": "1"}
        while True:
            data = client.simulate_get(path, params=params).json["data"]
            paged += data[name]
            if data["nextCursor"] is None:
                break
            params["cursor"] = data["nextCursor"]
        assert paged == whole, path
