"""The chart's values, its schema and its README say the same, and the examples there work."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest
import yaml

from exporter.config.options import OPTIONS
from tests.deploy import chart, schemas
from tests.deploy.chart import CHART
from tests.deploy.chart_values import SCHEMA, VALUES, rows, table
from tests.deploy.manifests import Json
from tests.docs import pages

REGISTRY = "oci://ghcr.io/duplistatus/charts/duplistatus"
README = (CHART / "README.md").read_text(encoding="utf-8")
EXAMPLES = [yaml.safe_load(block.text) for block in pages.blocks(README, "yaml")]
SETS = [each for each in EXAMPLES if "apiVersion" not in each]
(SECRET,) = [each for each in EXAMPLES if "apiVersion" in each]
TEMPLATES = "".join(path.read_text(encoding="utf-8") for path in (CHART / "templates").rglob("*.*"))
FREE = {"global", "podSecurityContext", "securityContext", "affinity", "requests", "limits"}
"""Objects of Kubernetes, which knows better what they may be."""


def test_the_table_of_the_readme_is_that_of_the_values() -> None:
    shown = README.partition("<!-- test: values -->\n\n")[2]
    assert shown == table(), "run: python -m tests.deploy.chart_values"


def test_the_schema_knows_each_value_and_no_other() -> None:
    def names(schema: Json) -> set[str]:
        return {*schema["properties"]} - {"global"}

    assert names(SCHEMA) == {*VALUES}
    for name, value in SCHEMA["properties"].items():
        if "properties" in value and "description" not in value:
            assert names(value) == {*VALUES[name]}, name


def _objects(name: str, schema: Any) -> Iterator[tuple[str, Json]]:  # noqa: ANN401 - JSON
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield name, schema
        for key, value in schema.items():
            yield from _objects(name if key in {"items", "properties"} else key, value)


def test_the_schema_takes_nothing_that_it_does_not_know() -> None:
    """But for labels and annotations, which are texts, and for objects of Kubernetes."""
    loose = {
        name
        for name, schema in _objects("", SCHEMA)
        if schema.get("additionalProperties", True) is True
    }
    selectors = {"podSelector", "namespaceSelector", "ipBlock", "valueFrom"}
    assert loose == FREE | selectors | {"extraVolumes", "extraVolumeMounts"}


@pytest.mark.parametrize("name", [name for name, *_ in rows()])
def test_a_value_is_used_by_a_template(name: str) -> None:
    last = name.strip("`").rpartition(".")[2]
    assert re.search(rf'\.{last}\b|"{last}"', TEMPLATES)


@pytest.mark.parametrize("values", SETS, ids=" ".join)
def test_an_example_of_the_readme_works(values: chart.Values) -> None:
    schemas.check(chart.rendered(values))
    assert chart.rendered(values) != chart.rendered({})


def test_the_secret_of_the_readme_holds_what_the_daemon_reads() -> None:
    kubernetes_validate.validate(SECRET, schemas.NEWEST, strict=True)
    known = {option.name for option in OPTIONS if option.file_variable}
    assert {*SECRET["stringData"]} <= known
    named = SCHEMA["properties"]["tokens"]["properties"]["existingSecret"]["description"]
    keys = {*re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", named)}
    assert keys <= known
    assert {*SECRET["stringData"]} <= keys


def _installations() -> list[str]:
    """Return every line that installs the chart, of its README and of the documentation."""
    shown = [README, *(pages.read(name) for name in pages.PAGES)]
    return [line for page in shown for line in pages.command_lines(page, "helm")]


@pytest.mark.parametrize("line", [each for each in _installations() if " install " in each])
def test_a_line_that_installs_it_works(line: str) -> None:
    places = {REGISTRY: str(CHART), "deploy/helm": str(CHART)}
    _, *words = (places.get(word, word) for word in shlex.split(line))
    assert str(CHART) in words
    done = chart.run(*words, "--dry-run=client")
    assert done.returncode == 0, done.stderr


def test_each_page_on_helm_has_such_a_line() -> None:
    assert len(_installations()) >= 5


def test_the_readme_names_the_place_that_the_workflow_pushes_to() -> None:
    workflow = (pages.ROOT / ".github" / "workflows" / "chart.yml").read_text(encoding="utf-8")
    assert "oci://ghcr.io/${{ github.repository_owner }}/charts" in workflow
    assert REGISTRY in README
