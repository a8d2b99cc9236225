"""Every link, form and file of a page begins where the daemon is reached."""

import pytest

from tests.support.daemon import Daemon
from tests.support.pages import Document

ROOT = "/backups"
PATHS = ("/", "/jobs/1", "/servers/1", "/digest", "/refused", "/notifications", "/sign-in")
ADDRESSES = ("href", "src", "action")


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
