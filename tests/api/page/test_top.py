"""What is wrong beside the backups stands at the top of each page, a line each."""

from collections.abc import Callable

import pytest
from falcon import testing

from api.app import create_app
from exporter.limits import Limit
from exporter.times import HOUR
from tests.api.page.conftest import LAST, Look, daily
from tests.support.daemon import NOW, Daemon
from tests.support.messages import put, tried
from tests.support.pages import Document, elements, text
from tests.support.reports_builder import duplicati_report

PAGES = ("/", "/servers/1", "/jobs/1")
BROKEN = b'{"backup": {"name": "Photos"}}'
HOSTILE = "<script>alert(1)</script>" * 100


def fill_the_disk(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("exporter.store.sqlite.connection.MIN_FREE_BYTES", 2**62)


@pytest.mark.parametrize("path", PAGES)
def test_nothing_stands_there_where_nothing_is_wrong(daemon: Daemon, look: Look, path: str) -> None:
    daily(daemon, "Photos")
    assert look(path).lines() == {}


@pytest.mark.parametrize("path", PAGES)
def test_all_that_is_wrong_stands_there_the_worst_first(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    daily(daemon, "Photos")
    daemon.post(BROKEN)
    put(daemon.outbox, tried("phone", NOW - HOUR))
    daemon.services.self_metrics.count_limit_hit(Limit.JOBS)
    page = pulling_from("nas", daemon, path)
    assert list(page.lines()) == ["refused", "notifications", "limit", "pull_failing"]
    fill_the_disk(monkeypatch)
    assert next(iter(pulling_from("nas", daemon, path).lines())) == "storage"


def pulling_from(server: str, daemon: Daemon, path: str) -> Document:
    """Return a page of a daemon that cannot pull from a server."""
    services = daemon.services._replace(pull_failures=lambda: {server: f"no route {HOSTILE}"})
    answer = testing.TestClient(create_app(services)).simulate_get(path)
    assert answer.status_code == 200, answer.text
    return Document(answer)


def test_each_says_what_to_do(daemon: Daemon) -> None:
    daily(daemon, "Photos")
    daemon.services.self_metrics.count_limit_hit(Limit.JOBS)
    lines = pulling_from("nas", daemon, "/").lines()
    assert "A limit was reached in the last day: jobs." in text(lines["limit"])
    assert [link.attrib["href"] for link in elements(lines["limit"], "a")] == ["/refused"]
    assert "The server nas cannot be pulled from: no route" in text(lines["pull_failing"])
    assert "compare its [[pull]] table" in text(lines["pull_failing"])
    assert len(text(lines["pull_failing"])) < 600


def test_a_server_that_cannot_be_pulled_from_is_no_matter_of_another(daemon: Daemon) -> None:
    daily(daemon, "Photos")
    daily(daemon, "Mail", server="laptop")
    shown = {path: "pull_failing" in pulling_from("laptop", daemon, path).lines() for path in PAGES}
    assert shown == {"/": True, "/servers/1": False, "/jobs/1": False}


def test_a_clock_that_is_wrong_is_told_on_each_page(daemon: Daemon, look: Look) -> None:
    daily(daemon, "Photos")
    daemon.clock.now = LAST - 100 * HOUR
    for path in PAGES:
        assert "the clock is behind now" in text(look(path).lines()["clock"])


def test_the_foot_says_which_version_this_is(look_at_all: Look) -> None:
    for path in (*PAGES, "/refused", "/servers", "/sign-in"):
        assert "duplistatus 1.2.3" in text(look_at_all(path).one("footer"))


def refuse_one(daemon: Daemon) -> None:
    daily(daemon, "a")
    daemon.post(BROKEN)


ICONS: list[tuple[Callable[[Daemon], object], str]] = [
    (lambda _: None, "unknown"),
    (lambda daemon: daily(daemon, "a"), "ok"),
    (lambda daemon: daily(daemon, "a", data={"Interrupted": True}), "warning"),
    (lambda daemon: daily(daemon, "a", status="Error"), "critical"),
    (refuse_one, "warning"),
]


@pytest.mark.parametrize(("make", "name"), ICONS)
def test_the_tab_has_an_icon_for_the_state(
    daemon: Daemon, look: Look, make: Callable[[Daemon], object], name: str
) -> None:
    make(daemon)
    known = (*PAGES, "/servers") if daemon.fleet.servers() else ("/", "/servers")
    assert {look(path).icon() for path in known} == {f"/favicon-{name}.svg"}


def test_the_icon_of_a_page_is_that_of_what_it_shows(daemon: Daemon, look: Look) -> None:
    daemon.upload(duplicati_report(began=LAST, status="Error"))
    daily(daemon, "Mail", server="laptop")
    icons = [look(path).icon() for path in ("/jobs/1", "/jobs/2", "/servers/2", "/refused")]
    assert icons == [f"/favicon-{name}.svg" for name in ("critical", "ok", "ok", "unknown")]


def test_the_title_counts_the_backups_in_trouble(daemon: Daemon, look: Look) -> None:
    daily(daemon, "a", status="Error")
    daily(daemon, "b", server="laptop")
    titles = [
        text(look(path).one("title")) for path in ("/", "/servers", "/servers/1", "/servers/2")
    ]
    assert [title.partition(" ")[0] for title in titles] == ["(1)", "(1)", "(1)", "laptop:"]


def test_only_what_holds_has_a_tile_and_what_is_counted_for_ever_stands_apart(
    daemon: Daemon, look: Look
) -> None:
    daily(daemon, "a", status="Error")
    page = look()
    tiles, totals = page.one("dl", id="counts"), page.one("dl", id="totals")
    assert [each.attrib["data-count"] for each in tiles.iter("dd")] == ["failing"]
    assert [each.attrib["href"] for each in tiles.iter("a")] == ["/?status=failing"]
    assert text(totals) == "Backups 1 Servers 1 Completed runs 4 Failed runs 1"
    assert [each.attrib["href"] for each in totals.iter("a")] == ["/servers"]


def test_the_icons_are_kept_for_long_and_need_no_token(client: testing.TestClient) -> None:
    for name in ("favicon-ok.svg", "favicon-critical.svg", "favicon.ico"):
        answer = client.simulate_get(f"/{name}")
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.headers["cache-control"] == "public, max-age=604800"
        assert answer.text.startswith("<svg")
        assert "style" not in answer.text
    assert client.simulate_get("/favicon-great.svg").status_code == 404


def test_the_icon_of_the_program_may_be_shown_by_every_page(client: testing.TestClient) -> None:
    answer = client.simulate_get("/icon.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "public, max-age=604800"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.text.startswith("<svg")


def test_each_icon_has_a_shape_of_its_own(client: testing.TestClient) -> None:
    shapes = {
        client.simulate_get(f"/favicon-{name}.svg").text.partition("fill=")[0]
        for name in ("ok", "warning", "critical", "unknown")
    }
    assert len(shapes) == 4
