"""The Dockerfile and the Compose files are valid, name fixed images, and mount what there is."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.deploy.dockerfile import instructions, last, stages
from tests.deploy.files import DEPLOY, ROOT, read
from tests.deploy.test_prometheus import check
from tests.support.process.daemon import ANY_PORT, Daemon

DOCKER = DEPLOY / "docker"
COMPOSE = (
    "docker/compose.yaml",
    "docker/compose.monitoring.yaml",
    "docker/compose.replicas.yaml",
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
VERSION = PROJECT["version"]
PORT = 9666


def run_tool(name: str, *arguments: str | Path) -> None:
    """Run a program installed beside Python, which is to be content."""
    tool = Path(sys.executable).with_name(name)
    done = subprocess.run([tool, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def services(name: str) -> dict[str, dict[str, Any]]:
    """Return the services of a Compose file."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(read(name))["services"]
    return found


class Mount(NamedTuple):
    """A file or folder of this repository in a container."""

    source: Path
    target: str


def mounts(service: str) -> Iterator[Mount]:
    """Yield what a service of the monitoring file gets of this repository."""
    for volume in services(COMPOSE[1])[service]["volumes"]:
        source, target, *options = volume.split(":")
        if source.startswith("."):
            assert options == ["ro"]
            yield Mount((DOCKER / source).resolve(), target)


MOUNTS = {
    service: list(mounts(service))
    for service, content in services(COMPOSE[1]).items()
    if "volumes" in content
}


def test_hadolint_has_nothing_to_say() -> None:
    run_tool("hadolint", DOCKER / "Dockerfile")


@pytest.mark.parametrize("name", COMPOSE)
def test_a_compose_file_fits_the_compose_specifications_schema(name: str) -> None:
    run_tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / name)


def _images() -> Iterator[str]:
    yield from (each.text.split()[0] for each in instructions() if each.name == "FROM")
    for name in COMPOSE:
        yield from (each["image"] for each in services(name).values() if "image" in each)


def test_every_image_is_of_a_named_version() -> None:
    for image in _images():
        assert re.fullmatch(r"[\w./-]+:v?\d[\w.-]*", image), image


def test_the_version_of_the_image_is_the_packages() -> None:
    defaults = {each.text for each in instructions() if each.name == "ARG"}
    assert f"VERSION={VERSION}" in defaults
    assert services(COMPOSE[0])["duplistatus"]["image"] == f"duplistatus:{VERSION}"
    assert f"--tag duplistatus:{VERSION}" in read("docker/Dockerfile")


def test_what_only_some_users_need_is_installed_too() -> None:
    """Else whoever gives the URL of a PostgreSQL would have to build another image first."""
    extras = ",".join(sorted(PROJECT["optional-dependencies"]))
    assert f'install --no-cache-dir ".[{extras}]"' in stages()[0][-1].text
    assert f'make_environment "$project/.venv" "$project[{extras}]"' in read("start")


def test_it_runs_as_nobody_in_particular_and_keeps_its_data_in_a_volume() -> None:
    assert last("USER").text == "10001:10001"
    assert last("VOLUME").text == "/data"
    assert "DUPLISTATUS_DATABASE=/data/" in last("ENV").text


def test_it_is_labelled_as_the_open_container_initiative_says() -> None:
    labels = set(re.findall(r"org\.opencontainers\.image\.(\w+)=", last("LABEL").text))
    assert labels == {"title", "description", "licenses", "version", "revision"}


def test_the_build_gets_what_the_dockerfile_copies_and_no_more() -> None:
    copied = [each.text.split()[:-1] for each in stages()[0] if each.name == "COPY"]
    sent = re.findall(r"^!(.+)$", read("docker/Dockerfile.dockerignore"), re.MULTILINE)
    assert sorted(sent) == sorted(name for names in copied for name in names)
    assert all((ROOT / name).exists() for name in sent)


def _is_healthy(port: int) -> bool:
    words = [word.replace(str(PORT), str(port)) for word in last("HEALTHCHECK").words]
    done = subprocess.run([sys.executable, *words[1:]], stderr=subprocess.DEVNULL, check=False)
    return done.returncode == 0


def test_the_health_check_tells_a_daemon_that_lives_from_one_that_does_not(tmp_path: Path) -> None:
    assert last("HEALTHCHECK").words[0] == "python3"
    with Daemon(tmp_path, *ANY_PORT) as daemon:
        assert _is_healthy(daemon.port)
        daemon.stop()
        assert not _is_healthy(daemon.port)


def test_the_container_can_write_nothing_but_its_data_and_tmp() -> None:
    service = services(COMPOSE[0])["duplistatus"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["volumes"] == ["data:/data"]
    assert [each.partition(":")[0] for each in service["tmpfs"]] == ["/tmp"]


@pytest.mark.parametrize("name", COMPOSE)
def test_every_volume_is_declared(name: str) -> None:
    declared = yaml.safe_load(read(name))["volumes"]
    used = {
        volume.partition(":")[0]
        for service in services(name).values()
        for volume in service.get("volumes", [])
        if not volume.startswith(".")
    }
    assert used <= {*declared}


def test_all_that_is_mounted_is_there() -> None:
    for mount in (mount for found in MOUNTS.values() for mount in found):
        assert mount.source.exists(), mount


def test_only_this_machine_reaches_what_has_no_password() -> None:
    for name, service in services(COMPOSE[1]).items():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), (name, port)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("docker/monitoring/prometheus.yml", "deploy/prometheus/prometheus.yml"),
        (
            "docker/monitoring/datasource.yaml",
            "grafana/provisioning/datasources/prometheus.yaml",
        ),
    ],
)
def test_a_containers_configuration_is_the_plain_one_with_other_names(
    name: str, plain: str
) -> None:
    text = re.sub(r"(?:duplistatus|alertmanager|prometheus)(?=:\d)", "localhost", read(name))
    assert yaml.safe_load(text) == yaml.safe_load((ROOT / plain).read_text(encoding="utf-8"))
    hosts = set(re.findall(r"(\w+):\d{4}", read(name)))
    assert hosts <= {*services(COMPOSE[1])}


def test_prometheus_finds_its_rules_where_they_are_mounted(tmp_path: Path) -> None:
    for mount in MOUNTS["prometheus"]:
        target = tmp_path / mount.target.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if mount.source.is_dir() else shutil.copy
        copy(mount.source, target)
    (flag,) = [
        flag
        for flag in services(COMPOSE[1])["prometheus"]["command"]
        if flag.startswith("--config.file=")
    ]
    check(tmp_path / flag.partition("=")[2].lstrip("/"))


def test_grafana_finds_the_dashboards_where_its_provider_looks() -> None:
    targets = {mount.target: mount.source for mount in MOUNTS["grafana"]}
    provisioning = targets["/etc/grafana/provisioning/dashboards"] / "duplistatus.yaml"
    (provider,) = yaml.safe_load(provisioning.read_text(encoding="utf-8"))["providers"]
    assert targets[provider["options"]["path"]] == ROOT / "grafana" / "dashboards"
