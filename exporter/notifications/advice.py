"""What to do next, in one sentence a condition: those of the runbook, docs/alerts.md. Pure."""

from collections.abc import Mapping

from exporter.model.conditions import AnyCondition, Condition, DaemonCondition, ServerCondition

_ADVICE: Mapping[AnyCondition, str] = {
    Condition.OVERDUE: (
        "Look in Duplicati whether the backup ran: if it did not, start it and find out why its "
        "scheduler did not; if it did, find out why its report did not arrive."
    ),
    Condition.FAILING: "Fix what the error says and run the backup by hand.",
    Condition.DAMAGED: (
        "In Duplicati run Verify files and, if it fails again, Repair the database."
    ),
    Condition.STALE: (
        "Find out why no run succeeds; if it cannot be fixed soon, save the newest data in another "
        "way meanwhile."
    ),
    Condition.STALLED: (
        "If the machine is off, switch it on; if the run hangs, stop it in Duplicati, check "
        "whether its destination answers, and start it again."
    ),
    Condition.UNREPORTED: (
        "Check with what options Duplicati sends reports, most likely first: the format "
        "(--send-http-result-output-format=Json), the verb (--send-http-verb=POST), the level "
        "(--send-http-level=All), for a Sync --send-http-any-operation, and the address "
        "(--send-http-url)."
    ),
    Condition.INTERRUPTED: (
        "Run the backup by hand and let it complete; if it is stopped every day, find the cause."
    ),
    Condition.SHRINKING: (
        "Check on the machine whether every source exists and is mounted; if files are missing, "
        "restore them before the retention of the backup deletes the versions that contain them."
    ),
    Condition.FILLING: (
        "Get more space at the destination, keep fewer versions, or compact the backup; do not "
        "delete its files by hand."
    ),
    Condition.SECOND_COPY: (
        "Check whether the second destination answers, its credentials are valid and it has space."
    ),
    Condition.GONE: (
        "Look in Duplicati whether the backup was deleted on purpose: if it was, confirm that with "
        "duplistatus job clear, or delete the job; if not, create it again."
    ),
    Condition.UNNAMED: (
        "Name the backup in the address that Duplicati reports to, with ?backup=NAME, then mark "
        "what came before as dealt with: duplistatus job clear."
    ),
    Condition.UNUSUAL: (
        "Look which files changed and what the run did: ransomware changes many files too."
    ),
    Condition.WARNING: (
        "Read the warnings in the log of the run: a file that was skipped is not in the backup."
    ),
    ServerCondition.DUPLICATI_PAUSED: (
        "Resume Duplicati on that machine if nobody paused it on purpose: no backup of it starts "
        "meanwhile."
    ),
    ServerCondition.CERTIFICATE: (
        "Renew the certificate of Duplicati's server before it expires, and pin the new one; if it "
        "changed and nobody renewed it, somebody may intercept the connection."
    ),
    ServerCondition.PULL_FAILING: (
        "Run duplistatus pull with the same configuration: it tries at once and prints the reason."
    ),
    ServerCondition.REPORTS_MISSING: (
        "Check the address of the reports in Duplicati, which its log of a backup names where it "
        "could not be reached, and the refused reports on the status page; or run duplistatus "
        "connect."
    ),
    DaemonCondition.STORAGE: (
        "The exporter's log has the error of the database: check its disk, or the PostgreSQL that "
        "it uses."
    ),
    DaemonCondition.REFUSED: (
        "Look at the refused reports on the status page, which says of each what to do."
    ),
    DaemonCondition.CLOCK: "Synchronize the exporter's machine with NTP.",
    DaemonCondition.NOTIFICATIONS: (
        "Send a test to each channel with duplistatus notify test: it prints what came back."
    ),
    DaemonCondition.CONFIG: (
        "Correct the faults that the exporter's log names, and reload the configuration."
    ),
    DaemonCondition.LIMIT: (
        "If the new servers or backups are real, raise the limit and reload the configuration; if "
        "they are invented, require a token for uploads."
    ),
}


def advice(condition: AnyCondition) -> str | None:
    """Return what to do about a condition; None where there is nothing to do."""
    return _ADVICE.get(condition)
