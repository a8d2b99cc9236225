"""An id is of one element: a label, a script or a link finds the first and takes it for its own."""

from collections import Counter

import pytest

from tests.api.page.forms.household import ASKING
from tests.support.signing_in import Person

PAGES = ("/", "/jobs/1", "/jobs/2", "/servers", "/servers/1", "/refused", "/audit", "/connect")


@pytest.mark.parametrize("path", [*PAGES, *(sent.url for sent in ASKING)])
def test_no_id_stands_twice_on_a_page(visitor: Person, path: str) -> None:
    ids = (each.attrib.get("id") for each in visitor.page(path).one("html").iter())
    assert [each for each, count in Counter(filter(None, ids)).items() if count > 1] == []
