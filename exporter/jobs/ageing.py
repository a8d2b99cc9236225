"""When what comes again and again is too old, a good run or a second copy. Pure.

The alerts DuplistatusBackupTooOld, DuplistatusBackupNeverSucceeded and DuplistatusSecondCopyTooOld
have the same limits.
"""

from exporter.times import DAY, Millis

STALE_PAUSES = 2
STALE_MARGIN: Millis = DAY
"""The last one is too old after so many of the usual pauses and so much more."""


def old_from(last: Millis, pause: Millis) -> Millis:
    """From when on the last one is too old if no other comes.

    Args:
        last: when it was.
        pause: how long after it the next one is usual.
    """
    return last + STALE_PAUSES * pause + STALE_MARGIN
