import pytest
from msgspec.structs import replace

from exporter.config.notifications import Channel, SecretUrl
from exporter.model import JobSettings
from exporter.notifications.matching import matches, matches_job, matches_server
from tests.support.strategies.state import START, job_named, server_named, stored_run


@pytest.mark.parametrize(
    ("patterns", "names", "found"),
    [
        (("*",), ("nas",), True),
        (("nas",), ("nas",), True),
        (("nas",), ("Nas",), False),
        (("nas",), ("nas-2",), False),
        (("laptop-*",), ("laptop-sales",), True),
        (("laptop-?",), ("laptop-1",), True),
        (("laptop-?",), ("laptop-12",), False),
        (("a", "b"), ("b",), True),
        ((), ("b",), False),
        (("b",), ("a", "b"), True),
        (("*",), (None,), False),
        (("b",), (None, "b"), True),
        (("Photos [weekly]",), ("Photos [weekly]",), True),
        (("[a-z]",), ("x",), False),
        (("*",), ("two\nlines",), True),
    ],
)
def test_one_of_the_names_matches_one_of_the_patterns(
    patterns: tuple[str, ...], names: tuple[str | None, ...], *, found: bool
) -> None:
    assert matches(patterns, *names) is found


@pytest.mark.parametrize(
    ("pattern", "found"), [("nas", True), ("attic*", True), ("cellar", False), ("*", True)]
)
def test_a_server_matches_by_its_name_or_its_alias(pattern: str, *, found: bool) -> None:
    server = server_named("nas", alias="attic box")
    assert matches_server((pattern,), server) is found


def test_a_server_without_an_alias_matches_by_its_name() -> None:
    assert matches_server(("nas",), server_named("nas"))
    assert not matches_server(("",), server_named("nas"))


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ((), True),
        (("office",), True),
        (("prod",), True),
        (("office", "prod"), True),
        (("office", "test"), False),
        (("of",), False),
    ],
)
def test_a_job_matches_that_has_all_tags_itself_or_by_its_server(
    tags: tuple[str, ...], *, found: bool
) -> None:
    server = replace(server_named("nas"), tags=("office",))
    job = replace(job_named("Mail", [stored_run(START)]), settings=JobSettings(tags=("prod",)))
    assert matches_job(Channel("one", SecretUrl(""), tags=tags), server, job) is found


def test_all_of_server_backup_and_tags_have_to_match() -> None:
    server = replace(server_named("nas"), tags=("office",))
    job = job_named("Mail", [stored_run(START)])
    told = Channel("one", SecretUrl(""), servers=("nas",), backups=("M*",), tags=("office",))
    assert matches_job(told, server, job)
    assert not matches_job(replace(told, servers=("old",)), server, job)
    assert not matches_job(replace(told, backups=("P*",)), server, job)
