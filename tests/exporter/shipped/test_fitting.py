"""Files of a clone fit where they are written."""

import pwd
import re
from pathlib import Path

import pytest

from exporter.shipped import FilesError, Place
from exporter.shipped.finding import contents
from exporter.shipped.fitting import PROGRAM_OF_UNIT, started_here, without_clone

INTERPRETER = Path("/usr/bin/python3")
HOME_OF_ROOT = pwd.getpwuid(0).pw_dir
UNIT = contents({"deploy/systemd/duplistatus.service": "unit"})[Path("unit")]
COMPOSE = """\
# docker compose --file deploy/docker/compose.yaml up --detach
services:
  duplistatus:
    image: ghcr.io/duplistatus/exporter:1.2.3
    volumes:
      - ../prometheus/rules:/etc/prometheus/rules:ro
      - ../../grafana/dashboards:/var/lib/grafana:ro
      - ./monitoring/prometheus.yml:/etc/prometheus/prometheus.yml:ro
      - data:/data
"""
ALONE = """\
# docker compose --file compose.yaml up --detach
services:
  duplistatus:
    image: ghcr.io/duplistatus/exporter:1.2.3
    volumes:
      - ./prometheus/rules:/etc/prometheus/rules:ro
      - ./grafana/dashboards:/var/lib/grafana:ro
      - ./monitoring/prometheus.yml:/etc/prometheus/prometheus.yml:ro
      - data:/data
"""


def started(program: str) -> str:
    """Return how the service starts a program."""
    unit = started_here(UNIT, Place(Path(program), INTERPRETER, "1.2.3"))
    (line,) = [line for line in unit.splitlines() if line.startswith("ExecStart=")]
    return line.partition("=")[2]


def test_the_service_starts_the_program_that_wrote_it() -> None:
    program = "/opt/pipx/venvs/duplistatus-exporter/bin/duplistatus"
    assert UNIT.count(PROGRAM_OF_UNIT) == 1
    assert started(program) == f"{program} serve"


@pytest.mark.parametrize(
    ("program", "word"),
    [
        ("/opt/my tools/duplistatus", '"/opt/my tools/duplistatus"'),
        ("/opt/100%/duplistatus", '"/opt/100%%/duplistatus"'),
        ('/opt/"/duplistatus', r'"/opt/\"/duplistatus"'),
    ],
)
def test_what_systemd_would_read_otherwise_is_escaped(program: str, word: str) -> None:
    assert started(program) == f"{word} serve"


@pytest.mark.parametrize(
    ("program", "interpreter"),
    [
        (f"{HOME_OF_ROOT}/.local/bin/duplistatus", "/usr/bin/python3"),
        ("/home/user/.local/bin/duplistatus", "/usr/bin/python3"),
        ("/opt/tools/bin/duplistatus", f"{HOME_OF_ROOT}/.local/share/uv/python/bin/python3"),
    ],
)
def test_a_program_in_a_home_directory_is_refused_for_the_service_cannot_see_it(
    program: str, interpreter: str
) -> None:
    with pytest.raises(FilesError, match="install the program for everybody"):
        started_here(UNIT, Place(Path(program), Path(interpreter), "1.2.3"))


def test_a_link_to_a_program_in_a_home_directory_is_refused_too(tmp_path: Path) -> None:
    link = tmp_path / "duplistatus"
    link.symlink_to(f"{HOME_OF_ROOT}/.local/share/pipx/venvs/duplistatus-exporter/bin/duplistatus")
    with pytest.raises(FilesError, match=re.escape(f"{HOME_OF_ROOT}/.local/share/pipx")):
        started_here(UNIT, Place(link, INTERPRETER, "1.2.3"))


def test_a_compose_file_takes_files_of_its_own_folder() -> None:
    assert without_clone(COMPOSE, Place(Path("/bin/x"), INTERPRETER, "1.2.3")) == ALONE
