"""schemathesis makes up requests from openapi.yaml; the running daemon answers as described."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.docs.contract import Contract, Operation
from tests.support.daemon import ADMIN_TOKEN
from tests.support.process import reports
from tests.support.process.commands import BOUND_SECONDS
from tests.support.process.daemon import ANY_PORT, Daemon

CONTRACT = "/api/openapi.yaml"
NOTHING_TO_SEND = {
    "/api/summary",
    "/api/badge.svg",
    "/jobs",
    "/favicon.ico",
    "/icon.svg",
    "/page.css",
    "/page.js",
    CONTRACT,
    "/-/healthy",
    "/-/ready",
}
ANY_NAME = {
    "/api/lastbackup/{serverId}",
    "/api/lastbackups/{serverId}",
    "/api/badge/{serverId}.svg",
}

ASKED_TO_FAIL = {"/api/status"}
"""With `fail` it answers 503, and that is no fault of the daemon."""

OPERATIONS = Contract().operations()
CASES = [
    *((operation, GenerationMode.POSITIVE) for operation in OPERATIONS),
    *(
        (operation, GenerationMode.NEGATIVE)
        for operation in OPERATIONS
        if operation.path not in NOTHING_TO_SEND | ANY_NAME
    ),
]
"""What is asked as described, and what is asked otherwise where anything can be otherwise."""

EXAMPLES = 8


def described(path: str) -> list[Any]:
    """Return what is checked of each answer."""
    load_all_checks()
    names = [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
    if path in ASKED_TO_FAIL:
        names.remove("not_a_server_error")
    # The schema of the contract's own page is that of its text, which schemathesis has read.
    return CHECKS.get_by_names([each for each in names if path != CONTRACT or "schema" not in each])


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon that has something of everything to ask for, to change and to delete."""
    variables = {"DUPLISTATUS_ADMIN_TOKEN": ADMIN_TOKEN}
    folder = tmp_path_factory.mktemp("contract")
    with Daemon(folder, *ANY_PORT, variables=variables) as daemon:
        for number in range(8):
            daemon.upload(reports.nth(number, f"server-{number % 4}"))
        daemon.post(b"no report")
        yield daemon


@pytest.fixture(scope="module")
def schema() -> OpenApiSchema:
    return schemathesis.openapi.from_dict(Contract().document)


@pytest.mark.parametrize(("operation", "mode"), CASES, ids=str)
def test_every_answer_is_as_described(
    filled: Daemon, schema: OpenApiSchema, operation: Operation, mode: GenerationMode
) -> None:
    asked = schema[operation.path][operation.method.upper()].as_strategy(generation_mode=mode)

    @given(case=asked)
    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    def ask(case: "Case[Any]") -> None:
        answer = case.call_and_validate(
            base_url=filled.url,
            headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
            checks=described(operation.path),
            timeout=BOUND_SECONDS,
            allow_redirects=False,
        )
        assert answer.status_code != HTTPStatus.INTERNAL_SERVER_ERROR

    ask()
    assert filled.get("/-/ready").status_code == 200
