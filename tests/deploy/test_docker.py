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

from tests.deploy.compose import ALONE, MONITORING, REPLICAS
from tests.deploy.dockerfile import instructions, last, stages
from tests.deploy.files import DEPLOY, ROOT, read
from tests.deploy.test_prometheus import check

DOCKER = DEPLOY / "docker"
COMPOSE = (ALONE, MONITORING, REPLICAS)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
VERSION = PROJECT["version"]


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
    for volume in services(MONITORING)[service]["volumes"]:
        source, target, *options = volume.split(":")
        if source.startswith("."):
            assert options == ["ro"]
            yield Mount((DOCKER / source).resolve(), target)


MOUNTS = {
    service: list(mounts(service))
    for service, content in services(MONITORING).items()
    if "volumes" in content
}


def test_hadolint_has_nothing_to_say() -> None:
    run_tool("hadolint", DOCKER / "Dockerfile")


@pytest.mark.parametrize("name", COMPOSE)
def test_a_compose_file_fits_the_compose_specifications_schema(name: str) -> None:
    run_tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / name)


def _images() -> Iterator[str]:
    begins = [each.text.split() for each in instructions() if each.name == "FROM"]
    stages_of_it = {name for _, *rest in begins for name in rest[1:]}
    yield from {words[0] for words in begins} - stages_of_it
    for name in COMPOSE:
        yield from (each["image"] for each in services(name).values() if "image" in each)


def test_every_image_is_of_a_named_version() -> None:
    for image in _images():
        assert re.fullmatch(r"[\w./-]+:v?\d[\w.-]*", image), image


def test_the_version_of_the_image_is_the_packages() -> None:
    defaults = {each.text for each in instructions() if each.name == "ARG"}
    image = f"ghcr.io/{PROJECT['urls']['Source'].removeprefix('https://github.com/')}:{VERSION}"
    assert f"VERSION={VERSION}" in defaults
    assert services(ALONE)["duplistatus"]["image"] == image
    assert f"--tag {image} ." in read("docker/Dockerfile")


def test_what_only_some_users_need_is_installed_too() -> None:
    """Else whoever gives the URL of a PostgreSQL would have to build another image first."""
    extras = sorted(PROJECT["optional-dependencies"])
    (locked,) = re.findall(r"^#.*(?: --extra .*)$", read("requirements.lock"), re.MULTILINE)
    assert sorted(re.findall(r"--extra (\w+)", locked)) == extras
    assert f'make_environment "$project/.venv" "$project[{",".join(extras)}]"' in read("start")


def test_it_runs_as_nobody_in_particular_and_keeps_its_data_in_a_volume() -> None:
    assert last("USER").text == "10001:10001"
    assert last("VOLUME").text == "/data"
    assert "DUPLISTATUS_DATABASE=/data/" in last("ENV").text


def test_the_build_gets_what_the_dockerfile_copies_and_no_more() -> None:
    copied = [each.text.split()[:-1] for each in stages()[1] if each.name == "COPY"]
    sent = re.findall(r"^!(.+)$", read("docker/Dockerfile.dockerignore"), re.MULTILINE)
    names = {name for names in copied for name in names}
    assert sorted(sent) == sorted(name for name in names if not {*Path(name).parts[:-1]} & names)
    assert all((ROOT / name).exists() for name in sent)


def test_the_container_can_write_nothing_but_its_data_and_tmp() -> None:
    service = services(ALONE)["duplistatus"]
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


def test_only_this_machine_reaches_what_has_no_password() -> None:
    for name, service in services(MONITORING).items():
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
    assert hosts <= {*services(MONITORING)}


def test_prometheus_finds_its_rules_where_they_are_mounted(tmp_path: Path) -> None:
    for mount in MOUNTS["prometheus"]:
        target = tmp_path / mount.target.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if mount.source.is_dir() else shutil.copy
        copy(mount.source, target)
    (flag,) = [
        flag
        for flag in services(MONITORING)["prometheus"]["command"]
        if flag.startswith("--config.file=")
    ]
    check(tmp_path / flag.partition("=")[2].lstrip("/"))


def test_grafana_finds_the_dashboards_where_its_provider_looks() -> None:
    targets = {mount.target: mount.source for mount in MOUNTS["grafana"]}
    provisioning = targets["/etc/grafana/provisioning/dashboards"] / "duplistatus.yaml"
    (provider,) = yaml.safe_load(provisioning.read_text(encoding="utf-8"))["providers"]
    assert targets[provider["options"]["path"]] == ROOT / "grafana" / "dashboards"
