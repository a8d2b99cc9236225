"""What `duplistatus files` writes works where it is written, with no clone beside it."""

import json
import re
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter.shipped import KINDS, Place, write
from tests.deploy import compose as composed
from tests.deploy.test_docker import VERSION, run_tool
from tests.deploy.test_prometheus import check
from tests.deploy.test_systemd import analyze
from tests.support.process.commands import needed

COMPOSE = ("compose.yaml", "compose.monitoring.yaml", "compose.replicas.yaml")
PLACE = Place(Path("/opt/duplistatus/bin/duplistatus"), Path("/usr/bin/python3"), VERSION)


def written(name: str, folder: Path, place: Place = PLACE) -> Path:
    """Write the files of a kind into a folder, and return it."""
    (kind,) = [kind for kind in KINDS if kind.name == name]
    write(kind, folder, place)
    return folder


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written("compose", tmp_path_factory.mktemp("compose"))


def _services(compose: Path) -> Iterator[dict[str, Any]]:
    for name in COMPOSE:
        yield from yaml.safe_load((compose / name).read_text(encoding="utf-8"))["services"].values()


def _local_mounts(compose: Path) -> list[Path]:
    volumes = [volume for each in _services(compose) for volume in each.get("volumes", ())]
    return [Path(volume.split(":")[0]) for volume in volumes if volume.startswith((".", "/"))]


@pytest.mark.parametrize("name", COMPOSE)
def test_a_compose_file_fits_the_schema(compose: Path, name: str) -> None:
    run_tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", compose / name)


@pytest.mark.parametrize("name", COMPOSE)
def test_compose_itself_reads_a_file_from_the_folder_alone(compose: Path, name: str) -> None:
    variables = {"PASSWORD": "password", "ADMIN_TOKEN": "token"}
    done = composed.read(compose / name, "--format", "json", **variables)
    assert (done.returncode, done.stderr) == (0, "")
    services = json.loads(done.stdout)["services"].values()
    volumes = [volume for each in services for volume in each.get("volumes", ())]
    mounted = [Path(volume["source"]) for volume in volumes if volume["type"] == "bind"]
    assert [path for path in mounted if not path.is_relative_to(compose) or not path.exists()] == []


def test_no_image_is_built(compose: Path) -> None:
    assert [each for each in _services(compose) if "build" in each] == []
    told = "".join((compose / name).read_text(encoding="utf-8") for name in COMPOSE)
    assert "--build" not in told
    assert "deploy/" not in told


def test_the_daemons_image_is_the_published_one_of_the_programs_version(compose: Path) -> None:
    images = [each["image"] for each in _services(compose) if "image" in each]
    own = {image for image in images if "duplistatus" in image}
    assert own == {f"ghcr.io/duplistatus/exporter:{VERSION}"}


def test_everything_that_is_mounted_was_written_too(compose: Path) -> None:
    mounts = _local_mounts(compose)
    assert len(mounts) > 4
    assert [path for path in mounts if path.is_absolute() or ".." in path.parts] == []
    assert [path for path in mounts if not (compose / path).exists()] == []


@pytest.mark.parametrize("name", ["prometheus.yml", "replicas.yml", "sharded.yml"])
def test_prometheus_takes_each_example_with_its_rules(tmp_path: Path, name: str) -> None:
    check(written("prometheus", tmp_path) / name)


RUNBOOK = f"https://github.com/duplistatus/exporter/blob/v{VERSION}/docs/alerts.md#"


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("rules", "alerts.yml"),
        ("prometheus", "rules/alerts.yml"),
        ("compose", "prometheus/rules/alerts.yml"),
    ],
)
def test_each_alert_leads_to_the_published_runbook(tmp_path: Path, kind: str, path: str) -> None:
    rules = (written(kind, tmp_path) / path).read_text(encoding="utf-8")
    urls = re.findall(r"runbook_url: (\S+)", rules)
    assert len(urls) > 10
    assert [url for url in urls if not url.startswith(RUNBOOK)] == []


def test_alertmanager_takes_its_example(tmp_path: Path) -> None:
    example = written("prometheus", tmp_path) / "alertmanager.yml"
    asked = [needed("amtool"), "check-config", str(example)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _executable(path: Path) -> Path:
    """Make a program that does nothing: systemd looks whether it can be run."""
    path.parent.mkdir()
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.parametrize("folder", ["plain", "my tools", "100%"])
def test_systemd_has_nothing_to_say_of_the_service_wherever_the_program_is(
    tmp_path: Path, folder: str
) -> None:
    program = _executable(tmp_path / folder / "duplistatus")
    units = written("systemd", tmp_path / "units", PLACE._replace(program=program))
    socket = units / "duplistatus.socket"
    assert analyze("--man=no", "verify", units / "duplistatus.service", socket) == ""


def test_each_command_that_comes_next_names_files_that_were_written(tmp_path: Path) -> None:
    for kind in KINDS:
        folder = written(kind.name, tmp_path / kind.name)
        named = re.findall(r"\{folder\}(/\S+)", kind.then)
        assert [path for path in named if not [*folder.glob(path.lstrip("/"))]] == []
