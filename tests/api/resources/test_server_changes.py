"""Changes of a server: who may make them, which are refused, what is logged."""

import logging

import pytest

from exporter.logs import HumanFormatter, JsonFormatter
from tests.api.resources.changing import Json, listed
from tests.support.changes import change, changed, problems
from tests.support.daemon import ADMIN_TOKEN, Daemon

WRONG_TOKEN = "a-token-that-is-not-the-one"

CHANGES = [
    ("PATCH", "/api/servers/1"),
    ("DELETE", "/api/servers/1"),
    ("POST", "/api/servers/1/merge"),
]
IDS = "must be a list of server ids, as [2, 3]"


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_who_sends_no_token_is_told_how_and_who_sends_a_wrong_one_is_refused(
    three: Daemon, method: str, path: str
) -> None:
    before = listed(three)
    missing = change(three, method, path, {"alias": "x"}, None)
    assert (missing.status_code, missing.json["error"]) == (401, "AuthenticationError")
    assert missing.headers["www-authenticate"] == 'Bearer realm="duplistatus"'
    assert "Authorization: Bearer" in missing.json["message"]
    wrong = change(three, method, path, {"alias": "x"}, WRONG_TOKEN)
    assert (wrong.status_code, wrong.json["error"]) == (403, "ForbiddenError")
    assert listed(three) == before


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_without_a_token_nobody_learns_which_servers_there_are(
    three: Daemon, method: str, path: str
) -> None:
    for number in ("1", "99", "x"):
        answers = [
            change(three, method, path.replace("1", number), {"alias": "x"}, token).status_code
            for token in (None, WRONG_TOKEN)
        ]
        assert answers == [401, 403]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_word_before_the_token_may_be_written_in_any_case(three: Daemon, scheme: str) -> None:
    result = three.client.simulate_patch(
        "/api/servers/1", json={"note": "x"}, headers={"Authorization": f"{scheme} {ADMIN_TOKEN}"}
    )
    assert result.status_code == 200


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_server_that_nobody_knows_is_not_found(three: Daemon, method: str, path: str) -> None:
    body = {"from": [2]} if path.endswith("merge") else {"alias": "x"}
    result = change(three, method, path.replace("1", "99"), body)
    assert (result.status_code, result.json["error"]) == (404, "NotFoundError")


@pytest.mark.parametrize(("method", "path"), CHANGES)
@pytest.mark.parametrize("text", ["0", "-1", "1.0", "nas", "01", "%20"])
def test_a_server_to_change_is_given_by_its_id_only(
    three: Daemon, method: str, path: str, text: str
) -> None:
    result = change(three, method, path.replace("1", text), {"alias": "x", "from": [2]})
    assert problems(result) == {}
    assert result.json["message"] == "Invalid server ID format"


@pytest.mark.parametrize(
    "body",
    [
        {"alias": 5},
        {"alias": "", "note": "  "},
        {"alias": "x" * 1025},
        {"note": ["x"]},
        {"muteFor": "soon"},
        {"muteFor": "11000d"},
        {"muteFor": 60},
        {"tags": ["a b"]},
        {"url": ""},
        {"url": 8200},
        {"url": "nas.example:8200"},
        {"url": "javascript:alert(1)"},
        {"url": "ftp://nas.example"},
        {"url": "https://ada:secret@nas.example"},
        {"url": "https://nas.example/?token=secret"},
        {"url": "https://nas.example/#secret"},
        {"url": "https://nas.example:port"},
        {"url": "https://[nas"},
        {"url": "https://nas.example/a b"},
        {"url": f"https://nas.example/{'a' * 500}"},
        {"name": "x"},
        {"Alias": "x", "id": 9, "note": False},
    ],
)
def test_every_wrong_field_of_a_change_is_named(three: Daemon, body: Json) -> None:
    before = listed(three)
    found = problems(change(three, "PATCH", "/api/servers/1", {"note": "fine", **body}))
    assert found.keys() == body.keys()
    assert listed(three) == before


def test_a_wrong_field_of_a_change_is_answered_with_what_it_must_be(three: Daemon) -> None:
    assert problems(change(three, "PATCH", "/api/servers/1", {"alias": 5, "name": "x"})) == {
        "alias": "must be null or a text of 1 to 1024 characters",
        "name": "is unknown; expected one of alias, note, possibleDuplicateOf, muteFor, tags, url",
    }


@pytest.mark.parametrize("sources", [None, [], "2", 2, [0], [-2], ["2"], [2.5], [True], [2**63]])
def test_the_servers_to_merge_are_a_list_of_ids(three: Daemon, sources: object) -> None:
    result = change(three, "POST", "/api/servers/1/merge", {"from": sources})
    assert problems(result) == {"from": IDS}


def test_a_server_is_not_merged_into_itself(three: Daemon) -> None:
    result = change(three, "POST", "/api/servers/1/merge", {"from": [2, 1]})
    assert problems(result) == {"from": "must not contain the server itself"}


def test_an_unknown_field_of_a_merge_is_named(three: Daemon) -> None:
    result = change(three, "POST", "/api/servers/1/merge", {"from": [2], "into": 1})
    assert list(problems(result)) == ["into"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'"alias"', b"[]", b"null", b"{}"])
def test_a_body_that_changes_nothing_is_refused(three: Daemon, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    for method, path in (("PATCH", "/api/servers/1"), ("POST", "/api/servers/1/merge")):
        result = three.client.simulate_request(method, path, body=body, headers=headers)
        assert problems(result) == {}


def test_a_body_that_is_too_large_is_refused(three: Daemon) -> None:
    result = change(three, "PATCH", "/api/servers/1", {"note": "x" * 70_000})
    assert (result.status_code, result.json["error"]) == (413, "PayloadTooLargeError")


def test_answers_to_changes_are_not_kept_by_caches(three: Daemon) -> None:
    result = change(three, "PATCH", "/api/servers/1", {"note": "x"})
    assert result.headers["cache-control"] == "no-store"
    assert result.headers["content-type"] == "application/json"


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return each event as the daemon writes it, for people and for programs."""
    formatters = (HumanFormatter(), JsonFormatter())
    return [each.format(record) for record in caplog.records for each in formatters]


@pytest.mark.parametrize(
    ("request_line", "body", "told"),
    [
        ("PATCH /api/servers/1", {"alias": "Cellar"}, 'changed server_id=1 alias="Cellar"'),
        ("POST /api/servers/1/merge", {"from": [2, 3]}, 'merged server_id=1 merged="2,3"'),
        ("DELETE /api/servers/2", None, "deleted server_id=2"),
    ],
)
def test_each_change_is_logged_once_and_without_the_token(
    three: Daemon, caplog: pytest.LogCaptureFixture, request_line: str, body: Json, told: str
) -> None:
    method, path = request_line.split()
    with caplog.at_level(logging.DEBUG):
        changed(three, method, path, body)
    assert len([line for line in lines(caplog) if told in line]) == 1
    assert not [line for line in lines(caplog) if ADMIN_TOKEN in line]


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_what_was_refused_is_logged_as_no_change_and_no_token_with_it(
    three: Daemon, caplog: pytest.LogCaptureFixture, method: str, path: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        for token in (None, WRONG_TOKEN, ADMIN_TOKEN):
            change(three, method, path.replace("1", "99"), {"alias": "x", "from": [1]}, token)
    text = "\n".join(lines(caplog))
    assert not [word for word in ("changed", "merged", "deleted") if f"server {word}" in text]
    assert ADMIN_TOKEN not in text
    assert WRONG_TOKEN not in text


@pytest.mark.parametrize("ids", [[], [1], [2, 1], [99], [2, 99], "2", [True], ["2"], None, [0]])
def test_a_merge_that_cannot_be_done_is_not_half_done(two_servers: Daemon, ids: object) -> None:
    before = two_servers.store.snapshot()
    assert change(two_servers, "POST", "/api/servers/1/merge", {"from": ids}).status_code in (
        400,
        404,
    )
    assert two_servers.store.snapshot() == before
