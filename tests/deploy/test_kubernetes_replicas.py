"""The manifests of several daemons over PostgreSQL are what Kubernetes takes, and fit the rest."""

import re
from typing import Any

import pytest

from exporter.config import secrets
from exporter.config.options import OPTIONS
from exporter.times import SECOND
from tests.deploy import schemas
from tests.deploy.dockerfile import last
from tests.deploy.files import DEPLOY
from tests.deploy.manifests import (
    BASE,
    MANIFESTS,
    MANIFESTS_OF_REPLICAS,
    REPLICAS,
    Json,
    kustomization,
    one,
)
from tests.deploy.test_docker import VERSION
from tests.deploy.test_kubernetes import name_of
from tests.rules.rule_files import RULES, load

CLUSTER = load(REPLICAS / "cloudnativepg.yaml")
(PATIENCE,) = (
    option.parse(option.default) for option in OPTIONS if option.name == "upload_patience"
)
DRAIN_SECONDS = 10


def replicas(kind: str) -> Json:
    """Return the only manifest of a kind."""
    return one(kind, MANIFESTS_OF_REPLICAS)


WORKLOAD = replicas("Deployment")["spec"]
POD = WORKLOAD["template"]["spec"]
(CONTAINER,) = POD["containers"]
LABELS = WORKLOAD["template"]["metadata"]["labels"]


def _environment() -> dict[str, str]:
    return {each["name"]: each["value"] for each in CONTAINER["env"]}


@pytest.mark.parametrize("manifest", MANIFESTS_OF_REPLICAS, ids=name_of)
def test_a_manifest_fits_its_schema(manifest: Json) -> None:
    schemas.check([manifest])


def test_no_file_is_left_out_but_the_example_of_a_database() -> None:
    listed = {*kustomization(REPLICAS)["resources"], "kustomization.yaml", "cloudnativepg.yaml"}
    assert {path.name for path in REPLICAS.glob("*.yaml")} <= listed
    text = (REPLICAS / "kustomization.yaml").read_text(encoding="utf-8")
    assert "  #- cloudnativepg.yaml\n" in text


def test_the_image_and_the_namespace_are_those_of_the_single_daemon() -> None:
    assert kustomization(REPLICAS)["images"] == kustomization(BASE)["images"]
    assert kustomization(REPLICAS)["namespace"] == replicas("Namespace")["metadata"]["name"]
    assert replicas("Namespace") == one("Namespace")
    (image,) = kustomization(REPLICAS)["images"]
    assert (image["name"], image["newTag"]) == (CONTAINER["image"], VERSION)


def test_an_address_of_senders_stays_when_replicas_take_over() -> None:
    assert replicas("Service") == one("Service")


def test_there_is_always_one_that_takes_reports() -> None:
    assert WORKLOAD["replicas"] == 2
    assert WORKLOAD["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    assert WORKLOAD["minReadySeconds"] == 5
    assert replicas("PodDisruptionBudget")["spec"]["minAvailable"] == 1


def test_everything_that_selects_selects_the_pods() -> None:
    spread = [*POD["topologySpreadConstraints"]]
    (apart,) = POD["affinity"]["podAntiAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
    selectors = [WORKLOAD, *spread, apart["podAffinityTerm"]]
    selectors = [each.get("selector") or each["labelSelector"] for each in selectors]
    selectors += [
        replicas(kind)["spec"]["selector"] for kind in ("PodDisruptionBudget", "PodMonitor")
    ]
    selectors += [replicas("NetworkPolicy")["spec"]["podSelector"]]
    assert [each["matchLabels"] for each in selectors] == [LABELS] * len(selectors)
    assert replicas("Service")["spec"]["selector"] == LABELS
    keys = [each["topologyKey"] for each in spread]
    assert keys == ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]


def test_ports_are_meant_by_their_name() -> None:
    (port,) = CONTAINER["ports"]
    (scraped,) = replicas("PodMonitor")["spec"]["podMetricsEndpoints"]
    (allowed,) = replicas("NetworkPolicy")["spec"]["ingress"]
    probes = [CONTAINER[probe]["httpGet"]["port"] for probe in ("livenessProbe", "readinessProbe")]
    meant = {scraped["port"], *probes, *(each["port"] for each in allowed["ports"])}
    assert meant == {port["name"]}


def test_a_daemon_is_ready_for_the_service_within_seconds_and_lives_without_a_database() -> None:
    assert CONTAINER["readinessProbe"]["httpGet"]["path"] == "/-/ready"
    assert CONTAINER["readinessProbe"]["periodSeconds"] == 2
    assert CONTAINER["livenessProbe"]["httpGet"]["path"] == "/-/healthy"


def test_a_daemon_has_the_time_to_end_that_it_needs() -> None:
    _, pause = CONTAINER["lifecycle"]["preStop"]["exec"]["command"]
    needed = int(pause) + PATIENCE // SECOND + DRAIN_SECONDS
    assert POD["terminationGracePeriodSeconds"] >= needed


def test_the_pod_is_the_containers_user_and_keeps_nothing() -> None:
    user, _, group = last("USER").text.partition(":")
    context = POD["securityContext"]
    assert (context["runAsUser"], context["runAsGroup"]) == (int(user), int(group))
    assert (
        CONTAINER["securityContext"]
        == one("StatefulSet")["spec"]["template"]["spec"]["containers"][0]["securityContext"]
    )
    writable = {each["mountPath"] for each in CONTAINER["volumeMounts"] if "readOnly" not in each}
    assert writable == {"/tmp"}
    assert [sorted(each) for each in POD["volumes"]] == [["emptyDir", "name"], ["name", "secret"]]


def test_the_secrets_are_mounted_and_their_files_named() -> None:
    (mount,) = [each for each in CONTAINER["volumeMounts"] if each["name"] == "secret"]
    (volume,) = [each for each in POD["volumes"] if each["name"] == "secret"]
    secret = replicas("Secret")
    assert volume["secret"]["secretName"] == secret["metadata"]["name"]
    named = {name: value for name, value in _environment().items() if name.endswith("_FILE")}
    assert {*named} <= secrets.VARIABLES
    assert {*named.values()} == {f"{mount['mountPath']}/{key}" for key in secret["stringData"]}


def test_the_images_own_database_does_not_win() -> None:
    assert "DUPLISTATUS_DATABASE=/data/" in last("ENV").text
    assert _environment()["DUPLISTATUS_DATABASE"] == ""


def test_no_daemon_starts_with_a_secret_that_everybody_can_read_here() -> None:
    assert replicas("Secret")["stringData"]["admin_token"] == ""


def test_the_pods_reach_the_database_and_names_and_nothing_else() -> None:
    policy = replicas("NetworkPolicy")["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    ports = [port for rule in policy["egress"] for port in rule["ports"]]
    assert {port["port"] for port in ports} == {5432, 53}


def test_the_fleet_is_scraped_once_and_what_a_daemon_counts_from_each() -> None:
    fleet, own = replicas("ScrapeConfig")["spec"], replicas("PodMonitor")["spec"]
    (endpoint,) = own["podMetricsEndpoints"]
    assert (fleet["params"], endpoint["params"]) == ({"part": ["fleet"]}, {"part": ["daemon"]})
    (plain,) = load(DEPLOY / "prometheus" / "prometheus.yml")["scrape_configs"]
    assert fleet["metricsPath"] == endpoint["path"] == plain["metrics_path"]
    assert fleet["scrapeInterval"] == endpoint["interval"] == plain["scrape_interval"]


def test_the_target_of_the_fleet_is_the_service() -> None:
    (targets,) = (each["targets"] for each in replicas("ScrapeConfig")["spec"]["staticConfigs"])
    service, namespace = replicas("Service"), replicas("Namespace")
    (port,) = service["spec"]["ports"]
    name = f"{service['metadata']['name']}.{namespace['metadata']['name']}.svc"
    assert targets == [f"{name}:{port['port']}"]


def test_the_jobs_are_those_that_the_alerts_look_for() -> None:
    (endpoint,) = replicas("PodMonitor")["spec"]["podMetricsEndpoints"]
    (job,) = endpoint["relabelings"]
    assert job["targetLabel"] == "job"
    asked = {match for rule in RULES for match in re.findall(r'job="([\w-]+)"', rule.expression)}
    assert asked == {replicas("ScrapeConfig")["spec"]["jobName"], job["replacement"]}


def test_the_example_of_a_database_loses_no_report_with_its_primary() -> None:
    assert (CLUSTER["apiVersion"], CLUSTER["kind"]) == ("postgresql.cnpg.io/v1", "Cluster")
    spec: dict[str, Any] = CLUSTER["spec"]
    assert spec["instances"] == 3
    assert spec["postgresql"]["synchronous"] == {"method": "any", "number": 1}


def test_the_example_of_a_database_is_what_the_example_of_a_url_names() -> None:
    """CloudNativePG calls the service of the primary NAME-rw."""
    url = replicas("Secret")["stringData"]["database"]
    assert f"@{CLUSTER['metadata']['name']}-rw/" in url
    text = (REPLICAS / "secret.yaml").read_text(encoding="utf-8")
    assert f"secret {CLUSTER['metadata']['name']}-app " in text


def test_the_rest_is_the_single_daemons() -> None:
    assert replicas("PrometheusRule") == one("PrometheusRule")
    maps = [each for each in MANIFESTS if each["kind"] == "ConfigMap"]
    assert [each for each in MANIFESTS_OF_REPLICAS if each["kind"] == "ConfigMap"] == maps
