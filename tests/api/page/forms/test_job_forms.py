"""What people set for a job on its page, and what they remove there."""

from xml.etree.ElementTree import Element

import pytest

from api.page.keys import key_of
from exporter.model.audit import AuditFilter
from exporter.model.listed import BackupList, ListedBackup
from exporter.times import DAY
from tests.api.page.forms.household import COPY, FORMER
from tests.support.changes import changed
from tests.support.daemon import NOW, Daemon
from tests.support.pages import Document, elements, text
from tests.support.reports_builder import duplicati_report
from tests.support.signing_in import Person

_CALENDAR = {"kind": "cron", "cron": "0 3 * * 1-5", "zone": "Europe/Berlin"}


def settings(daemon: Daemon, job_id: int = 1) -> dict[str, object]:
    known: dict[str, object] = daemon.get(f"/api/jobs/{job_id}")["job"]["settings"]
    return known


def values(form: Element) -> dict[str, str]:
    """Return what a form holds."""
    fields = [each for each in form.iter("input") if each.attrib.get("type") != "radio"]
    held = {each.attrib["name"]: each.attrib["value"] for each in fields}
    chosen = [each for each in elements(form, "input", type="radio") if "checked" in each.attrib]
    return held | {each.attrib["name"]: each.attrib["value"] for each in chosen}


@pytest.mark.parametrize(
    ("fields", "schedule", "told"),
    [
        ({"kind": "every", "every": "12h"}, "every 12h", "Schedule set to every 12 hours."),
        ({"kind": "every", "every": "1d 12h"}, "every 1d12h", "Schedule set to every 36 hours."),
        (
            _CALENDAR,
            "cron 0 3 * * 1-5 Europe/Berlin",
            "Schedule set to the calendar 0 3 * * 1-5 (Europe/Berlin).",
        ),
        ({"kind": "auto", "every": "nonsense"}, "auto", "Schedule set to automatic."),
        ({"kind": "off"}, "off", "Schedule set to off."),
        ({"kind": "configured"}, None, "Nothing was changed."),
        ({"kind": "configured", "tolerance": "90m"}, None, "Tolerance set to 1 h 30 min."),
    ],
)
def test_a_schedule_is_set(
    household: Daemon, person: Person, fields: dict[str, str], schedule: str | None, told: str
) -> None:
    answer = person.send("/jobs/1/schedule", **fields)
    assert answer.headers["location"] == "/jobs/1"
    assert text(person.follow(answer).one("p", id="notice")) == told
    assert settings(household)["schedule"] == schedule
    assert settings(household)["tolerance"] == ("1h30m" if "tolerance" in fields else None)


@pytest.mark.parametrize(
    ("set_before", "held"),
    [
        ({}, {"kind": "configured", "every": "", "cron": "", "zone": "UTC", "tolerance": ""}),
        ({"schedule": "every 36h"}, {"kind": "every", "every": "1d12h"}),
        ({"schedule": "cron 5 4 * * * Asia/Tokyo"}, {"cron": "5 4 * * *", "zone": "Asia/Tokyo"}),
        ({"schedule": "off", "tolerance": "2h"}, {"kind": "off", "tolerance": "2h"}),
    ],
)
def test_the_form_holds_what_is_set(
    household: Daemon, person: Person, set_before: dict[str, object], held: dict[str, str]
) -> None:
    if set_before:
        changed(household, "PATCH", "/api/jobs/1", set_before)
    found = values(person.page("/jobs/1").one("form", action="/jobs/1/schedule"))
    assert held.items() <= found.items()


@pytest.mark.parametrize(
    ("fields", "field", "told"),
    [
        ({"kind": "every", "every": "12"}, "every", "'12' is not a duration"),
        ({"kind": "every", "every": ""}, "every", "is not a schedule"),
        ({"kind": "every", "every": "99999w"}, "every", "out of range"),
        ({**_CALENDAR, "cron": "0 3 * *"}, "cron", "must be five fields"),
        ({**_CALENDAR, "cron": "61 3 * * *"}, "cron", "is not a cron expression"),
        ({**_CALENDAR, "cron": "0 0 30 2 *"}, "cron", "is not a cron expression"),
        ({**_CALENDAR, "zone": "Mars/Phobos"}, "zone", "is not a time zone"),
        ({**_CALENDAR, "zone": ""}, "zone", "is not a time zone"),
        ({"kind": "off", "tolerance": "soon"}, "tolerance", "'soon' is not a duration"),
    ],
)
def test_what_is_wrong_is_told_beside_the_field_and_what_was_typed_stays(
    household: Daemon, person: Person, fields: dict[str, str], field: str, told: str
) -> None:
    before = settings(household)
    answer = person.send("/jobs/1/schedule", **fields)
    assert answer.status_code == 400
    page = Document(answer)
    assert text(page.one("h1")) == "Pictures"
    assert text(page.one("title")).startswith("Not saved: ")
    details = page.one("details", id="change-schedule")
    assert "open" in details.attrib
    assert fields.items() <= values(page.one("form", action="/jobs/1/schedule")).items()
    wrong = page.one("input", name=field)
    assert wrong.attrib["aria-invalid"] == "true"
    described = wrong.attrib["aria-describedby"].split()
    assert told in " ".join(text(page.one("p", id=each)) for each in described[:1])
    assert text(page.one("small", id=described[-1]))
    assert settings(household) == before


def test_a_program_is_told_in_json_what_is_wrong(household: Daemon, person: Person) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = household.client.simulate_post(
        "/jobs/1/schedule",
        body=f"form_token={person.form_token}&kind=every&every=x&tolerance=y",
        headers={**headers, "Cookie": f"duplistatus_session={person.cookie}"},
    )
    assert (answer.status_code, answer.json["error"]) == (400, "ValidationError")
    assert [each["field"] for each in answer.json["details"]] == ["schedule", "tolerance"]


def test_pausing_and_resuming(household: Daemon, person: Person) -> None:
    page = person.follow(person.send("/jobs/1/pause", to="pause"))
    assert text(page.one("p", id="notice")) == "Paused: a missing run is not reported."
    assert household.get("/api/jobs/1")["job"]["paused"] is True
    assert text(page.one("button", id="resume")) == "Resume"
    page = person.follow(person.send("/jobs/1/pause", to="resume"))
    assert text(page.one("p", id="notice")) == "Resumed."
    assert household.get("/api/jobs/1")["job"]["paused"] is False
    assert person.send("/jobs/1/pause", to="x").status_code == 400


def test_tags_are_set_and_removed(household: Daemon, person: Person) -> None:
    page = person.follow(person.send("/jobs/1/tags", tags=" Prod,  photos  prod "))
    assert text(page.one("p", id="notice")) == "Tags set to photos, prod."
    assert settings(household)["tags"] == ["photos", "prod"]
    assert values(page.one("form", action="/jobs/1/tags"))["tags"] == "photos, prod"
    page = person.follow(person.send("/jobs/1/tags", tags=" "))
    assert text(page.one("p", id="notice")) == "Tags removed."
    assert settings(household)["tags"] == []


def test_a_wrong_tag_is_told_and_stays(person: Person) -> None:
    answer = person.send("/jobs/1/tags", tags="fine bad!")
    assert answer.status_code == 400
    page = Document(answer)
    assert values(page.one("form", action="/jobs/1/tags"))["tags"] == "fine bad!"
    assert "a tag is 1 to 40 letters" in text(page.one("p", id="tags-wrong"))
    assert "open" not in page.one("details", id="change-schedule").attrib


def test_what_came_without_a_name_is_dealt_with(household: Daemon, person: Person) -> None:
    assert household.get("/api/jobs/2")["job"]["condition"] == "failing"
    page = person.follow(person.send("/jobs/2/clear"))
    assert text(page.one("p", id="notice")) == "What came until now is marked as dealt with."
    assert household.get("/api/jobs/2")["job"]["condition"] != "failing"
    assert person.page("/jobs/1").all("button", id="clear") == []


def test_that_it_was_deleted_on_purpose_is_confirmed(household: Daemon, person: Person) -> None:
    machine_id = household.store.snapshot().servers[0].machine_id or ""
    for number, name in (("DB-7", "Pictures"), ("DB-8", "another")):
        listed = BackupList("https://nas.example", machine_id, (ListedBackup(number, name),))
        household.store.note_list(listed, NOW)
    page = person.page("/jobs/1")
    assert "gone" in household.get("/api/jobs/1")["job"]["conditions"]
    assert text(page.one("button", id="confirm-gone")) == "Confirm: it was deleted on purpose"
    assert text(page.one("p", id="schedule")).startswith("No run is expected: Duplicati no longer")
    page = person.follow(person.send("/jobs/1/clear"))
    conditions = household.get("/api/jobs/1")["job"]["conditions"]
    assert "gone" not in conditions
    assert "off" in conditions
    assert page.all("button", id="confirm-gone") == []
    assert "Duplicati no longer lists this backup" in text(page.one("p", id="gone"))
    (change,) = household.store.audit(AuditFilter(job_id=1), None, 1)
    assert change.what == "job.set"
    assert "cleared" in str(change.details)


def test_deleting_names_what_is_lost_and_leads_to_the_server(
    household: Daemon, person: Person
) -> None:
    asked = text(person.page("/jobs/1/delete").one("div", class_="lost"))
    assert asked.startswith("This removes Pictures of nas with 3 runs and their logs.")
    answer = person.send("/jobs/1/delete")
    assert answer.headers["location"] == "/servers/1"
    told = text(person.follow(answer).one("p", id="notice"))
    assert told == "Pictures of nas was deleted with its runs."
    assert [job["id"] for job in household.get("/api/jobs")["jobs"]] == [2, 3]


def test_a_renamed_job_is_separated_once(household: Daemon, person: Person) -> None:
    assert FORMER in text(person.page("/jobs/1/separate").one("div", class_="lost"))
    page = person.follow(person.send("/jobs/1/separate", former=key_of(FORMER)))
    assert text(page.one("p", id="notice")) == "Pictures and Photos are two jobs now."
    names = {job["name"] for job in household.get("/api/jobs", server="nas")["jobs"]}
    assert {FORMER, "Pictures"} <= names


def test_a_form_for_one_renaming_does_not_undo_another(household: Daemon) -> None:
    body = duplicati_report(
        began=NOW + DAY, backup="Images", machine_id="id of nas", extra={"backup-id": "DB-1"}
    )
    household.clock.now = NOW + DAY
    household.upload(body)
    again = Person(household.client)
    assert again.send("/jobs/1/separate", former=key_of(FORMER)).status_code == 404
    assert household.get("/api/jobs/1")["job"]["formerly"] == [FORMER, "Pictures"]


def test_a_second_copy_is_forgotten(household: Daemon, person: Person) -> None:
    page = person.page("/jobs/1")
    (link,) = [each for each in page.all("a") if text(each) == "Forget it"]
    path, _, query = link.attrib["href"].partition("?")
    asked = Document(
        household.client.simulate_get(
            path, query_string=query, headers={"Cookie": f"duplistatus_session={person.cookie}"}
        )
    )
    assert COPY in text(asked.one("div", class_="lost"))
    page = person.follow(person.send(path, copy=key_of(COPY)))
    assert text(page.one("p", id="notice")) == f"The copy to {COPY} is forgotten."
    assert household.get("/api/jobs/1")["job"]["secondCopies"] == []


def test_what_was_left_under_an_old_name_can_be_deleted_from_the_new_one(
    daemon: Daemon,
) -> None:
    hash_of_destination = {"backup-id": "0c2f5b7c19a94bd1"}
    for day, name in ((9, "Old"), (5, "New")):
        began = NOW - day * DAY
        daemon.upload(duplicati_report(began=began, backup=name, extra=hash_of_destination))
    page = Person(daemon.client).page("/jobs/2")
    (link,) = [each for each in page.all("a") if text(each).startswith("delete what was left")]
    assert link.attrib["href"] == "/jobs/1/delete"
