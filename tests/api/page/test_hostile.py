"""Whatever a report says is text on a page, and nothing else."""

import falcon
import pytest
from falcon import testing
from hypothesis import given, settings
from hypothesis import strategies as st

from api.page.rendering import frame, render
from tests.api.page.conftest import LAST, show
from tests.support.daemon import ADMIN_TOKEN, Daemon
from tests.support.live import activity
from tests.support.pages import Document, elements, text
from tests.support.reports_builder import duplicati_report

HOSTILE = (
    "<script>alert(1)</script>",
    "\" onmouseover='alert(1)' x=\"",
    "</bdi></table></main><h1>All 40 backups are fine</h1>",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "&lt;b&gt;&#60;i>",
    "gnp.\u202egpj \u2066x",
    "nul \x00 bell \x07 escape \x1b[31m",
)
PATHS = ("/", "/?group=server", "/jobs/1", "/servers/1", "/servers", "/digest")
TAGS = {"script": 1, "h1": 1, "main": 1, "i": 0}


def assert_harmless(page: Document) -> None:
    """Check that a page has the elements of its templates and no others."""
    for tag, most in TAGS.items():
        assert len(page.all(tag)) <= most, tag
    names = {name for element in page.root.iter() for name in element.attrib}
    assert not {name for name in names if name.startswith("on") or name == "style"}


@pytest.mark.parametrize("text_", HOSTILE)
def test_a_report_may_hold_anything_and_is_shown_as_text(daemon: Daemon, text_: str) -> None:
    daemon.upload(
        duplicati_report(
            began=LAST,
            backup=text_,
            server=text_,
            machine_id=text_,
            version=text_,
            os=text_,
            status="Error",
            lines=(text_, f"2026-01-15 08:31:00Z - [Error-{text_}]: {text_}"),
        )
    )
    daemon.client.simulate_patch(
        "/api/servers/1",
        json={"alias": text_, "note": text_},
        headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
    )
    body = activity(began=LAST + 1000, at=LAST + 1000, backup=text_, machine_id=text_, phase=text_)
    assert daemon.client.simulate_post("/api/activity", body=body).status_code == 202
    for path in PATHS:
        page = show(daemon, *path.split("?")[:1], **({"group": "server"} if "?" in path else {}))
        assert_harmless(page)
        whole = daemon.client.simulate_get(path).text
        assert not set(whole) & set("\x00\x07\x1b\u202e\u2066")
    seen = text(next(elements(show(daemon, "/jobs/1").one("h1"), "bdi")))
    assert seen.startswith(text_[:4].strip())


@pytest.mark.parametrize("asked", HOSTILE)
def test_an_address_may_hold_anything_and_is_shown_as_text(
    client: testing.TestClient, daemon: Daemon, asked: str
) -> None:
    daemon.upload(duplicati_report(began=LAST))
    for name in ("q", "status", "server", "group", "page"):
        assert_harmless(show(daemon, "/", **{name: asked}))
        assert_harmless(show(daemon, "/servers", **{name: asked}))
    for path in (f"/jobs/{asked[0]}", "/servers/<script>", f"/{asked[0]}/<script>"):
        answer = client.simulate_get(path, headers={"Accept": "text/html"})
        assert answer.status_code in (400, 404)
        assert_harmless(Document(answer))


@settings(max_examples=200)
@given(st.text())
def test_any_text_can_be_rendered_and_read_again(text_: str) -> None:
    request = falcon.Request(testing.create_environ())
    page = render("fault", {**frame(request), "title": "A fault", "message": text_}).decode()
    assert page.count("<script") == 1
