"""The image, built from the Dockerfile by a real builder, holds what it should and serves."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.language import LANGUAGES
from tests.deploy.buildah import BASE, IMAGE, Builder, builder
from tests.deploy.contained import Contained
from tests.docs import pages
from tests.support import doc_hooks
from tests.support.process import reports
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.ports import free_port
from tests.tools import sbom
from tests.tools.release import version

pytestmark = [
    pytest.mark.not_quick,
    pytest.mark.skipif(os.geteuid() != 0, reason="what is built is entered: needs root"),
]

MOST_BYTES = 90_000_000
LARGE = 2 * 1024 * 1024
"""A body that waits in a file in /tmp while it comes in."""

REVISION = "0123456789abcdef"
CREATED = "2023-11-14T22:13:20Z"
UNWANTED = {
    "a compiler": "usr/bin/*cc*",
    "a linker": "usr/bin/*ld.bfd",
    "headers": "usr/include/python*",
    "pip": "**/bin/pip*",
    "what pip is made of": "**/site-packages/pip*",
    "what installs pip": "usr/**/ensurepip",
    "lists of packages": "var/lib/apt/lists/*_*",
    "fetched packages": "var/cache/apt/archives/*.deb",
    "what is fetched by pip": "root/.cache/*",
    "the sources": "src",
    "tests of libraries": "opt/duplistatus/**/tests/test_*.py",
}
INSTALLED = """
import json, re
from importlib.metadata import distributions
names = {re.sub("[-_.]+", "-", each.name).lower(): each.version for each in distributions()}
print(json.dumps(names))
"""
WRITTEN = """
from datetime import timedelta
from exporter import regional
print(regional.span(timedelta(days=3), "day", LANGUAGE, directed=True))
"""


@pytest.fixture(scope="module")
def built() -> Iterator[Builder]:
    with builder() as one:
        labels = f"--label=org.opencontainers.image.created={CREATED}"
        one.build(f"--build-arg=VERSION={version()}", f"--build-arg=REVISION={REVISION}", labels)
        yield one


@pytest.fixture(scope="module")
def container(built: Builder) -> Iterator[str]:
    with built.container() as name:
        yield name


@pytest.fixture(scope="module")
def image(built: Builder, container: str, tmp_path_factory: pytest.TempPathFactory) -> Contained:
    """The image in a folder; its volume is empty, and its user's, as Docker makes it."""
    folder = tmp_path_factory.mktemp("container")
    root = Path(built.run("mount", container))
    _let_in(folder)
    data = folder / "data"
    shutil.copytree(root / "data", data)
    there = (root / "data").stat()
    os.chown(data, there.st_uid, there.st_gid)
    return Contained(root, built.inspect(IMAGE)["config"], data)


def _let_in(folder: Path) -> None:
    """Let another user reach a folder of root's."""
    for each in (folder, *folder.parents[:2]):
        each.chmod(each.stat().st_mode | 0o011)


def served(image: Contained, folder: Path) -> Daemon:
    """Run what the image starts."""
    (program,), (action,) = image.config["Entrypoint"], image.config["Cmd"]
    return Daemon(folder, *ANY_PORT, command=image.command(program), action=action)


def test_it_weighs_little_more_than_debian(built: Builder) -> None:
    over = built.size(IMAGE) - built.size(f"docker.io/library/{BASE}")
    assert over < MOST_BYTES
    _, documented = doc_hooks.numbers(pages.read("docs/containers.md"), "image-size")[:2]
    assert over == pytest.approx(documented * 1_000_000, rel=0.02)


@pytest.mark.parametrize("what", UNWANTED)
def test_nothing_is_left_of_the_building(image: Contained, what: str) -> None:
    assert image.holds(UNWANTED[what]) == []


def test_all_that_is_run_is_compiled_for_nothing_can_be_written_later(image: Contained) -> None:
    site = "opt/duplistatus/lib/python3.*/site-packages"
    (compiled,) = image.holds(f"{site}/exporter/__pycache__/__init__.*.pyc")
    assert "cpython" in compiled
    assert image.holds(f"{site}/apprise/plugins/__pycache__/ntfy.*.pyc")


def test_it_is_labelled_as_the_open_container_initiative_says(image: Contained) -> None:
    prefix = "org.opencontainers.image."
    labels = {
        name.removeprefix(prefix): value
        for name, value in image.config["Labels"].items()
        if name.startswith(prefix)
    }
    assert all(labels.values())
    assert {*labels} == {
        *("title", "description", "licenses", "version", "revision"),
        *("source", "documentation", "created"),
    }
    assert (labels["version"], labels["revision"], labels["created"]) == (
        version(),
        REVISION,
        CREATED,
    )


def test_it_holds_what_its_bill_of_materials_names_and_nothing_else(image: Contained) -> None:
    named = json.loads(sbom.document())["components"]
    installed = json.loads(image.python(INSTALLED))
    assert installed.pop("duplistatus-exporter") == version()
    assert installed == {each["name"]: each["version"] for each in named}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_of_the_page_is_left_in_it(image: Contained, language: str) -> None:
    code = f"LANGUAGE = {language!r}\n{WRITTEN}"
    assert "3" in image.python(code, LANG="it_IT.UTF-8")


def test_messages_can_be_sent_from_it(image: Contained) -> None:
    code = "import apprise; print(apprise.Apprise().add('ntfys://ntfy.example/topic'))"
    assert image.python(code, LANG="de_DE.UTF-8") == "True"


def test_a_postgresql_can_be_asked_from_it(image: Contained) -> None:
    assert image.python("import psycopg; print(psycopg.pq.__impl__)") == "binary"


def test_it_trusts_whom_the_world_trusts(image: Contained) -> None:
    code = "import ssl; print(len(ssl.create_default_context().get_ca_certs()))"
    assert int(image.python(code)) > 50


def test_it_serves_as_nobody_on_a_root_that_cannot_be_written(
    image: Contained, tmp_path: Path
) -> None:
    with served(image, tmp_path) as daemon:
        mounts = Path(f"/proc/{daemon.process.pid}/mounts").read_text(encoding="utf-8")
        assert re.search(r"^\S+ / \S+ ro[, ]", mounts, re.MULTILINE)
        status = Path(f"/proc/{daemon.process.pid}/status").read_text(encoding="utf-8")
        assert re.search(r"^Uid:\s+10001\s+10001", status, re.MULTILINE)
        assert re.search(r"^CapEff:\s+0+$", status, re.MULTILINE)
        daemon.upload(reports.documented())
        assert daemon.post(b"x" * LARGE).status_code == 400
        assert "duplistatus_backup" in daemon.get("/metrics").text
        assert daemon.stop() == 0


def test_its_volume_keeps_what_was_reported(image: Contained, tmp_path: Path) -> None:
    with served(image, tmp_path) as daemon:
        daemon.upload(reports.documented())
        assert daemon.stop() == 0
    with served(image, tmp_path) as daemon:
        assert len(daemon.data("/api/jobs")["jobs"]) == 1
        assert daemon.stop() == 0
    owner = (image.data / "duplistatus.sqlite").stat()
    assert f"{owner.st_uid}:{owner.st_gid}" == image.config["User"]


def _is_healthy(image: Contained, port: int, **variables: str) -> bool:
    kind, *words = image.config["Healthcheck"]["Test"]
    assert kind == "CMD"
    told = {"DUPLISTATUS_LISTEN": f"*:{port}", **variables}
    return image.run(*words, **told).returncode == 0


def test_its_health_check_tells_a_daemon_that_lives_from_one_that_does_not(
    image: Contained, tmp_path: Path
) -> None:
    with served(image, tmp_path) as daemon:
        assert _is_healthy(image, daemon.port)
        # Docker gives containers the proxy that it is configured with.
        assert _is_healthy(image, daemon.port, http_proxy=f"http://127.0.0.1:{free_port()}")
        daemon.stop()
        assert not _is_healthy(image, daemon.port)


def test_a_builder_runs_it_too(built: Builder, container: str) -> None:
    told = built.run("run", "--isolation=chroot", container, "duplistatus", "--version")
    assert told == f"duplistatus {version()}"


def test_another_version_than_the_one_inside_cannot_be_built(built: Builder) -> None:
    with pytest.raises(AssertionError, match=r'building at STEP "RUN test .*--version'):
        built.build("--build-arg=VERSION=9.9.9")


def test_debians_packages_are_whole(image: Contained) -> None:
    done = subprocess.run(
        ["chroot", image.root, "dpkg", "--audit"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
