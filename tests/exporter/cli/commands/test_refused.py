"""What was refused is listed and cleared, with and without a running daemon."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from exporter.model import Rejected
from exporter.store.sqlite import Store
from exporter.times import now
from tests.exporter.cli.conftest import Commands


@pytest.fixture
def refused(database: Path) -> None:
    with closing(Store(database)) as store:
        for number in range(3):
            body = b"no report"
            store.reject(Rejected(now(), f"192.0.2.{number}", "body: is no report", None, 9, body))


def ids(command: Commands) -> list[int]:
    return [each["id"] for each in json.loads(command.output("refused", "list", "--json"))]


@pytest.mark.usefixtures("refused", "either")
def test_one_or_all_are_cleared(command: Commands) -> None:
    assert "body: is no report" in command.output("refused", "list")
    newest, middle, oldest = ids(command)
    command.output("refused", "clear", str(middle), "--yes")
    assert ids(command) == [newest, oldest]
    command.output("refused", "clear", "--all", "--yes")
    assert ids(command) == []
    assert [each["what"] for each in json.loads(command.output("audit", "--json"))] == [
        "refused.clear"
    ] * 2


@pytest.mark.usefixtures("refused")
def test_what_does_not_exist_is_said_and_nothing_is_cleared(command: Commands) -> None:
    assert "No refused report has this id" in command.refusal("refused", "clear", "99", "--yes")
    assert "is not an id" in command.refusal("refused", "clear", "x", "--yes")
    assert "give --yes" in command.refusal("refused", "clear", "--all")
    assert len(ids(command)) == 3
