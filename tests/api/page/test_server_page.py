"""GET /servers/{id}: a machine and its backups."""

import pytest

from tests.api.page.conftest import LAST, Look, daily
from tests.support.daemon import ADMIN_TOKEN, Daemon
from tests.support.pages import Document, condition, elements, text
from tests.support.reports_builder import duplicati_report


def facts(page: Document) -> dict[str, str]:
    known = page.one("dl", class_="facts")
    names = [text(each) for each in elements(known, "dt")]
    return dict(zip(names, map(text, elements(known, "dd")), strict=True))


def test_a_server_shows_its_own_backups_worst_first(look_at_all: Look) -> None:
    page = look_at_all("/servers/1")
    assert page.sentence() == "1 of 2 backups is overdue"
    assert [condition(row) for row in page.jobs().values()] == ["overdue", "fine"]
    assert page.count("jobs") == 2
    assert page.count("servers") is None


def test_a_server_shows_what_is_known_of_it(daemon: Daemon, look: Look) -> None:
    daily(daemon, "Photos")
    daemon.client.simulate_patch(
        "/api/servers/1",
        json={"alias": "Attic", "note": "behind the stairs"},
        headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
    )
    page = look("/servers/1")
    assert text(page.one("h1")) == "Attic"
    assert facts(page) == {
        "Id": "1",
        "Name": "nas",
        "Alias": "Attic",
        "Note": "behind the stairs",
        "System": "Linux",
        "Duplicati": "2.1.0.5",
        "Machine-id": "id of nas",
        "Newest report": "just now",
    }


@pytest.mark.parametrize("name", ["1", "nas", "m-1"])
def test_a_server_is_found_as_in_the_api(daemon: Daemon, look: Look, name: str) -> None:
    daemon.upload(duplicati_report(began=LAST))
    assert text(look(f"/servers/{name}").one("h1")) == "nas"


def test_a_server_that_never_made_a_backup_says_so(daemon: Daemon, look: Look) -> None:
    daemon.upload(duplicati_report(began=LAST, operation="Restore"))
    page = look("/servers/1")
    assert page.sentence() == "No backup has reported yet"
    assert "No backups yet." in text(page.root)


def test_a_backup_of_a_server_that_could_not_be_judged_does_not_hide(
    daemon: Daemon, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    daily(daemon, "Photos")
    daily(daemon, "Music", server="laptop")
    with monkeypatch.context() as patch:
        patch.setattr("exporter.fleet.evaluation.expect", lambda *_: 1 / 0)
        daily(daemon, "Mail")
    assert look("/servers/1").sentence() == "1 of 2 backups is fine, 1 could not be evaluated"
    assert look("/servers/2").sentence() == "The only backup is fine"


def test_a_server_of_which_no_backup_could_be_judged_is_not_said_to_have_none(
    daemon: Daemon, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("exporter.fleet.evaluation.expect", lambda *_: 1 / 0)
        daily(daemon, "Mail")
    page = look("/servers/1")
    assert page.sentence() == "The only backup is not known to be fine, 1 could not be evaluated"
    assert "No backups yet" not in text(page.root)
    assert text(page.lines()["unjudged"]).startswith("Mail of nas: not evaluated")


def test_a_server_that_may_be_another_says_so_with_the_commands_that_settle_it(
    daemon: Daemon, look: Look
) -> None:
    daemon.upload(duplicati_report(began=LAST, machine_id="m-1"))
    daemon.upload(duplicati_report(began=LAST, machine_id="m-2"))
    told = text(look("/servers/2").one("p", class_="hint"))
    assert told.startswith("This may be the same machine as nas (1).")
    assert "duplistatus server merge 1 2 " in told
    assert "duplistatus server set 2 --not-a-duplicate" in told
    assert "please decide: nas (2)." in text(look().one("p", class_="hint"))
    assert look("/servers/1").all("p", class_="hint") == []
