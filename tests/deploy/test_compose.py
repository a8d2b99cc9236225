"""What Compose makes of the files: people move between them and lose neither data nor time."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.compose import ALONE, MONITORING, REPLICAS, config, digests, read
from tests.deploy.files import DEPLOY

pytestmark = pytest.mark.not_quick

SERVICE = "duplistatus"
SECRETS = {"PASSWORD": "password", "ADMIN_TOKEN": "token"}


@pytest.fixture(scope="module")
def alone() -> dict[str, Any]:
    return config(ALONE)


@pytest.fixture(scope="module")
def monitoring() -> dict[str, Any]:
    return config(MONITORING)


def test_with_monitoring_the_daemons_container_is_not_replaced() -> None:
    """Compose replaces a container of the same project whose digest differs."""
    assert digests(DEPLOY / MONITORING)[SERVICE] == digests(DEPLOY / ALONE)[SERVICE]


def test_with_monitoring_the_daemon_keeps_its_data(
    alone: dict[str, Any], monitoring: dict[str, Any]
) -> None:
    assert alone["name"] == monitoring["name"]
    assert alone["volumes"].items() <= monitoring["volumes"].items()
    assert alone["networks"] == monitoring["networks"]
    assert [*alone["services"]] == [SERVICE]
    assert SERVICE in monitoring["services"]


def test_the_volume_is_called_the_same_in_every_project() -> None:
    """Portainer and Synology choose the name of the project."""
    volume = config(ALONE)["volumes"]["data"]
    assert config(ALONE, COMPOSE_PROJECT_NAME="stack")["volumes"]["data"] == volume


def test_the_daemon_alone_needs_no_file_but_its_own(tmp_path: Path) -> None:
    copy = Path(shutil.copy(DEPLOY / ALONE, tmp_path / "compose.yaml"))
    assert digests(copy) == digests(DEPLOY / ALONE)


@pytest.mark.parametrize("name", [ALONE, MONITORING, REPLICAS])
def test_nothing_has_to_be_built(name: str) -> None:
    for service in config(name, **SECRETS)["services"].values():
        assert "build" not in service
        assert service["image"]


@pytest.mark.parametrize("name", [ALONE, MONITORING, REPLICAS])
def test_all_that_is_mounted_is_there(name: str) -> None:
    mounted = [
        Path(volume["source"])
        for service in config(name, **SECRETS)["services"].values()
        for volume in service.get("volumes", [])
        if volume["type"] == "bind"
    ]
    assert [path for path in mounted if not path.exists()] == []


def test_a_made_up_fleet_can_be_asked_for(alone: dict[str, Any]) -> None:
    assert alone["services"][SERVICE]["command"] == ["serve"]
    for name in (ALONE, MONITORING):
        assert config(name, COMMAND="demo")["services"][SERVICE]["command"] == ["demo"]


@pytest.mark.parametrize("missing", SECRETS)
def test_replicas_without_a_secret_do_not_start(missing: str) -> None:
    told = {name: value for name, value in SECRETS.items() if name != missing}
    done = read(DEPLOY / REPLICAS, "--quiet", **told)
    assert done.returncode != 0
    assert f"required variable {missing} is missing a value: give --env-file" in done.stderr


def test_replicas_are_a_project_of_their_own(alone: dict[str, Any]) -> None:
    """Their daemons keep nothing, and the daemon alone would not be one of them."""
    replicas = config(REPLICAS, **SECRETS)
    assert replicas["name"] != alone["name"]
    assert {each["name"] for each in replicas["volumes"].values()} == {
        f"{replicas['name']}_database"
    }
