"""Where somebody is led back to is always here."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.local_path import local

HERE = "https://backups.example/sign-in"


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/jobs/7",
        "/servers/nas",
        "/?q=a&status=overdue&page=2",
        "/jobs/1?cursor=1.2",
        "/a%20b",
        "/jobs/..a",
        "/?q=/../a",
    ],
)
def test_a_path_of_the_daemon_is_kept(address: str) -> None:
    assert local(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "jobs/7",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n//evil.example",
        " /jobs/1",
        "https://evil.example/",
        "https:evil.example",
        "javascript:alert(1)",
        "/jobs/1\r\nSet-Cookie: a=b",
        "/jobs/ä",
        '/"><script>',
        "/" + "a" * 500,
        "/..",
        "/../admin",
        "/jobs/../../admin",
        "/jobs/..?q=a",
        "/.%2E/admin",
        "/%2e/admin",
    ],
)
def test_all_else_is_the_overview(address: str) -> None:
    assert local(address) == "/"


@given(st.text("/\\.:@?#%aé \t\r\n", max_size=12))
def test_it_never_leads_elsewhere(address: str) -> None:
    assert urlsplit(urljoin(HERE, local(address)))[:2] == urlsplit(HERE)[:2]
