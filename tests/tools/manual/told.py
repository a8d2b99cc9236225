"""What the parser does not know: examples, files, and what several pages say."""

from collections.abc import Mapping

EXAMPLES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "duplistatus": (
        ("Run the daemon, with its reports in a file of this folder:", "duplistatus serve"),
        ("See which backups are overdue, and by how much:", "duplistatus jobs --overdue"),
        ("Look at it with data that is made up:", "duplistatus demo"),
    ),
    "duplistatus-serve": (
        (
            "Serve on one address, and keep the reports elsewhere:",
            "duplistatus serve --listen 127.0.0.1:9666 --database /srv/reports.sqlite",
        ),
        (
            "Take the options from a file:",
            "duplistatus serve --config /etc/duplistatus/duplistatus.toml",
        ),
    ),
    "duplistatus-check-config": (
        (
            "Check a file before the daemon is started with it:",
            "duplistatus check-config --config /etc/duplistatus/duplistatus.toml",
        ),
    ),
    "duplistatus-check": (
        ("See how all backups are:", "duplistatus check"),
        (
            "Watch one backup of a daemon elsewhere:",
            "duplistatus check --url https://backups.example --server nas --backup Photos",
        ),
    ),
    "duplistatus-reload": (
        (
            "Have the daemon read its configuration anew:",
            "duplistatus reload --database /var/lib/duplistatus/duplistatus.sqlite",
        ),
    ),
    "duplistatus-backup-database": (
        ("Copy the database while the daemon runs:", "duplistatus backup-database copy.sqlite"),
    ),
    "duplistatus-copy-database": (
        (
            "Move to PostgreSQL:",
            "duplistatus copy-database duplistatus.sqlite postgresql://duplistatus@db/duplistatus",
        ),
    ),
    "duplistatus-check-database": (
        (
            "Try whether a PostgreSQL can serve:",
            "duplistatus check-database postgresql://duplistatus@db/duplistatus",
        ),
    ),
    "duplistatus-replicas": (
        (
            "See which of the daemons leads:",
            "duplistatus replicas --database postgresql://duplistatus@db/duplistatus",
        ),
    ),
    "duplistatus-demo": (
        ("Run it where only this machine reaches it:", "duplistatus demo --listen 127.0.0.1:9000"),
    ),
    "duplistatus-servers": (("List them for a program:", "duplistatus servers --json"),),
    "duplistatus-jobs": (
        ("List what is overdue on one server:", "duplistatus jobs --overdue --server nas"),
        ("List the jobs with a tag:", "duplistatus jobs --tag prod"),
    ),
    "duplistatus-notifications": (("See what waits, and why:", "duplistatus notifications"),),
    "duplistatus-audit": (
        ("See what was changed on one server:", "duplistatus audit --server nas --limit 500"),
    ),
    "duplistatus-server": (
        (
            "Give a server a name that people know:",
            'duplistatus server set nas --alias "NAS in the attic"',
        ),
        ("Notify nobody of its jobs for twelve hours:", "duplistatus server mute nas 12h"),
        (
            "Say that server 4 was the same machine, installed again:",
            "duplistatus server merge nas 4",
        ),
    ),
    "duplistatus-job": (
        ("Ask why a job is due when it is:", "duplistatus job explain 7"),
        (
            "Expect it at three in the morning of each working day:",
            'duplistatus job set 7 --schedule "cron 0 3 * * 1-5 Europe/Berlin"',
        ),
        (
            "Miss a backup that has not reported yet:",
            'duplistatus job expect laptop Documents --schedule "every 1d"',
        ),
        ("Notify nobody of it for three days:", "duplistatus job mute 7 3d"),
    ),
    "duplistatus-refused": (
        ("See what was refused, and why:", "duplistatus refused list"),
        ("Say that it is dealt with:", "duplistatus refused clear 7"),
    ),
    "duplistatus-digest": (
        ("Write the last day as a mail:", "duplistatus digest --since 1d --html day.html"),
    ),
    "duplistatus-connect": (
        (
            "See what would change on a server of Duplicati:",
            "duplistatus connect https://nas:8200 --dry-run",
        ),
    ),
    "duplistatus-pull": (
        (
            "See what a server of Duplicati would give:",
            "duplistatus pull https://nas:8200 --dry-run",
        ),
    ),
    "duplistatus-notify": (
        ("Send a test message through one channel:", "duplistatus notify test phone"),
    ),
    "duplistatus-import": (
        (
            "See what saved reports would add:",
            "duplistatus import reports saved/ --dry-run",
        ),
        (
            "Import the database of the web application duplistatus:",
            "duplistatus import duplistatus old/backups.db --timezone Europe/Berlin",
        ),
    ),
    "duplistatus-files": (
        ("List the kinds of files:", "duplistatus files"),
        ("Write the alerts for Prometheus:", "duplistatus files rules /etc/prometheus/rules"),
        ("Write the service for this program:", "duplistatus files systemd duplistatus-units"),
    ),
    "duplistatus-export": (
        ("Write every run as a table:", "duplistatus export runs --output runs.csv"),
        (
            "Write the history for Prometheus:",
            "duplistatus export openmetrics --output history.openmetrics",
        ),
    ),
    "duplistatus-version": (("Print them for a program:", "duplistatus version --json"),),
}
"""Of each page: what a person wants, and what is typed for it."""

FILES = (
    ("duplistatus.sqlite", "The database, in the current folder unless --database names another."),
    (
        "duplistatus.sqlite.admin-token",
        "The admin token that the daemon made at its first start, because none is configured.",
    ),
    (
        "duplistatus.sqlite.lock",
        "Held by the daemon that has the database; it says where the commands reach the daemon.",
    ),
    ("/etc/duplistatus/duplistatus.toml", "The options, where the Debian package is installed."),
    ("/etc/duplistatus/environment", "The options of the service of systemd."),
)
"""Of each page whose command uses the database."""
