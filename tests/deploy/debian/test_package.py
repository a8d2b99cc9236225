"""What the Debian package adds to the program: a unit, a configuration, a command, its scripts."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from exporter.config import CONFIG_VARIABLE, load
from exporter.config.options import OPTIONS
from tests.deploy.files import DEPLOY, read
from tests.deploy.test_systemd import MAX_EXPOSURE, analyze
from tests.exporter.config.test_web_config import USERS
from tests.support.process.commands import needed

HERE = DEPLOY / "debian"
CONFIG = "/etc/duplistatus/duplistatus.toml"
DATABASE = "/var/lib/duplistatus/duplistatus.sqlite"
SHOWN = read("debian/duplistatus.toml")
SCRIPTS = (
    "build",
    "duplistatus",
    *(f"duplistatus-exporter.{each}" for each in ("postinst", "prerm", "postrm")),
)
OPTION = re.compile(r"^#?([a-z_]+) = ", re.MULTILINE)


def unit(kind: str) -> str:
    """Return a unit as the package has it."""
    words: list[str | Path] = [
        needed("sed"),
        "-f",
        HERE / "unit.sed",
        DEPLOY / "systemd" / f"duplistatus.{kind}",
    ]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def directives(text: str) -> list[str]:
    """Return the lines of a unit that are no comments."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def uncommented() -> str:
    """Return the configuration with every line in effect that is not prose."""
    return re.sub(r"^#(?=[a-z_]+ = |\[)", "", SHOWN, flags=re.MULTILINE)


def test_the_unit_is_that_of_systemd_but_for_where_things_are_and_a_user_that_stays() -> None:
    own, common = (
        directives(text) for text in (unit("service"), read("systemd/duplistatus.service"))
    )
    assert [line for line in common if line not in own] == [
        "ExecStart=/opt/duplistatus/bin/duplistatus serve",
        "Environment=DUPLISTATUS_DATABASE=%S/duplistatus/duplistatus.sqlite",
        "DynamicUser=yes",
    ]
    assert [line for line in own if line not in common] == [
        f"ExecStart=/usr/bin/duplistatus serve --config {CONFIG}",
        "User=duplistatus",
        "Group=duplistatus",
    ]


def test_the_socket_is_the_same() -> None:
    assert directives(unit("socket")) == directives(read("systemd/duplistatus.socket"))


def test_systemd_takes_the_units_and_finds_them_as_well_protected(tmp_path: Path) -> None:
    for kind in ("socket", "service"):
        text = unit(kind).replace("/usr/bin/duplistatus", "/usr/bin/env")
        (tmp_path / f"duplistatus.{kind}").write_text(text, encoding="utf-8")
    units = [tmp_path / f"duplistatus.{kind}" for kind in ("service", "socket")]
    assert analyze("--man=no", "verify", *units) == ""
    told = analyze("security", "--offline=true", units[0])
    (level,) = re.findall(r"exposure level for duplistatus.service: ([\d.]+)", told)
    assert float(level) < float(MAX_EXPOSURE)


def test_the_configuration_says_where_the_database_is_and_nothing_else() -> None:
    assert tomllib.loads(SHOWN) == {"database": DATABASE}
    (folder,) = re.findall(r"^StateDirectory=(.*)$", unit("service"), re.MULTILINE)
    assert Path(DATABASE).parent == Path("/var/lib", folder)


def test_the_configuration_shows_every_option_once() -> None:
    own = SHOWN.partition("\n#[[")[0]
    assert sorted(OPTION.findall(own)) == sorted(option.name for option in OPTIONS)


def test_what_it_shows_of_options_with_a_default_is_that() -> None:
    shown = tomllib.loads(uncommented())
    told = {option.name: option.default for option in OPTIONS if option.default}
    told["database"] = DATABASE
    assert {name: _text(shown[name]) for name in told} == told


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_all_that_it_shows_is_valid(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "web.yml").write_text(USERS, encoding="utf-8")
    (tmp_path / "mqtt.password").write_text("secret", encoding="utf-8")
    text = uncommented().replace("/etc/duplistatus/", f"{tmp_path}/")
    path = tmp_path / "duplistatus.toml"
    path.write_text(text, encoding="utf-8")
    settings = load({"config": str(path)}, {})
    assert len(settings.policy.overrides) == 1
    assert len(settings.pull_targets) == 1
    assert {each.name for each in settings.notifications.channels} == {"default", "phone"}
    assert settings.broker is not None


@pytest.mark.parametrize("script", SCRIPTS)
def test_shellcheck_has_nothing_to_say(script: str) -> None:
    words: list[str | Path] = [needed("shellcheck"), "--external-sources", HERE / script]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


class Command:
    """The installed command, with a program that only says which configuration it was given."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "duplistatus.toml"
        self._script = folder / "duplistatus"
        told = folder / "program"
        told.write_text(f'#!/bin/sh\necho "${{{CONFIG_VARIABLE}-none}} $*"\n', encoding="ascii")
        told.chmod(0o755)
        text = read("debian/duplistatus").replace(CONFIG, str(self.config))
        text = text.replace("/usr/lib/duplistatus-exporter/bin/duplistatus", str(told))
        self._script.write_text(text, encoding="ascii")

    def run(self, *words: str, **variables: str) -> tuple[str, str]:
        """Run it; return what the program was given, and what a person is told."""
        kept = {name: value for name, value in os.environ.items() if name != CONFIG_VARIABLE}
        done = subprocess.run(
            [needed("sh"), self._script, *words],
            env=kept | variables,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip(), done.stderr


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


def test_a_command_finds_the_daemons_configuration(command: Command) -> None:
    command.config.touch()
    assert command.run("jobs", "--tag", "a b") == (f"{command.config} jobs --tag a b", "")


@pytest.mark.parametrize("given", ["/srv/other.toml", ""])
def test_but_not_where_another_one_is_named_or_none_is_wanted(command: Command, given: str) -> None:
    command.config.touch()
    assert command.run("jobs", DUPLISTATUS_CONFIG=given) == (f"{given} jobs".lstrip(), "")


def test_who_cannot_read_it_is_told_so(command: Command) -> None:
    given, told = command.run("jobs")
    assert given == "none jobs"
    assert told == (
        f"duplistatus: goes on without {command.config}, which only root can read: try sudo\n"
    )


@pytest.mark.parametrize("words", [["demo"], ["--version"], ["--help"], []])
def test_what_needs_no_database_needs_no_configuration(command: Command, words: list[str]) -> None:
    assert command.run(*words) == (" ".join(["none", *words]).strip(), "")


def test_the_package_is_for_the_machines_that_the_lock_has_libraries_for() -> None:
    (machines,) = re.findall(r"^Architecture: (.*)$", read("debian/control"), re.MULTILINE)
    names = {"amd64": "x86_64", "arm64": "aarch64"}
    (marker,) = re.findall(r"^psycopg-binary==.*", read("requirements.lock"), re.MULTILINE)
    assert set(re.findall(r"platform_machine == '(\w+)'", marker)) == {
        names[each] for each in machines.split()
    }
