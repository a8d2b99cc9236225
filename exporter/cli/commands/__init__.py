"""The commands, a module each, with arguments and implementation."""

from exporter.cli.arguments import Commands, add_group
from exporter.cli.commands import (
    audit,
    backup_database,
    check,
    check_config,
    check_database,
    connect,
    copy_database,
    demo,
    digest,
    export,
    files,
    import_duplistatus,
    import_reports,
    jobs,
    notifications,
    notify,
    pull,
    refused,
    reload,
    replicas,
    serve,
    servers,
    version,
)


def _add_imports(commands: Commands) -> None:
    actions = add_group(commands, "import", "import historical runs")
    import_duplistatus.add_to(actions)
    import_reports.add_to(actions)


def _add_notify(commands: Commands) -> None:
    notify.add_test_to(add_group(commands, "notify", "try how people are told"))


COMMANDS = (
    serve.add_to,
    check_config.add_to,
    reload.add_to,
    check.add_to,
    backup_database.add_to,
    copy_database.add_to,
    check_database.add_to,
    replicas.add_to,
    demo.add_to,
    servers.add_list_to,
    jobs.add_list_to,
    notifications.add_to,
    audit.add_to,
    servers.add_to,
    jobs.add_to,
    refused.add_to,
    digest.add_to,
    connect.add_to,
    pull.add_to,
    _add_notify,
    _add_imports,
    export.add_to,
    files.add_to,
    version.add_to,
)
"""Each adds to the parser, in the order of the help."""

__all__ = ["COMMANDS"]
