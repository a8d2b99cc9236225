import pytest

from exporter.notifications.matching import matches, matches_server
from tests.support.strategies.state import server_named


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
