"""What the pages say of `duplistatus files` is what it does."""

from exporter.shipped import KINDS
from tests.docs import pages
from tests.support import doc_hooks


def test_each_kind_is_in_the_table_with_the_words_of_the_command() -> None:
    rows = doc_hooks.rows(pages.read("docs/cli.md"), "files")
    told = [(*pages.code(kind), summary) for kind, summary, _ in rows]
    assert told == [(kind.name, kind.summary) for kind in KINDS]


def test_the_service_is_installed_by_the_commands_that_are_printed() -> None:
    first, *others = doc_hooks.block(pages.read("docs/installation.md"), "systemd").splitlines()
    (kind,) = [kind for kind in KINDS if kind.name == "systemd"]
    printed = kind.then.format(folder=first.split()[-1]).splitlines()[1:]
    assert others[: len(printed)] == [line.strip() for line in printed]
