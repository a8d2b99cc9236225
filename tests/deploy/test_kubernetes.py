"""The manifests are what Kubernetes takes, and fit the rest."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from tests.deploy import schemas
from tests.deploy.dockerfile import last
from tests.deploy.files import DEPLOY, ROOT
from tests.deploy.manifests import BASE, MANIFESTS, REPLICAS, Json, kustomization, one
from tests.deploy.test_docker import VERSION
from tests.rules.rule_files import RULE_FILES, RULES, load
from tests.support.process.commands import needed

MAX_ANNOTATION_BYTES = 256 * 1024
"""kubectl apply keeps what it applied in an annotation, which Kubernetes bounds."""

WORKLOAD = one("StatefulSet")["spec"]
POD = WORKLOAD["template"]["spec"]
(CONTAINER,) = POD["containers"]


def name_of(manifest: Json) -> str:
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


@pytest.mark.parametrize("manifest", MANIFESTS, ids=name_of)
def test_a_manifest_fits_its_schema(manifest: Json) -> None:
    schemas.check([manifest])


def test_promtool_has_nothing_to_say_of_the_rules(tmp_path: Path) -> None:
    """They are what the Prometheus Operator writes into a file for Prometheus."""
    rules = tmp_path / "rules.yml"
    rules.write_text(yaml.safe_dump(one("PrometheusRule")["spec"]), encoding="utf-8")
    subprocess.run([needed("promtool"), "check", "rules", rules], check=True)


@pytest.mark.parametrize(
    ("where", "fault"),
    [("spec", {"endpoint": []}), ("metadata", {"label": {}}), ("spec", {"selector": 7})],
)
def test_a_fault_in_what_is_the_prometheus_operators_is_found(where: str, fault: Json) -> None:
    monitor = one("ServiceMonitor")
    with pytest.raises(ValidationError):
        schemas.check([{**monitor, where: {**monitor[where], **fault}}])


def test_the_rules_are_those_of_the_plain_files(tmp_path: Path) -> None:
    made = tmp_path / "prometheusrule.yaml"
    subprocess.run([BASE / "generate", made], check=True)
    committed = (BASE / "prometheusrule.yaml").read_text(encoding="utf-8")
    assert committed == made.read_text(encoding="utf-8"), "run: deploy/kubernetes/generate"
    assert committed == (REPLICAS / "prometheusrule.yaml").read_text(encoding="utf-8")
    groups = [group for path in reversed(RULE_FILES) for group in load(path)["groups"]]
    assert sorted(map(str, one("PrometheusRule")["spec"]["groups"])) == sorted(map(str, groups))


def test_every_dashboard_has_a_map_that_kubectl_can_apply() -> None:
    maps = [each for each in MANIFESTS if each["kind"] == "ConfigMap"]
    boards = {path.name for path in (ROOT / "grafana" / "dashboards").iterdir()}
    assert {name for each in maps for name in each["data"]} == boards
    assert all(len(json.dumps(each)) < MAX_ANNOTATION_BYTES for each in maps)


def test_the_alerts_look_for_the_job_that_the_operator_names_after_the_service() -> None:
    name = one("Service")["metadata"]["name"]
    assert any(f'job="{name}"' in rule.expression for rule in RULES)
    assert "jobLabel" not in one("ServiceMonitor")["spec"]


def test_everything_that_selects_selects_the_pod_and_the_service() -> None:
    labels = WORKLOAD["template"]["metadata"]["labels"]
    assert WORKLOAD["selector"]["matchLabels"] == labels
    assert one("Service")["spec"]["selector"] == labels
    assert one("NetworkPolicy")["spec"]["podSelector"]["matchLabels"] == labels
    assert (
        one("ServiceMonitor")["spec"]["selector"]["matchLabels"]
        == (one("Service")["metadata"]["labels"])
    )
    assert WORKLOAD["serviceName"] == one("Service")["metadata"]["name"]


def test_ports_are_meant_by_their_name() -> None:
    (port,) = CONTAINER["ports"]
    (served,) = one("Service")["spec"]["ports"]
    (scraped,) = one("ServiceMonitor")["spec"]["endpoints"]
    (allowed,) = one("NetworkPolicy")["spec"]["ingress"]
    probes = [CONTAINER[probe]["httpGet"]["port"] for probe in ("livenessProbe", "readinessProbe")]
    meant = {served["targetPort"], scraped["port"], served["name"], *probes}
    assert {port["name"]} == meant == {each["port"] for each in allowed["ports"]}


def test_the_scrape_is_that_of_the_plain_configuration() -> None:
    (scraped,) = one("ServiceMonitor")["spec"]["endpoints"]
    (plain,) = load(DEPLOY / "prometheus" / "prometheus.yml")["scrape_configs"]
    assert (scraped["path"], scraped["interval"]) == (
        plain["metrics_path"],
        plain["scrape_interval"],
    )


def test_the_instance_is_the_address_of_the_service_and_outlives_every_pod() -> None:
    (scraped,) = one("ServiceMonitor")["spec"]["endpoints"]
    (port,) = one("Service")["spec"]["ports"]
    address = f"{one('Service')['metadata']['name']}.{kustomization(BASE)['namespace']}.svc"
    assert scraped["relabelings"] == [
        {"targetLabel": "instance", "replacement": f"{address}:{port['port']}"}
    ]


def test_the_pod_is_the_containers_user_and_writes_where_the_container_does() -> None:
    user, _, group = last("USER").text.partition(":")
    assert (POD["securityContext"]["runAsUser"], POD["securityContext"]["runAsGroup"]) == (
        int(user),
        int(group),
    )
    assert CONTAINER["securityContext"]["readOnlyRootFilesystem"] is True
    mounted = {each["mountPath"] for each in CONTAINER["volumeMounts"]}
    assert mounted == {last("VOLUME").text, "/tmp"}


def test_there_is_one_daemon_for_the_database() -> None:
    assert WORKLOAD["replicas"] == 1
    (claim,) = WORKLOAD["volumeClaimTemplates"]
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]


def test_the_image_is_of_this_version() -> None:
    (image,) = kustomization(BASE)["images"]
    assert image["name"] == CONTAINER["image"]
    assert image["newTag"] == VERSION


def test_everything_lies_in_the_namespace_that_is_made() -> None:
    assert kustomization(BASE)["namespace"] == one("Namespace")["metadata"]["name"]


def test_no_file_is_left_out() -> None:
    listed = {*kustomization(BASE)["resources"], "kustomization.yaml"}
    assert {path.name for path in BASE.glob("*.yaml")} <= listed
