import pytest

from tests.support.changes import change
from tests.support.daemon import Daemon

CHANGES = [
    ("PATCH", "/api/servers/1"),
    ("DELETE", "/api/servers/1"),
    ("POST", "/api/servers/1/merge"),
    ("PATCH", "/api/jobs/1"),
    ("DELETE", "/api/jobs/1"),
]


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_what_is_not_there_cannot_be_changed(daemon: Daemon, method: str, path: str) -> None:
    body: dict[str, object] = {"from": [2]} if "merge" in path else {"alias": "x"}
    if "jobs" in path:
        body = {"paused": True}
    for number in ("1", "9" * 30):
        result = change(daemon, method, path.replace("1", number), body)
        assert (result.status_code, result.json["error"]) == (404, "NotFoundError")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/servers/1", {}),
        ("/api/servers/1", {"alias": 5}),
        ("/api/servers/1", {"alias": ""}),
        ("/api/servers/1", {"name": "x"}),
        ("/api/servers/1", ["alias"]),
        ("/api/jobs/1", {"schedule": "sometimes"}),
        ("/api/jobs/1", {"schedule": "every blue moon"}),
        ("/api/jobs/1", {"schedule": "cron 99 * * * *"}),
        ("/api/jobs/1", {"schedule": "cron 0 3 * * 1-5 Europe/Atlantis"}),
        ("/api/jobs/1", {"schedule": 12}),
        ("/api/jobs/1", {"tolerance": "soon"}),
        ("/api/jobs/1", {"tolerance": -5}),
        ("/api/jobs/1", {"paused": "yes"}),
        ("/api/jobs/1", {"paused": None}),
    ],
)
def test_a_wrong_change_is_refused_whole(two_servers: Daemon, path: str, body: object) -> None:
    before = two_servers.store.snapshot()
    wrong = {"note": "right", **body} if body and isinstance(body, dict) else body
    for each in (body, wrong):
        result = change(two_servers, "PATCH", path, each)
        assert (result.status_code, result.json["error"]) == (400, "ValidationError")
    assert two_servers.store.snapshot() == before
