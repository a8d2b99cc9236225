"""The page that tells how to connect Duplicati, and what came since it was opened."""

import shlex
from collections.abc import Callable

import pytest
from falcon import testing

from api.app import create_app
from exporter.auth import Authorizer, Scope
from exporter.reports.sender_options import (
    duplicati_options,
    json_options,
    live_options,
    retrying_options,
)
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis, format_timestamp
from tests.api.page.conftest import LAST, Look
from tests.support.daemon import ADMIN_TOKEN, NOW, SENDER, Daemon
from tests.support.pages import Document, elements, text
from tests.support.reports_builder import duplicati_report

UPLOAD, ACTIVITY = "http://nas.lan:9666/api/upload", "http://nas.lan:9666/api/activity"
TOKEN = "a-token-of-sixteen"
BROKEN = b'{"backup": {"name": "Photos"}}'

Ask = Callable[..., Document]


def asked(client: testing.TestClient, host: str = "nas.lan:9666", **parameters: str) -> Document:
    answer = client.simulate_get("/connect", params=parameters, headers={"Host": host})
    assert answer.status_code == 200, answer.text
    return Document(answer)


def closed(daemon: Daemon, scope: Scope = Scope.UPLOAD) -> testing.TestClient:
    tokens = {scope: [TOKEN], Scope.MANAGE: [ADMIN_TOKEN]}
    services = daemon.services._replace(authorizer=Authorizer.from_entries(tokens))
    return testing.TestClient(create_app(services))


def options(page: Document, versions: str) -> list[str]:
    return text(page.one("pre", id=versions)).split(" ")


def said(page: Document) -> str:
    return text(page.one("div", id="said"))


def title(page: Document) -> str:
    return text(page.one("title"))


def since(at: Millis) -> str:
    return format_timestamp(at)


def test_each_version_has_its_options_for_the_address_that_was_asked(daemon: Daemon) -> None:
    page = asked(daemon.client)
    retrying = retrying_options(UPLOAD)
    assert options(page, "live") == [*retrying, *live_options(ACTIVITY)]
    assert options(page, "retrying") == retrying
    assert options(page, "json") == json_options(UPLOAD)
    assert options(page, "any") == duplicati_options(UPLOAD)


def test_only_the_newest_versions_are_given_live_options(daemon: Daemon) -> None:
    page = asked(daemon.client)
    named = [pre.attrib["id"] for pre in page.all("pre") if "status-url" in text(pre)]
    assert named == ["live", "live-line"]


@pytest.mark.parametrize("versions", ["live", "retrying", "json", "any"])
def test_the_command_line_has_the_same_options_quoted(daemon: Daemon, versions: str) -> None:
    page = asked(daemon.client, server="Anna's PC; & more")
    line = text(page.one("pre", id=f"{versions}-line"))
    assert shlex.split(line) == options(page, versions)


def test_each_text_that_is_to_be_copied_has_its_button(daemon: Daemon) -> None:
    page = asked(daemon.client)
    buttons = [
        each.attrib["data-copy"] for each in page.all("button") if "data-copy" in each.attrib
    ]
    assert buttons == [pre.attrib["id"] for pre in page.all("pre")]


def test_a_machine_that_is_named_is_in_the_addresses(daemon: Daemon) -> None:
    page = asked(daemon.client, server="Anna's PC; & more")
    named = "?server=Anna%27s+PC%3B+%26+more"
    assert options(page, "any")[0] == f"--send-http-url={UPLOAD}{named}"
    assert f"--http-report-status-url={ACTIVITY}{named}" in options(page, "live")
    assert said(page) == "Waiting for a report of Anna's PC; & more."


@pytest.mark.parametrize(
    "host", ['nas.lan"><script>alert(1)</script>', "nas.lan/a?b=", "a b", "", "nas\u00ebl:1:2"]
)
def test_a_host_that_is_none_is_not_in_the_options(daemon: Daemon, host: str) -> None:
    page = asked(daemon.client, host=host)
    assert options(page, "any")[0].startswith("--send-http-url=http://your-duplistatus-server:")


@pytest.mark.parametrize(
    "host", ["localhost:9666", "127.0.0.1", "127.8.9.1:1", "[::1]:9666", "a.LOCALHOST"]
)
def test_an_address_of_this_machine_alone_is_warned_of(daemon: Daemon, host: str) -> None:
    assert "localhost" in text(asked(daemon.client, host=host).one("p", class_="hint"))


def test_an_address_that_others_reach_is_not(daemon: Daemon) -> None:
    assert asked(daemon.client).all("p", class_="hint") == []


def test_where_uploads_need_a_token_there_is_room_for_it_and_it_is_not_shown(
    daemon: Daemon,
) -> None:
    page = asked(closed(daemon))
    assert options(page, "any")[0] == f"--send-http-url={UPLOAD}?token=TOKEN"
    assert len(page.all("span", data_token="")) == 2 * 5
    assert "upload_tokens" in text(page.one("main"))
    assert TOKEN not in text(page.root)
    assert ADMIN_TOKEN not in text(page.root)
    assert "listen on the way" in text(page.one("p", class_="hint"))


def test_without_tokens_nothing_is_said_of_them(daemon: Daemon) -> None:
    assert "token" not in text(asked(daemon.client).one("main")).lower()


def test_it_is_for_readers(daemon: Daemon) -> None:
    client = closed(daemon, Scope.READ)
    assert client.simulate_get("/connect").status_code == 401
    reading = {"Authorization": f"Bearer {TOKEN}"}
    assert client.simulate_get("/connect", headers=reading).status_code == 200


def test_it_waits_from_when_it_was_opened(daemon: Daemon, look: Look) -> None:
    daemon.upload(duplicati_report(began=LAST))
    daemon.clock.now += MINUTE
    page = look("/connect")
    assert title(page).startswith("Waiting")
    assert said(page) == "Waiting for a report."
    part = page.one("div", id="arriving")
    assert (
        f"The newest so far came 1 minute ago: Documents of {server_of(daemon)}: success"
        in text(part)
    )
    daemon.clock.now += MINUTE
    later = look(f"/connect{part.attrib['data-again']}")
    assert later.one("div", id="arriving").attrib["data-again"] == part.attrib["data-again"]


def server_of(daemon: Daemon) -> str:
    (server,) = daemon.fleet.servers()
    return server.shown_name


def test_a_report_that_came_since_is_told_with_what_it_was(daemon: Daemon, look: Look) -> None:
    daemon.clock.now += MINUTE
    daemon.upload(duplicati_report(began=LAST, status="Warning"))
    daemon.clock.now += MINUTE
    page = look("/connect", since=since(NOW))
    assert title(page).startswith("Received")
    assert said(page) == f"Received: Documents of {server_of(daemon)}: warning"
    links = [link.attrib["href"] for link in elements(page.one("div", id="said"), "a")]
    assert links == ["/jobs/1", "/servers/1"]
    assert "1 minute ago" in text(page.one("div", id="arriving"))


def test_a_report_of_no_new_backup_run_is_told_too(daemon: Daemon, look: Look) -> None:
    daemon.upload(duplicati_report(began=LAST))
    daemon.clock.now += MINUTE
    daemon.upload(duplicati_report(began=NOW, operation="Restore"))
    page = look("/connect", since=since(daemon.clock.now))
    assert said(page) == f"Received: a report of {server_of(daemon)}, of no new backup run"


def test_who_names_a_machine_waits_for_that_one(daemon: Daemon, look: Look) -> None:
    daemon.upload(duplicati_report(began=LAST, server="attic", machine_id="m-2"))
    page = look("/connect", since=since(NOW - HOUR), server="cellar")
    assert said(page) == "Waiting for a report of cellar."
    assert "The newest so far" not in text(page.one("div", id="arriving"))
    daemon.upload(duplicati_report(began=LAST, server="cellar", machine_id="m-3"))
    page = look("/connect", since=since(NOW - HOUR), server="cellar")
    assert said(page) == "Received: Documents of cellar: success"


def test_a_report_that_is_refused_is_told_at_once_with_what_to_do(
    daemon: Daemon, look: Look
) -> None:
    daemon.post(BROKEN)
    daemon.clock.now += SECOND
    page = look("/connect", since=since(NOW))
    assert title(page).startswith("Refused")
    assert "server.name: is required" in said(page)
    assert "Correct these fields" in said(page)
    assert SENDER in text(page.one("div", id="arriving"))
    assert said(look("/connect")) == "Waiting for a report."


def test_an_accepted_one_counts_before_refused_ones(daemon: Daemon, look: Look) -> None:
    daemon.upload(duplicati_report(began=LAST))
    daemon.post(BROKEN)
    assert said(look("/connect", since=since(NOW))).startswith("Received: Documents")


def test_a_report_without_its_token_is_told(daemon: Daemon) -> None:
    client = closed(daemon)
    assert client.simulate_post("/api/upload", body=duplicati_report(began=LAST)).status_code == 401
    page = asked(client, since=since(NOW))
    assert said(page).startswith("Refused: Authentication required: send a token for upload")
    daemon.clock.now += SECOND
    assert said(asked(client)) == "Waiting for a report."


def test_nobody_is_told_of_a_reader_without_a_token(daemon: Daemon) -> None:
    client = closed(daemon, Scope.READ)
    client.simulate_get("/api/summary")
    page = Document(client.simulate_get("/connect", headers={"Authorization": f"Bearer {TOKEN}"}))
    assert said(page) == "Waiting for a report."


def test_it_looks_often_for_half_an_hour_and_until_a_report_comes(
    daemon: Daemon, look: Look
) -> None:
    def period(at: Millis) -> str | None:
        page = look("/connect", since=since(at))
        return page.one("div", id="arriving").attrib.get("data-every")

    assert period(NOW) == "3"
    daemon.post(BROKEN)
    assert period(NOW) == "3"
    assert period(NOW - 31 * MINUTE) is None
    daemon.upload(duplicati_report(began=LAST))
    assert period(NOW) is None


@pytest.mark.parametrize("at", [NOW + HOUR, NOW - 400 * DAY])
def test_a_time_of_a_bookmark_is_bounded(look: Look, at: Millis) -> None:
    waited = text(look("/connect", since=since(at)).one("div", id="arriving"))
    assert ("2026-01-15" if at > NOW else "2026-01-14") in waited


def test_a_time_that_is_none_is_named(daemon: Daemon) -> None:
    answer = daemon.client.simulate_get("/connect", params={"since": "today"})
    assert answer.status_code == 400
    assert "since must be an ISO 8601 time" in answer.text


def test_hostile_names_are_text(daemon: Daemon, look: Look) -> None:
    name = "</p><script>alert(1)</script>\u202e"
    daemon.upload(duplicati_report(began=LAST, server=name, backup=name))
    page = look("/connect", since=since(NOW), server=name)
    assert [each.attrib.get("src") for each in page.all("script")] == ["/page.js"]
    assert "</p><script>alert(1)</script>\ufffd of" in said(page)
