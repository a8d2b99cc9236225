"""What a prefix is, and which paths are below one."""

from urllib.parse import quote, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.route_prefix import MAX_LENGTH, OWN, below, is_prefix, parse

HERE = "https://home.example/backups/jobs/7"


@pytest.mark.parametrize(
    "text",
    ["", "/backups", "/nas/backups", "/a.b_c~d-e", "/...", "/.well", "/b" * (MAX_LENGTH // 2)],
)
def test_a_path_is_a_prefix(text: str) -> None:
    assert parse(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "/",
        "backups",
        "/backups/",
        "//backups",
        "/nas//backups",
        "/..",
        "/../backups",
        "/backups/..",
        "/backups/../x",
        "/./backups",
        "/%2e%2e",
        "/%2E%2E/backups",
        "/back%20ups",
        "/back ups",
        "/backups\r\nSet-Cookie: a=b",
        "/backups\n",
        "/backups;a",
        "/backups?a",
        "/backups#a",
        "/\\evil.example",
        "/bäckups",
        '/"><script>',
        "https://home.example/backups",
        "/" + "b" * MAX_LENGTH,
    ],
)
def test_all_else_is_none(text: str) -> None:
    assert not is_prefix(text)
    with pytest.raises(ValueError, match="write /backups"):
        parse(text)


@pytest.mark.parametrize("first", sorted(OWN))
def test_a_path_of_the_daemon_itself_is_no_prefix_for_it_is_answered_without_one(
    first: str,
) -> None:
    for text in (f"/{first}", f"/{first}/backups"):
        with pytest.raises(ValueError, match="of the daemon itself"):
            parse(text)
    assert parse(f"/{first}x") == f"/{first}x"


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        ("/backups", "/"),
        ("/backups/", "/"),
        ("/backups/jobs/7", "/jobs/7"),
        ("/backups/backups", "/backups"),
        ("/backups//evil.example", "//evil.example"),
        ("/backupsx", None),
        ("/backups.css", None),
        ("/back", None),
        ("/", None),
        ("/jobs/backups", None),
    ],
)
def test_what_is_below_a_prefix_has_a_rest(path: str, rest: str | None) -> None:
    assert below(path, "/backups") == rest


def test_nothing_is_below_no_prefix() -> None:
    assert below("/jobs/7", "") is None


@given(st.text("/.%2eE\\~a;?# \r\n", max_size=12))
def test_a_prefix_leads_nowhere_else_and_stays_as_it_is_written(text: str) -> None:
    if is_prefix(text):
        led = urlsplit(urljoin(HERE, f"{text}/jobs/7"))
        assert (led.netloc, led.path) == ("home.example", f"{text}/jobs/7")
        assert quote(text, safe="/") == text


@given(st.text("/ab", max_size=8))
def test_what_is_put_below_a_prefix_is_found_again(rest: str) -> None:
    assert below(f"/backups/{rest}", "/backups") == f"/{rest}"
