import pytest

from tests.exporter.cli.conftest import Commands

COMMANDS: dict[str, tuple[str, ...]] = {
    "servers": ("--json",),
    "jobs": ("--overdue", "--failing", "--condition WORD", "--server SERVER", "--json"),
    "notifications": ("--json",),
    "server set": ("SERVER", "--alias TEXT", "--note TEXT", "--not-a-duplicate", "--json"),
    "server mute": ("SERVER", "DURATION", "--json"),
    "server unmute": ("SERVER", "--json"),
    "server merge": ("SERVER", "SOURCE", "--yes"),
    "server delete": ("SERVER", "--yes"),
    "job explain": ("JOB", "--json"),
    "job set": ("JOB", "--schedule TEXT", "--tolerance DURATION", "--pause", "--resume", "--json"),
    "job mute": ("JOB", "DURATION", "--json"),
    "job unmute": ("JOB", "--json"),
    "job clear": ("JOB", "--json"),
    "job forget-copy": ("JOB", "DESTINATION", "--json"),
    "job separate": ("JOB", "--yes"),
    "job delete": ("JOB", "--yes"),
    "import reports": ("PATH", "--server NAME", "--backup NAME", "--dry-run"),
    "import duplistatus": ("FILE", "--timezone ZONE", "--dry-run"),
    "digest": ("--html FILE", "--text FILE", "--since DURATION"),
    "pull": (
        "URL",
        "--password-file FILE",
        "--fingerprint SHA256",
        "--ca-file FILE",
        "--insecure",
        "--name NAME",
        "--dry-run",
    ),
}
EVERYWHERE = ("--config FILE", "DUPLISTATUS_CONFIG", "--database DATABASE", "DUPLISTATUS_DATABASE")
DAEMON = (
    "--listen HOST:PORT",
    "--log-format FORMAT",
    "--log-level LEVEL",
    "--max-upload-bytes BYTES",
    "--expected-interval DURATION",
    "--tolerance DURATION",
    "DUPLISTATUS_TOLERANCE",
)


def described(text: str) -> str:
    """Return what a help tells of its arguments, behind its usage."""
    return text.partition("\n\n")[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_names_each_of_its_flags(command: Commands, name: str) -> None:
    told = described(command.output(*name.split(), "--help"))
    assert [flag for flag in (*COMMANDS[name], *EVERYWHERE) if flag not in told] == []


@pytest.mark.parametrize("name", ["serve", "check-config"])
def test_the_help_of_the_daemon_names_each_option(command: Commands, name: str) -> None:
    told = described(command.output(name, "--help"))
    assert [flag for flag in (*EVERYWHERE, *DAEMON) if flag not in told] == []
    assert "--admin-token" not in told


def test_the_help_of_the_demonstration_says_what_to_look_at(command: Commands) -> None:
    told = described(command.output("demo", "--help"))
    assert [option for option in DAEMON if option not in told] == []
    assert "--database" not in told
    assert [
        route for route in ("/api/summary", "/api/jobs?overdue=true") if route not in told
    ] == []
    assert "removes all it made" in told


@pytest.mark.parametrize(
    ("group", "actions"),
    [
        ("server", ("set", "merge", "delete")),
        ("job", ("set", "delete")),
        ("import", ("duplistatus", "reports")),
        ("export", ("openmetrics", "runs")),
    ],
)
def test_the_help_of_a_group_names_its_actions(
    command: Commands, group: str, actions: tuple[str, ...]
) -> None:
    told = described(command.output(group, "--help"))
    assert [action for action in actions if f"\n    {action}" not in told] == []


EXPORTS = {
    "export runs": (
        *("--format FORMAT", "--since TIME", "--until TIME", "--server SERVER", "--messages"),
        *("--output FILE", "RFC 4180", "apostrophe"),
    ),
    "export openmetrics": (
        *("--since TIME", "--until TIME", "--step DURATION", "--job TEXT", "--instance TEXT"),
        *("--output FILE", "--tolerance DURATION", "--expected-interval DURATION"),
        *("promtool tsdb create-blocks-from openmetrics", "--max-block-duration=768h"),
        *("retention.time", "deploy/prometheus/prometheus.yml", "TMPDIR", "50 MB a month"),
    ),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_the_help_of_an_export_teaches_what_to_do_with_it(command: Commands, name: str) -> None:
    told = described(command.output(*name.split(), "--help"))
    assert [words for words in (*EXPORTS[name], *EVERYWHERE) if words not in told] == []
    assert "Works whether the daemon runs or not, and changes nothing." in told


def test_the_help_names_every_command(command: Commands) -> None:
    told = described(command.output("--help")).split()
    names = {name.split()[0] for name in COMMANDS} | {"serve", "demo", "check-config", "export"}
    assert names <= set(told)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_says_that_a_command_works_beside_a_running_daemon(
    command: Commands, name: str
) -> None:
    told = " ".join(command.output(*name.split(), "--help").split())
    assert "Works whether the daemon runs or not" in told


@pytest.mark.parametrize("arguments", [[], ["backups"], ["--verbose"], ["serve", "--port", "80"]])
def test_what_is_no_command_is_refused_in_one_line_that_leads_to_the_help(
    command: Commands, arguments: list[str]
) -> None:
    assert "--help" in command.refusal(*arguments)
