"""What people set for a server on its page, and what they merge and remove there."""

import pytest

from tests.support.changes import changed
from tests.support.daemon import Daemon
from tests.support.pages import Document, text
from tests.support.signing_in import Person, get, submit

_ALL = {
    "alias": " NAS in the attic ",
    "note": "replaced\r\nin May",
    "tags": "b, a",
    "url": "https://nas.example:8200",
}


def server(daemon: Daemon) -> dict[str, object]:
    known: dict[str, object] = daemon.get("/api/servers")["servers"][0]
    return known


def test_alias_note_tags_and_address_are_set_and_cleared(household: Daemon, person: Person) -> None:
    page = person.follow(person.send("/servers/1/settings", **_ALL))
    told = "Saved: Alias, Note, Tags, Address of its Duplicati."
    assert text(page.one("p", id="notice")) == told
    known = server(household)
    assert (known["alias"], known["note"]) == ("NAS in the attic", "replaced\nin May")
    assert (known["tags"], known["url"]) == (["a", "b"], "https://nas.example:8200")
    assert page.one("input", name="alias").attrib["value"] == "NAS in the attic"
    assert "".join(page.one("textarea").itertext()).strip() == "replaced\nin May"
    page = person.follow(person.send("/servers/1/settings", **{**_ALL, "note": ""}))
    assert text(page.one("p", id="notice")) == "Saved: Note."
    page = person.follow(person.send("/servers/1/settings", **{**_ALL, "note": ""}))
    assert text(page.one("p", id="notice")) == "Nothing was changed."
    person.send("/servers/1/settings")
    known = server(household)
    assert (known["alias"], known["note"], known["tags"], known["url"]) == (None, None, [], None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("alias", "x" * 1025),
        ("note", "\N{GRINNING FACE}" * 1025),
        ("note", "nul \0"),
        ("alias", "nul \0"),
        ("tags", "no!"),
        ("tags", " ".join(map(str, range(21)))),
        ("url", "javascript:alert(1)"),
        ("url", "data:text/html,x"),
        ("url", "file:///etc/passwd"),
        ("url", "https://user:secret@nas"),
        ("url", "//nas:8200"),
        ("url", "x" * 501),
    ],
)
def test_what_is_wrong_is_told_beside_the_field_and_what_was_typed_stays(
    household: Daemon, person: Person, field: str, value: str
) -> None:
    before = server(household)
    answer = person.send("/servers/1/settings", **{**_ALL, field: value})
    assert answer.status_code == 400
    page = Document(answer)
    shown = page.one("textarea" if field == "note" else "input", name=field)
    assert shown.attrib["aria-invalid"] == "true"
    assert shown.attrib["aria-describedby"] == f"{field}-wrong {field}-hint"
    assert text(page.one("p", id=f"{field}-wrong"))
    others = [name for name in ("alias", "tags", "url") if name != field]
    assert [page.one("input", name=name).attrib["value"] for name in others] == [
        _ALL[name] for name in others
    ]
    assert server(household) == before


def test_no_text_is_set_that_is_not_what_somebody_typed(household: Daemon, person: Person) -> None:
    before = server(household)
    body = f"form_token={person.form_token}&alias=B%FCro".encode()
    answer = submit(household.client, "/servers/1/settings", body, person.cookie)
    assert answer.status_code == 400
    assert "The form must be UTF-8" in text(Document(answer).one("main"))
    assert server(household) == before


def test_the_longest_note_fits_whatever_it_is_written_in(household: Daemon, person: Person) -> None:
    note = "\N{GRINNING FACE}" * 1024
    assert person.send("/servers/1/settings", note=note).status_code == 303
    assert server(household)["note"] == note


def test_its_duplicati_is_opened_without_telling_it_where_from(household: Daemon) -> None:
    changed(household, "PATCH", "/api/servers/1", {"url": "https://nas.example:8200"})
    page = Document(get(household.client, "/servers/1"))
    (link,) = [each for each in page.all("a") if text(each) == "Open Duplicati"]
    assert link.attrib == {"href": "https://nas.example:8200", "rel": "noopener noreferrer"}


def test_a_suggested_duplicate_is_merged(household: Daemon, person: Person) -> None:
    page = person.page("/servers/1")
    (link,) = [each for each in page.all("a") if text(each) == "Merge it into this one"]
    assert link.attrib["href"] == "/servers/1/merge?other=2"
    asked = person.page(link.attrib["href"])
    told = text(asked.one("div", class_="lost"))
    assert told.startswith("attic becomes a part of nas, with 1 backup and, in all, 1 of its runs.")
    page = person.follow(person.send("/servers/1/merge", other="2"))
    assert text(page.one("p", id="notice")) == "attic is part of nas now."
    assert [each["id"] for each in household.get("/api/servers")["servers"]] == [1]


def test_two_machines_stay_two(household: Daemon, person: Person) -> None:
    page = person.follow(person.send("/servers/1/not-a-duplicate"))
    assert text(page.one("p", id="notice")) == "Noted: the two are different machines."
    assert page.all("button", id="not-a-duplicate") == []
    assert server(household)["possibleDuplicateOf"] is None


@pytest.mark.parametrize("typed", ["attic", "2", "m-2"])
def test_another_server_is_found_by_what_it_is_called(person: Person, typed: str) -> None:
    page = person.page("/servers/1/merge")
    assert [each.attrib["value"] for each in page.all("option")] == ["2"]
    page = person.page(f"/servers/1/merge?other={typed}")
    assert page.one("input", name="other").attrib["value"] == "2"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("99", "Server not found"),
        ("nobody", "Invalid server ID format"),
        ("1", "A server cannot be merged into itself"),
        ("nas", "A server cannot be merged into itself"),
    ],
)
def test_what_is_no_other_server_is_told_beside_the_field(
    person: Person, typed: str, told: str
) -> None:
    page = person.page(f"/servers/1/merge?other={typed}")
    field = page.one("input", name="other")
    assert (field.attrib["value"], field.attrib["aria-invalid"]) == (typed, "true")
    assert text(page.one("p", id="other-wrong")) == told


def test_deleting_names_what_is_lost(household: Daemon, person: Person) -> None:
    asked = text(person.page("/servers/1/delete").one("div", class_="lost"))
    assert asked.startswith("This removes nas with 2 backups and, in all, 4 of their runs.")
    answer = person.send("/servers/1/delete")
    assert answer.headers["location"] == "/"
    told = text(person.follow(answer).one("p", id="notice"))
    assert told == "The server nas was deleted with its backups and runs."
    assert [each["id"] for each in household.get("/api/servers")["servers"]] == [2]
