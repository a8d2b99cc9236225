"""The chart is what Helm takes, and what it renders is what Kubernetes and the operator take."""

import subprocess
import tarfile
from pathlib import Path

import pytest
import yaml

from tests.deploy import chart, schemas
from tests.deploy.chart import CHART
from tests.deploy.chart_cases import CASES, MONITORING, REFUSED, TWO
from tests.deploy.files import DEPLOY, ROOT
from tests.deploy.manifests import one
from tests.rules.rule_files import RULE_FILES, load
from tests.support.process.commands import needed
from tests.tools.release import version

BOARDS = ROOT / "grafana" / "dashboards"


@pytest.mark.parametrize("case", CASES)
def test_helm_has_nothing_to_say_of_the_chart(case: str) -> None:
    done = chart.run("lint", "--strict", CHART, values=CASES[case])
    assert done.returncode == 0, done.stdout
    found = [line for line in done.stdout.splitlines() if line.startswith("[")]
    assert found == ["[INFO] Chart.yaml: icon is recommended"]


@pytest.mark.parametrize("case", CASES)
def test_what_is_rendered_fits_the_schemas(case: str) -> None:
    schemas.check(chart.rendered(CASES[case]))


@pytest.mark.parametrize("case", CASES)
def test_an_upgrade_with_the_same_values_changes_nothing(case: str) -> None:
    assert chart.text(CASES[case]) == chart.text(CASES[case])


@pytest.mark.parametrize("case", ["the defaults", "everything", "everything with replicas"])
def test_helm_3_renders_the_same(case: str) -> None:
    place = ("template", chart.RELEASE, CHART, "--namespace", chart.NAMESPACE)
    done = chart.run(*place, values=CASES[case], major=3)
    assert done.returncode == 0, done.stderr
    made = [each for each in yaml.safe_load_all(done.stdout) if each]
    assert sorted(map(str, made)) == sorted(map(str, chart.rendered(CASES[case])))


def test_helm_3_finds_no_fault_and_refuses_with_the_same_reason() -> None:
    assert chart.run("lint", "--strict", CHART, values=CASES["everything"], major=3).returncode == 0
    values, reason = REFUSED["two daemons for one file"]
    done = chart.run("template", chart.RELEASE, CHART, values=values, major=3)
    assert reason in done.stderr


@pytest.mark.parametrize("case", CASES)
def test_no_object_is_rendered_twice(case: str) -> None:
    names = [(each["kind"], each["metadata"]["name"]) for each in chart.rendered(CASES[case])]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("case", REFUSED)
def test_bad_values_are_refused_with_a_reason(case: str) -> None:
    values, reason = REFUSED[case]
    assert reason in chart.refusal(values)


def test_a_long_name_leaves_room_for_what_is_put_after_it() -> None:
    manifests = chart.rendered({**TWO, **MONITORING}, release="a" * 53)
    assert max(len(each["metadata"]["name"]) for each in manifests) <= 63
    schemas.check(manifests)


def test_a_release_of_another_name_has_the_charts_in_it() -> None:
    assert one("Service", chart.rendered({}, release="home"))["metadata"]["name"] == (
        "home-duplistatus"
    )


def test_the_chart_and_the_image_are_of_this_version() -> None:
    about = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert (about["version"], about["appVersion"]) == (version(), version())
    (container,) = one("StatefulSet", chart.rendered({}))["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"ghcr.io/duplistatus/exporter:{version()}"


def test_the_rules_are_those_of_the_plain_files(tmp_path: Path) -> None:
    spec = one("PrometheusRule", chart.rendered(MONITORING))["spec"]
    groups = [group for path in RULE_FILES for group in load(path)["groups"]]
    assert spec["groups"] == groups
    rules = tmp_path / "rules.yml"
    rules.write_text(yaml.safe_dump(spec), encoding="utf-8")
    subprocess.run([needed("promtool"), "check", "rules", rules], check=True)


def test_the_dashboards_are_those_of_the_folder() -> None:
    maps = [each["data"] for each in chart.rendered(MONITORING) if each["kind"] == "ConfigMap"]
    shown = {name: text for data in maps for name, text in data.items()}
    assert shown == {path.name: path.read_text(encoding="utf-8") for path in BOARDS.iterdir()}
    assert len(maps) == len(shown)


def test_rules_and_dashboards_are_links_and_no_copies() -> None:
    assert (CHART / "rules").resolve() == DEPLOY / "prometheus" / "rules"
    assert (CHART / "dashboards").resolve() == BOARDS


def test_the_package_needs_no_clone(tmp_path: Path) -> None:
    done = chart.run("package", CHART, "--destination", tmp_path)
    assert done.returncode == 0, done.stderr
    archive = tmp_path / f"duplistatus-{version()}.tgz"
    with tarfile.open(archive) as packed:
        assert [each.name for each in packed if not each.isfile()] == []
        assert {"duplistatus/README.md", "duplistatus/LICENSE"} <= {*packed.getnames()}
    everything = CASES["everything"]
    assert chart.rendered(everything, chart=archive) == chart.rendered(everything)


def test_a_copy_that_lost_its_links_says_so(tmp_path: Path) -> None:
    """As they are lost where git or an archiver writes a link as a file with its target."""
    for path in CHART.iterdir():
        if not path.is_symlink():
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / "rules").write_text("../prometheus/rules", encoding="utf-8")
    done = chart.run("template", "duplistatus", tmp_path)
    assert "Take the packaged chart." in done.stderr
