"""What is to be checked where a report is missing is the same here and there."""

import re

from api.missing_reports import CHECKS, DOCUMENTATION
from tests.docs import pages
from tests.support import doc_hooks

FILE, ANCHOR = DOCUMENTATION.partition("/main/")[2].split("#")
OPTION = re.compile(r"--send-http-[a-z-]+")


def options(text: str) -> list[str]:
    return OPTION.findall(text)


def test_the_page_that_the_answer_names_is_there() -> None:
    assert ANCHOR in map(pages.anchor, pages.sections(pages.read(FILE)))


def test_it_names_the_same_options_in_the_same_order() -> None:
    listed = doc_hooks.rows(pages.read(FILE), "unreported-checks")
    assert [options(option) for option, _ in listed] == [options(check) for check in CHECKS]
