"""The package as its own tools build it, for the release of this machine."""

import re
import socket
import subprocess
from pathlib import Path

import pytest

from exporter.cli.daemon import version
from tests.deploy.files import DEPLOY, read
from tests.docs import pages
from tests.support.process import reports
from tests.support.process.commands import needed
from tests.support.process.daemon import Daemon

HOME = "usr/lib/duplistatus-exporter"
PROGRAMS = {"debhelper": "dh", "dpkg-dev": "dpkg-buildpackage"}


def output(*words: str | Path) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for program in (*PROGRAMS.values(), "lintian"):
        needed(program)
    folder = tmp_path_factory.mktemp("built")
    # Half of the time would go to a smaller package.
    output("env", "DPKG_DEB_COMPRESSOR_LEVEL=1", DEPLOY / "debian" / "build", folder)
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def root(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the package lays into a system, with that system's Python."""
    folder = tmp_path_factory.mktemp("root")
    output("dpkg-deb", "--extract", package, folder)
    (name,) = _interpreters(package)
    (folder / "usr" / "bin" / name).symlink_to(f"/usr/bin/{name}")
    return folder


def _field(package: Path, name: str) -> str:
    return output("dpkg-deb", "--field", package, name).strip()


def _interpreters(package: Path) -> list[str]:
    return re.findall(r"python3\.\d+", _field(package, "Depends"))


def test_lintian_finds_no_error(package: Path) -> None:
    told = output("lintian", "--fail-on", "error", "--allow-root", package)
    assert "mismatched-override" not in told


def test_its_version_is_the_programs_for_this_release(package: Path) -> None:
    values = dict(
        line.split("=", 1)
        for line in Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
        if "=" in line
    )
    release = values["ID"].replace("debian", "deb") + values["VERSION_ID"].strip('"')
    assert _field(package, "Version") == f"{version()}-1+{release}"


def test_it_needs_the_python_that_its_libraries_are_for(package: Path, root: Path) -> None:
    (folder,) = (root / HOME / "lib").iterdir()
    assert _interpreters(package) == [folder.name]
    assert (root / HOME / "bin" / "python3").resolve() == Path("/usr/bin", folder.name).resolve()


def test_nothing_in_it_is_compiled_before_it_is_installed(package: Path) -> None:
    assert ".pyc" not in output("dpkg-deb", "--contents", package)


def test_nothing_in_it_names_the_folder_of_the_build(root: Path) -> None:
    files = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
    assert len(files) > 1000
    named = [path for path in files if b"/debian/duplistatus-exporter/" in path.read_bytes()]
    assert named == []
    assert list(root.rglob("direct_url.json")) == []


def test_it_has_what_the_lock_pins_and_no_installer(root: Path) -> None:
    site = root / HOME / "lib"
    names = {path.name for path in site.glob("*/site-packages/*.dist-info")}
    pinned = re.findall(r"^([a-z][\w.-]*)==([\w.]+)", read("requirements.lock"), re.MULTILINE)
    expected = {f"{name.replace('-', '_')}-{number}.dist-info" for name, number in pinned}
    assert {name for name in expected if not name.startswith("pip-")} == {
        name for name in names if not name.startswith("duplistatus_exporter-")
    }


def test_it_has_the_manual_pages_and_the_completions(root: Path) -> None:
    share = root / "usr" / "share"
    pages_there = {path.name for path in (share / "man" / "man1").glob("*.gz")}
    assert pages_there == {f"{path.name}.gz" for path in (DEPLOY / "man").glob("*.1")}
    places = {
        "duplistatus.bash": "bash-completion/completions/duplistatus",
        "_duplistatus": "zsh/vendor-completions/_duplistatus",
        "duplistatus.fish": "fish/vendor_completions.d/duplistatus.fish",
    }
    for path in (DEPLOY / "completion").glob("*"):
        assert (share / places[path.name]).read_bytes() == path.read_bytes()


def test_it_serves_a_report_on_the_socket_that_systemd_hands_over(
    root: Path, tmp_path: Path
) -> None:
    """By its command, which has to hand over too what it was handed."""
    own = f"{root / HOME}/bin/python3 {root / HOME}/bin/duplistatus"
    text = (root / "usr" / "bin" / "duplistatus").read_text(encoding="utf-8")
    (tmp_path / "command").write_text(text.replace(f"/{HOME}/bin/duplistatus", own))
    command = [needed("sh"), str(tmp_path / "command")]
    here = {"DUPLISTATUS_CONFIG": ""}  # the database is not below /var/lib
    output(*command, "--version")  # compiles what the daemon imports, as the installation does
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        Daemon(tmp_path, variables=here, command=command, listening=listening) as daemon,
    ):
        assert daemon.port == listening.getsockname()[1]
        daemon.upload(reports.documented())
        assert daemon.get("/api/summary").json()["data"]["successfulBackups"] == 1
        assert daemon.stop() == 0


def test_its_configuration_file_is_one_that_an_upgrade_keeps(package: Path) -> None:
    told = output("dpkg-deb", "--info", package, "conffiles")
    assert told.split() == ["/etc/duplistatus/duplistatus.toml"]


def test_the_page_says_what_the_build_needs() -> None:
    needs = f"apt-get install {' '.join([*PROGRAMS, 'python3-venv'])}"
    assert needs in pages.read("docs/installation.md")
    assert needs in read("debian/build")
