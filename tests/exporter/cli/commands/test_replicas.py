import json
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from exporter.store.postgres import Store
from exporter.times import MINUTE, SECOND, now, parse_timestamp
from tests.exporter.cli.conftest import Commands
from tests.support.postgres_fixtures import postgres_server, postgres_url
from tests.support.process.waiting import eventually

__all__ = ["postgres_server", "postgres_url"]

FIRST, SECOND_URL = "http://a:9666", "http://b:9666"


def _listed(command: Commands, url: str, urls: list[str | None]) -> list[dict[str, Any]]:
    """Return the listing once it has these URLs: daemons note theirs in the background."""

    def look() -> list[dict[str, Any]] | None:
        found: list[dict[str, Any]] = json.loads(
            command.output("replicas", "--database", url, "--json")
        )
        return found if [each["url"] for each in found] == urls else None

    return eventually(look, f"{urls} are listed")


def test_daemons_are_listed_and_one_leads(command: Commands, postgres_url: str) -> None:
    with closing(Store(postgres_url, version="1.2.3")) as first:
        first.announce(FIRST)
        _listed(command, postgres_url, [FIRST])
        with closing(Store(postgres_url, version="1.2.4")) as second:
            second.announce(SECOND_URL)
            found = _listed(command, postgres_url, [FIRST, SECOND_URL])
            assert [each["version"] for each in found] == ["1.2.3", "1.2.4"]
            assert [each["leads"] for each in found] == [True, False]
            assert len({each["id"] for each in found}) == 2
            assert all(len(each["id"]) == 8 for each in found)
            assert all(
                abs(parse_timestamp(each["heard"]) - now()) < MINUTE + SECOND for each in found
            )
            _see_table(command, postgres_url, found)
        assert [each["url"] for each in _listed(command, postgres_url, [FIRST])] == [FIRST]


def _see_table(command: Commands, url: str, found: list[dict[str, Any]]) -> None:
    head, *lines = command.output("replicas", "--database", url).splitlines()
    assert head.split() == ["ID", "URL", "VERSION", "HEARD", "LEADS"]
    for line, each in zip(lines, found, strict=True):
        words = line.split()
        assert words[:3] == [each["id"], each["url"], each["version"]]
        assert " s ago" in line
        assert line.endswith("yes") == each["leads"]


def test_what_was_not_heard_of_for_a_minute_is_not_listed(
    command: Commands, postgres_url: str
) -> None:
    Store(postgres_url).close()
    with psycopg.connect(postgres_url) as connection:
        silent = "INSERT INTO writers VALUES (%s, now() - make_interval(secs => %s), '1', 1)"
        connection.execute(silent, (1, 61))
        connection.execute(silent, (2**61, 59))
    (found,) = _listed(command, postgres_url, [None])
    assert found["id"] == "20000000"


@pytest.mark.parametrize(
    ("flags", "told"), [((), "only one daemon can use it"), (("--json",), "[]")]
)
def test_a_file_is_one_daemons(
    command: Commands, tmp_path: Path, flags: tuple[str, ...], told: str
) -> None:
    (line,) = command.output(
        "replicas", "--database", str(tmp_path / "a.sqlite"), *flags
    ).splitlines()
    assert told in line
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_tables_is_said_in_a_line(command: Commands, postgres_url: str) -> None:
    assert "cannot be read" in command.refusal("replicas", "--database", postgres_url)


def test_the_help_names_the_flags(command: Commands) -> None:
    told = " ".join(command.output("replicas", "--help").split())
    for words in ("--database DATABASE", "--json", "The one that leads"):
        assert words in told
