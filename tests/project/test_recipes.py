"""The pages for those who change or release the project name files and modules that there are."""

import importlib.util
import re

import pytest

from tests.deploy.files import ROOT

_FILE = re.compile(r"`((?:api|deploy|docs|exporter|grafana|tests)/[\w./-]*)`")
_MODULE = re.compile(r"python -m ((?:tests|grafana)[\w.]*)")


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "RELEASE.md"])
def test_what_a_page_names_is_there(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    files, modules = _FILE.findall(page), _MODULE.findall(page)
    assert files
    assert modules
    assert [each for each in files if not (ROOT / each).exists()] == []
    assert [each for each in modules if importlib.util.find_spec(each) is None] == []
