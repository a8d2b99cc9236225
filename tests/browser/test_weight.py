"""What a browser is sent for a page, with its style sheet and script, whatever the fleet's size."""

from collections.abc import Callable

import pytest
import requests

from tests.support.process.commands import BOUND_SECONDS

ALONE = 60_000
IN_ALL = 100_000

_PACKED = {"Accept-Encoding": "gzip"}


def sent(url: str) -> int:
    """Return how many bytes an answer takes on its way."""
    with requests.get(url, headers=_PACKED, stream=True, timeout=BOUND_SECONDS) as answer:
        assert answer.status_code == 200
        return len(answer.raw.read())


@pytest.mark.parametrize("state", ["trouble", "many"])
@pytest.mark.parametrize("path", ["/", "/jobs/1", "/servers/1", "/connect", "/digest"])
def test_a_page_is_little_to_send(url_of: Callable[[str], str], state: str, path: str) -> None:
    url = url_of(state)
    page = sent(f"{url}{path}")
    assert page < ALONE
    assert page + sent(f"{url}/page.css") + sent(f"{url}/page.js") < IN_ALL


def test_what_shapes_all_pages_is_small_before_it_is_packed(url_of: Callable[[str], str]) -> None:
    url = url_of("fine")
    files = [requests.get(f"{url}/page.{kind}", timeout=BOUND_SECONDS) for kind in ("css", "js")]
    assert sum(len(each.content) for each in files) < IN_ALL - ALONE
