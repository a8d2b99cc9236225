"""The forty backups of the fleet, and what happens to them before its present."""

from exporter.demo.events import (
    breaks,
    churns,
    dies,
    drags,
    errs,
    shrinks,
    stops,
    vanishes,
    warns,
)
from exporter.demo.job import Job, SecondDestination
from exporter.demo.machines import (
    ACCOUNTING,
    B2,
    BRANCH,
    DATABASE,
    DESIGN,
    DISK,
    FILES,
    GB,
    GIT,
    MAIL,
    MB,
    MEDIA,
    NAS,
    S3,
    SALES,
    SHARE,
    SSH,
    WEB_1,
    WEB_2,
)
from exporter.demo.timetable import SUNDAY, WORKDAYS, Timetable
from exporter.model import JobKind
from exporter.times import HOUR, MINUTE, SECOND, Millis

_LOCKED = "The process cannot access the file because it is being used by another process"
_DENIED = "Error reported while accessing file: Permission denied"
_TIMED_OUT = "The operation timed out while uploading a volume"
_EXPIRED = "The AWS Access Key Id you provided does not exist in our records."
_REFUSED = "The destination refused the login: 403 (Forbidden)"

_OUTAGE = dies("No such host is known", since=41, until=40)
"""A night without name resolution, at the site of the web servers."""

_SILENT = 2.6
"""Since when the branch's machine is off or disconnected: it sends no report."""


def _daily(hour: int, minute: Millis = 0) -> Timetable:
    return Timetable(hour * HOUR + minute * MINUTE)


def _workdays(hour: int) -> Timetable:
    return Timetable(hour * HOUR, weekdays=WORKDAYS)


def _sundays(hour: int) -> Timetable:
    return Timetable(hour * HOUR, weekdays=frozenset((SUNDAY,)))


_HOURLY = Timetable(every=HOUR, delay=2 * SECOND)
"""Counted from the fleet's start: so a run starts at its present, while a person watches."""

_UNDER_WAY = Timetable(ahead=6 * MINUTE)
"""Counted so that a run is half done at the fleet's present."""

_OPENED = Timetable(8 * HOUR, weekdays=WORKDAYS, delay=4 * HOUR, announced=False)
"""A laptop is backed up once somebody opens it."""

_PROOFS = (62.2, 31.4, 2.6)
"""Somebody restores a few files now and then, to check that it works."""

_OF_NAS = (
    Job(NAS, "Documents", "DB-1", S3, _daily(1), 184_000, 210 * GB, churn=0.002),
    Job(NAS, "Photos", "DB-2", B2, _daily(2), 96_000, 640 * GB, churn=0.0002),
    # Of its two second copies one fails, since a disk is gone.
    Job(
        NAS,
        "Projects",
        "DB-3",
        SSH,
        _daily(3),
        312_000,
        380 * GB,
        restored=_PROOFS,
        copies=(
            SecondDestination("ssh://attic.example.net/copies/projects"),
            SecondDestination("file:///media/usb-copy/projects", failing=2),
        ),
    ),
    Job(NAS, "Configuration", "DB-4", S3, _daily(1, 30), 5_200, 2 * GB, churn=0.01),
    Job(NAS, "Archive", "DB-5", B2, _sundays(4), 420_000, 1_900 * GB, churn=0.0003, growth=0.0002),
)
_OF_MAIL = (
    Job(MAIL, "Mailboxes", "DB-1", S3, _UNDER_WAY, 640_000, 320 * GB, growth=0.002),
    # Copied every week, until the copies stopped unnoticed.
    Job(
        MAIL,
        "Configuration",
        "DB-2",
        S3,
        _daily(2),
        1_900,
        1 * GB,
        churn=0.02,
        copies=(SecondDestination("b2://copies-of-mail/configuration", every=7, dropped=17.5),),
    ),
    Job(
        MAIL, "Lists", "DB-3", B2, _daily(3, 40), 24_000, 12 * GB, events=(errs(0.03, _TIMED_OUT),)
    ),
)
_OF_WEB_1 = (
    Job(WEB_1, "Sites", "DB-1", S3, _daily(0, 30), 88_000, 46 * GB, events=(_OUTAGE,)),
    Job(WEB_1, "Databases", "DB-2", S3, _daily(1, 15), 240, 18 * GB, churn=0.6, events=(_OUTAGE,)),
    Job(WEB_1, "Certificates", "DB-3", B2, _daily(4, 10), 310, 40 * MB, events=(_OUTAGE,)),
)
_OF_WEB_2 = (
    Job(WEB_2, "Sites", "DB-1", S3, _daily(0, 45), 71_000, 39 * GB, events=(_OUTAGE,)),
    Job(WEB_2, "Databases", "DB-2", S3, _daily(1, 45), 310, 26 * GB, churn=0.6, events=(_OUTAGE,)),
    # Never succeeded since it was set up, which a person knows and works on.
    Job(
        WEB_2,
        "Uploads",
        "DB-3",
        SSH,
        _daily(5),
        52_000,
        150 * GB,
        first=12.5,
        events=(dies(_REFUSED, since=12.5),),
    ),
)
_OF_DATABASE = (
    Job(DATABASE, "Transaction logs", "DB-1", S3, _HOURLY, 420, 6 * GB, churn=0.03, keep=168),
    # Ran many times as long as usual.
    Job(
        DATABASE,
        "Dumps",
        "DB-2",
        S3,
        _daily(1, 5),
        64,
        140 * GB,
        churn=0.5,
        events=(drags(1.3, 4),),
    ),
    Job(DATABASE, "Configuration", "DB-3", B2, _daily(4, 20), 900, 300 * MB),
    Job(DATABASE, "Full copy", "DB-4", SSH, _sundays(2), 70, 310 * GB, churn=0.7),
)
_OF_FILES = (
    Job(
        FILES,
        "Shared drive",
        "DB-1",
        SHARE,
        _daily(20),
        910_000,
        1_400 * GB,
        events=(warns(0.25, _LOCKED, _DENIED),),
    ),
    # A third of its files changed within a day.
    Job(
        FILES,
        "Home folders",
        "DB-2",
        SHARE,
        _daily(21),
        460_000,
        520 * GB,
        events=(churns(1, 0.36),),
    ),
    # Removed from the scheduler: nothing fails, no report arrives.
    Job(FILES, "Templates", "DB-3", S3, _daily(22), 3_100, 4 * GB, last=5.5),
    Job(FILES, "Scans", "DB-4", S3, _workdays(19), 68_000, 92 * GB, growth=0.002),
    Job(FILES, "Public", "DB-5", B2, _daily(22, 30), 15_000, 60 * GB, kind=JobKind.SYNC),
)
_OF_ACCOUNTING = (
    Job(ACCOUNTING, "Ledger", "DB-1", S3, _workdays(18), 2_400, 9 * GB, churn=0.05),
    # Its key expired.
    Job(
        ACCOUNTING,
        "Invoices",
        "DB-2",
        S3,
        _daily(19, 30),
        41_000,
        31 * GB,
        events=(dies(_EXPIRED, since=4.5),),
    ),
    Job(ACCOUNTING, "Payroll", "DB-3", S3, _sundays(20), 1_150, 3 * GB, churn=0.05),
    Job(
        ACCOUNTING,
        "Desktop",
        "DB-4",
        SHARE,
        _daily(12),
        12_400,
        17 * GB,
        events=(warns(0.9, _LOCKED),),
    ),
)
_OF_GIT = (
    Job(GIT, "Repositories", "DB-1", S3, Timetable(40 * MINUTE, every=6 * HOUR), 230_000, 58 * GB),
    Job(GIT, "Issues", "DB-2", S3, _daily(3, 20), 1_700, 8 * GB, churn=0.1),
    # A stored file is damaged, though its runs succeed.
    Job(
        GIT,
        "Packages",
        "DB-3",
        SSH,
        _daily(4, 50),
        38_000,
        270 * GB,
        events=(breaks(3.5, "duplicati-b7f1c2d09e5a44e8.dblock.zip.aes"),),
    ),
)
_OF_MEDIA = (
    Job(MEDIA, "Music", "DB-1", B2, _daily(6), 58_000, 480 * GB, churn=0.0003),
    # Its destination is full in a few days.
    Job(
        MEDIA,
        "Videos",
        "DB-2",
        DISK,
        _daily(7),
        8_600,
        900 * GB,
        growth=0.0041,
        churn=0.0002,
        keep=365,
    ),
    # A disk is not mounted: most of the source is gone, and the runs succeed.
    Job(
        MEDIA,
        "Recordings",
        "DB-3",
        SHARE,
        _daily(8),
        21_000,
        760 * GB,
        churn=0.001,
        events=(shrinks(5.5, left=0.35),),
    ),
)
_OF_DESIGN = (
    Job(DESIGN, "Projects", "DB-1", SHARE, _OPENED, 47_000, 190 * GB, churn=0.008),
    Job(DESIGN, "Fonts", "DB-2", B2, _OPENED, 6_300, 5 * GB),
    Job(DESIGN, "Mail", "DB-3", S3, _OPENED, 33_000, 14 * GB, events=(warns(0.1, _DENIED),)),
)
_OF_SALES = (
    Job(SALES, "Documents", "DB-1", S3, _OPENED, 18_000, 22 * GB, events=(warns(0.15, _LOCKED),)),
    # Stopped now and then, as by who wants to leave, and the last time too.
    Job(
        SALES,
        "Mail",
        "DB-2",
        S3,
        _OPENED,
        2_900,
        11 * GB,
        events=(warns(0.3, _LOCKED), stops(0.08, since=1.1)),
    ),
)
_OF_BRANCH = (
    Job(BRANCH, "Files", "DB-1", SSH, _daily(21, 30), 74_000, 88 * GB, last=_SILENT),
    Job(
        BRANCH,
        "Point of sale",
        "DB-2",
        SSH,
        _daily(23),
        5_400,
        7 * GB,
        churn=0.05,
        last=_SILENT - 1,
        events=(vanishes(since=_SILENT),),
    ),
)

JOBS: tuple[Job, ...] = (
    *_OF_NAS,
    *_OF_MAIL,
    *_OF_WEB_1,
    *_OF_WEB_2,
    *_OF_DATABASE,
    *_OF_FILES,
    *_OF_ACCOUNTING,
    *_OF_GIT,
    *_OF_MEDIA,
    *_OF_DESIGN,
    *_OF_SALES,
    *_OF_BRANCH,
)
