import psycopg
import pytest

from exporter.store.postgres import checking
from tests.exporter.cli.conftest import Commands
from tests.support.postgres_fixtures import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

NEEDED = (
    "server",
    "tables",
    "report of a new server",
    "report of a known server",
    "changes of other daemons",
    "wait for a lock",
    "rows after a lock",
    "lease",
    "listings",
    "removal",
)
USEFUL = ("conflict of two transactions", "notifications", "prepared statements", "COPY")


def _lines(text: str) -> dict[str, tuple[str, str]]:
    """Return by what was tried how that went, and what was said of it."""
    found = {}
    for line in text.splitlines():
        what, told = line[15:].split(": ", 1)
        found[what] = (line[:15].strip(), told)
    return found


def _schemas(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        query = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'duplistatus%'"
        return {name for (name,) in connection.execute(query)}


def _tables(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        return [name for (name,) in connection.execute(query)]


def test_a_postgresql_can_do_all_of_it_and_is_left_as_it_was(
    command: Commands, postgres_url: str
) -> None:
    told = _lines(command.output("check-database", postgres_url))
    assert {what for what, (word, _) in told.items() if word == "ok"} == {*NEEDED, *USEFUL}
    assert told["server"][1].startswith("PostgreSQL ")
    assert told["synchronous replication"][0] == "note"
    assert "a failover may lose the last reports" in told["synchronous replication"][1]
    assert (_schemas(postgres_url), _tables(postgres_url)) == (set(), [])


def test_tables_of_a_daemon_are_not_touched(command: Commands, postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE servers (own integer)")
        connection.execute("INSERT INTO servers VALUES (7)")
    command.output("check-database", postgres_url)
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT own FROM servers").fetchall() == [(7,)]


def test_synchronous_replication_is_named(
    command: Commands, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_STANDBYS", "SELECT 'ANY 1 (b, c)'")
    told = _lines(command.output("check-database", postgres_url))
    assert told["synchronous replication"] == ("ok", "on (synchronous_standby_names: ANY 1 (b, c))")


def test_a_user_without_the_right_to_make_a_schema_is_told_so(
    command: Commands, postgres_url: str
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS nobody")
        connection.execute("CREATE ROLE nobody LOGIN")
    finished = command("check-database", postgres_url.replace("postgres@", "nobody@"))
    told = _lines(finished.out)
    assert (finished.code, list(told)) == (1, ["server", "tables"])
    assert told["tables"][0] == "not supported"
    assert "right to create schemas" in told["tables"][1]
    assert "permission denied" in told["tables"][1]


def test_an_isolation_that_counts_wrong_is_found(command: Commands, postgres_url: str) -> None:
    isolated = f"{postgres_url}&options=-cdefault_transaction_isolation%3Drepeatable%5C%20read"
    finished = command("check-database", isolated)
    assert finished.code == 1
    assert _lines(finished.out)["rows after a lock"][0] == "not supported"
    assert _schemas(postgres_url) == set()


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        (("_LOCK", "SELECT id FROM servers"), "wait for a lock"),
        (("_OLDEST", 10**9), "server"),
        (("TAKE_LEASE", "SELECT 1 WHERE CAST(? AS text) <> '' AND ? + ? > 0"), "lease"),
    ],
)
def test_what_is_needed_and_missing_is_said_and_fails(
    command: Commands,
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
    broken: tuple[str, object],
    what: str,
) -> None:
    monkeypatch.setattr(checking, *broken)
    finished = command("check-database", postgres_url)
    assert (finished.code, finished.err) == (1, "")
    told = _lines(finished.out)
    assert told[what][0] == "not supported"
    assert "removal" in told
    assert _schemas(postgres_url) == set()


def test_what_is_only_useful_and_missing_does_not_fail(
    command: Commands, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_CHANGE", "SELECT 1")
    told = _lines(command("check-database", postgres_url).out)
    assert told["conflict of two transactions"][0] == "note"


def test_a_database_that_cannot_be_reached_is_said_without_its_password(
    command: Commands,
) -> None:
    told = command.refusal("check-database", "postgresql://me:hush@127.0.0.1:1/none")
    assert "cannot be reached" in told
    assert "hush" not in told


def test_a_file_is_refused(command: Commands) -> None:
    assert "postgresql://" in command.refusal("check-database", "duplistatus.sqlite")
