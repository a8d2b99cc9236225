"""DELETE /api/rejected and /api/rejected/{id}: what a person has dealt with."""

from falcon import testing

from exporter.model.audit import AuditFilter
from tests.api.resources.test_rejected import BROKEN, OTHER, opened, refuse
from tests.support.daemon import ADMIN_TOKEN, NOW, SENDER, Daemon


def clear(daemon: Daemon, path: str = "/api/rejected", token: str = ADMIN_TOKEN) -> testing.Result:
    headers = {"Authorization": f"Bearer {token}"}
    return daemon.client.simulate_delete(path, headers=headers)


def test_what_was_refused_can_be_cleared_at_once(daemon: Daemon) -> None:
    for sender in (SENDER, OTHER):
        refuse(daemon, BROKEN, sender)
    assert opened(daemon) == 2
    assert clear(daemon).json["data"] == {"deleted": {"rejected": 2}}
    assert opened(daemon) == 0
    assert daemon.get("/api/rejected")["rejected"] == []
    assert not daemon.services.refusals.any
    assert clear(daemon).json["data"] == {"deleted": {"rejected": 0}}


def test_one_that_was_refused_can_be_cleared(daemon: Daemon) -> None:
    for sender in (SENDER, OTHER):
        refuse(daemon, BROKEN, sender)
    first, second = daemon.get("/api/rejected")["rejected"]
    assert clear(daemon, f"/api/rejected/{second['id']}").status_code == 200
    assert daemon.get("/api/rejected")["rejected"] == [first]
    assert opened(daemon) == 1
    assert clear(daemon, f"/api/rejected/{second['id']}").status_code == 404
    assert clear(daemon, "/api/rejected/x").status_code == 400


def test_who_cleared_what_was_refused_is_noted(daemon: Daemon) -> None:
    for sender in (SENDER, OTHER, OTHER):
        refuse(daemon, BROKEN, sender)
    clear(daemon)
    clear(daemon)
    (entry,) = daemon.store.audit(AuditFilter(), None, 9)
    assert (entry.who, entry.at, entry.what) == ("admin", NOW, "refused.clear")
    assert entry.details == {"count": 3, "senders": [SENDER, OTHER]}


def test_only_the_admin_clears_what_was_refused(daemon: Daemon) -> None:
    refuse(daemon, BROKEN)
    for path in ("/api/rejected", "/api/rejected/1"):
        assert daemon.client.simulate_delete(path).status_code == 401
        assert clear(daemon, path, "a-token-of-nobody").status_code == 403
    assert opened(daemon) == 1
