"""docs/digest.md names every variable of the templates of digests, and no other."""

import re

from exporter.notifications.digest.shown import ShownAmounts, ShownDigest, ShownJob, ShownServer
from tests.docs import pages
from tests.support import doc_hooks

PAGE = pages.read("docs/digest.md")
TYPES = {"digest": ShownDigest, "server": ShownServer, "job": ShownJob, "amounts": ShownAmounts}


def test_every_variable_is_described_and_no_other() -> None:
    named = [
        name
        for cells in doc_hooks.rows(PAGE, "digest-variables")
        for name in re.findall(r"`([a-z_.]+)`", cells[0])
    ]
    known = {f"{name}.{each}" for name, kind in TYPES.items() for each in kind.__struct_fields__}
    assert sorted(named) == sorted(known)
