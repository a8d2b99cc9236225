"""Changes that people ask of a daemon, with the admin token."""

from typing import Any

from falcon import testing

from tests.support.daemon import ADMIN_TOKEN, Daemon


def change(
    daemon: Daemon, method: str, path: str, body: object = None, token: str | None = ADMIN_TOKEN
) -> testing.Result:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return daemon.client.simulate_request(method, path, json=body, headers=headers)


def changed(daemon: Daemon, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON may hold anything
    """Return what is answered to a change that is to be made."""
    result = change(daemon, method, path, body)
    assert result.status_code == 200, result.text
    assert result.json["status"] == "success"
    return result.json["data"]


def problems(result: testing.Result) -> dict[str, str]:
    assert (result.status_code, result.json["error"]) == (400, "ValidationError"), result.text
    return {each["field"]: each["message"] for each in result.json.get("details", [])}
