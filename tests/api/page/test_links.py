"""Every link, form and file of a page begins where the daemon is reached."""

import re
from importlib import resources

import pytest

from tests.support.daemon import Daemon
from tests.support.pages import Document

ROOT = "/backups"
PATHS = ("/", "/jobs/1", "/servers/1", "/digest", "/refused", "/notifications", "/sign-in")
ADDRESSES = ("href", "src", "action", "formaction")
WRITTEN = {
    each.name: each.read_text(encoding="utf-8")
    for folder in ("templates", ".")
    for each in resources.files("api.page").joinpath(folder).iterdir()
    if each.name.endswith((".jinja", ".js", ".css", ".py"))
}
_BARE = re.compile(
    r"""(?:href|src|action)=\\?["']/[^"']*|url\(["']?/[^)]*|(?:fetch|location(?:\.\w+)?)[^\w\n]+/[^"'`]*"""
)
"""An address that begins with a slash and not with the root, as a file of each kind may have it."""


@pytest.mark.parametrize("path", PATHS)
def test_all_addresses_begin_with_the_root_of_the_request(fleet_of_all: Daemon, path: str) -> None:
    found = addresses(fleet_of_all, path, root_path=ROOT)
    assert found
    assert [each for each in found if not each.startswith((f"{ROOT}/", "#", "?", "data:"))] == []


def test_without_one_they_begin_with_a_slash(fleet_of_all: Daemon) -> None:
    at_root = addresses(fleet_of_all, "/")
    below = addresses(fleet_of_all, "/", root_path=ROOT)
    assert at_root == [each.removeprefix(ROOT) for each in below]


def addresses(daemon: Daemon, path: str, **asked: str) -> list[str]:
    page = Document(daemon.client.simulate_get(path, **asked))
    return [
        each.attrib[name] for each in page.root.iter() for name in ADDRESSES if name in each.attrib
    ]


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_no_file_of_the_page_has_an_address_without_the_root(name: str) -> None:
    assert _BARE.findall(WRITTEN[name]) == []


@pytest.mark.parametrize(
    "written",
    [
        '<a href="/jobs/1">',
        "<form action='/sign-in'>",
        "url(/icons.svg)",
        'fetch("/api/status")',
        "location = `/jobs/${id}`",
        "location.assign('/')",
    ],
)
def test_such_an_address_is_found(written: str) -> None:
    assert _BARE.search(written)
