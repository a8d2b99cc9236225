"""All servers on a page: those with the worst backups first."""

import pytest
from falcon import testing

from api.app import create_app
from api.page.servers import ROWS
from exporter.auth import Authorizer, Scope
from exporter.times import HOUR
from tests.api.page.conftest import LAST, Look, daily
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.pages import Document, elements, text
from tests.support.reports_builder import duplicati_report

PATH = "/servers"


def names(page: Document) -> list[str]:
    rows = [row for row in page.all("tr") if "data-server" in row.attrib]
    return [text(next(elements(row, "bdi"))) for row in rows]


@pytest.fixture
def some(daemon: Daemon) -> Daemon:
    """Servers with a failing, a fine and no backup; the last one has an alias."""
    daily(daemon, "a", server="beta")
    daily(daemon, "b", server="beta", status="Error")
    daily(daemon, "c", server="alpha")
    daemon.upload(
        duplicati_report(began=NOW - HOUR, server="gamma", machine_id="g", operation="Restore")
    )
    daemon.client.simulate_patch(
        "/api/servers/3",
        json={"alias": "The cellar"},
        headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
    )
    return daemon


@pytest.mark.usefixtures("some")
def test_each_server_is_there_the_worst_first(look: Look) -> None:
    page = look(PATH)
    assert names(page) == ["beta", "alpha", "The cellar"]
    beta, _, gamma = [text(row) for row in page.all("tr") if "data-server" in row.attrib]
    assert beta == "failing beta 2 just now 2.1.0.5"
    assert gamma == "\N{EN DASH} The cellargamma 0 just now 2.1.0.5"
    links = [link.attrib["href"] for link in elements(page.one("table"), "a")]
    assert links == ["/servers/1", "/servers/2", "/servers/3"]


@pytest.mark.usefixtures("some")
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("ALPHA", ["alpha"]),
        ("cellar", ["The cellar"]),
        ("gamma", ["The cellar"]),
        (" ", ["beta", "alpha", "The cellar"]),
    ],
)
def test_a_server_is_found_by_a_part_of_its_name_or_alias(
    look: Look, asked: str, found: list[str]
) -> None:
    assert names(look(PATH, q=asked)) == found


@pytest.mark.usefixtures("some")
def test_where_none_is_called_so_that_is_said(look: Look) -> None:
    page = look(PATH, q="nobody")
    assert "No server is called so." in text(page.one("main"))
    assert page.one("input", name="q").attrib["value"] == "nobody"


def test_before_the_first_report_that_is_said(look: Look) -> None:
    assert "No server has reported yet." in text(look(PATH).one("main"))


def test_a_backup_that_could_not_be_evaluated_is_said_of_its_server(
    daemon: Daemon, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    daily(daemon, "a")
    with monkeypatch.context() as patch:
        patch.setattr("exporter.fleet.evaluation.expect", lambda *_: 1 / 0)
        daily(daemon, "b")
    (row,) = [text(row) for row in look(PATH).all("tr") if "data-server" in row.attrib]
    assert row.startswith("fine 1 could not be evaluated nas 2")


def test_many_servers_have_pages(daemon: Daemon, look: Look) -> None:
    for number in range(ROWS + 1):
        name = f"s{number:03}"
        daemon.upload(duplicati_report(began=LAST, server=name, machine_id=name))
    first, last = look(PATH, q="s"), look(PATH, q="s", page=9)
    assert (len(names(first)), names(last)) == (ROWS, [f"s{ROWS:03}"])
    assert first.one("a", rel="next").attrib["href"] == "?q=s&page=2"
    assert last.one("a", rel="prev").attrib["href"] == "?q=s"


def test_a_backup_s_address_without_its_id_leads_to_all_backups(daemon: Daemon) -> None:
    answer = daemon.client.simulate_get("/jobs", query_string="server=nas&status=overdue")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/?server=nas&status=overdue"
    assert daemon.client.simulate_get("/jobs/").headers["location"] == "/"
    below = daemon.client.simulate_get("/jobs", root_path="/backups")
    assert below.headers["location"] == "/backups/"


def test_both_need_a_token_where_reading_does(daemon: Daemon) -> None:
    closed = daemon.services._replace(
        authorizer=Authorizer.from_entries({Scope.READ: ["a-token-of-sixteen"]})
    )
    client = testing.TestClient(create_app(closed))
    for path in (PATH, "/jobs"):
        assert client.simulate_get(path).status_code == 401
