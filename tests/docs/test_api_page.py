"""docs/api.md shows every route, with answers the contract allows."""

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from api import errors
from tests.docs import pages
from tests.docs.contract import CONTRACT, Operation, join
from tests.support import doc_hooks

PAGE = pages.read("docs/api.md")

_JSON = "application/json"
_STATUSES = {kind: status for status, kind in errors.KINDS.items()}


class Shown(NamedTuple):
    """A command of the page and the answer below it."""

    command: str
    answer: pages.Block

    @property
    def operation(self) -> Operation:
        words = shlex.split(self.command.partition("|")[0])
        path = urlsplit(next(word for word in words if word.startswith("http"))).path
        given = words[words.index("-X") + 1] if "-X" in words else None
        method = given or ("POST" if "-d" in words else "GET")
        return next(
            each
            for each in CONTRACT.operations()
            if each.method == method and re.fullmatch(_pattern(each.path), path)
        )


def _pattern(path: str) -> str:
    return re.sub(r"\\\{.*?\\\}", "[^/]+", re.escape(path))


def _shown() -> Iterator[Shown]:
    found = pages.blocks(PAGE, "bash", "json", "text")
    for command, answer in zip(found[::2], found[1::2], strict=True):
        assert (command.language, answer.language != "bash") == ("bash", True)
        yield Shown(command.text, answer)


SHOWN = tuple(_shown())


def test_every_operation_is_shown() -> None:
    described = {(each.method, each.path) for each in CONTRACT.operations()}
    assert {(each.operation.method, each.operation.path) for each in SHOWN} == described


def test_every_operation_has_a_heading() -> None:
    headings = re.findall(r"^### ([A-Z]+) (/\S*)$", PAGE, re.MULTILINE)
    assert set(headings) == {(each.method, each.path) for each in CONTRACT.operations()}


@pytest.mark.parametrize(
    "shown",
    [each for each in SHOWN if each.answer.language == "json"],
    ids=lambda shown: shown.command.strip(),
)
def test_every_answer_is_as_described(shown: Shown) -> None:
    answer: Any = json.loads(shown.answer.text)
    responses = CONTRACT.responses(shown.operation)
    status = _STATUSES[answer["error"]] if "error" in answer else min(responses)
    schema = join(responses[status], "content", _JSON, "schema")
    assert CONTRACT.faults(schema, answer) == []


def test_every_kind_of_error_is_explained() -> None:
    explained = {
        int(status): pages.code(error)[0] for status, error, _ in doc_hooks.rows(PAGE, "errors")
    }
    assert explained == dict(errors.KINDS)
