"""The pods of the chart are those of kustomize, and their daemon takes what is mounted."""

import copy
from pathlib import Path

import pytest

from exporter.config import secrets
from exporter.config.options import OPTIONS
from tests.deploy.chart import NAMESPACE, Values, notes, rendered
from tests.deploy.chart_cases import (
    ADMIN,
    CASES,
    CONFIG,
    INGRESS,
    METRICS,
    MONITORING,
    POLICY,
    POSTGRESQL,
    READ,
    TOKENS,
    TWO,
    UPLOAD,
)
from tests.deploy.manifests import MANIFESTS, MANIFESTS_OF_REPLICAS, Json, one
from tests.rules.rule_files import RULES
from tests.support.process import reports
from tests.support.process.daemon import ANY_PORT, Daemon

ADDRESS = f"duplistatus.{NAMESPACE}.svc:9666"
THE_CHARTS = ("serviceAccountName", "imagePullPolicy", "image")
"""What kustomize leaves to the cluster, or lets people name."""


def workload(values: Values) -> Json:
    """Return the pod's template and what is around it."""
    (found,) = [each for each in rendered(values) if each["kind"] in {"StatefulSet", "Deployment"}]
    spec: Json = found["spec"]
    return spec


def pod(values: Values) -> Json:
    """Return the pod of some values."""
    spec: Json = workload(values)["template"]["spec"]
    return spec


def _without_names(spec: Json) -> Json:
    """Return a pod without what the chart alone says, and without the release in its selectors."""
    left = copy.deepcopy(spec)
    (container,) = left["containers"]
    for key in THE_CHARTS:
        left.pop(key, None)
        container.pop(key, None)
    spread = left.get("topologySpreadConstraints", [])
    near = left.get("affinity", {}).get("podAntiAffinity", {})
    terms = near.get("preferredDuringSchedulingIgnoredDuringExecution", [])
    for each in (*spread, *(term["podAffinityTerm"] for term in terms)):
        each["labelSelector"]["matchLabels"].pop("app.kubernetes.io/instance", None)
    return left


def test_the_pod_of_one_daemon_is_that_of_kustomize() -> None:
    theirs = one("StatefulSet", MANIFESTS)["spec"]["template"]["spec"]
    assert _without_names(pod({})) == _without_names(theirs)


def test_the_pod_of_replicas_is_that_of_kustomize_but_for_the_way_of_its_secrets() -> None:
    theirs = _without_names(one("Deployment", MANIFESTS_OF_REPLICAS)["spec"]["template"]["spec"])
    ours = _without_names(pod(TWO))
    assert ours["securityContext"].pop("fsGroupChangePolicy") == "OnRootMismatch"
    for each in (ours, theirs):
        (container,) = each["containers"]
        assert {"name": "DUPLISTATUS_DATABASE", "value": ""} in container.pop("env")
        assert "/run/secrets/duplistatus" in {v["mountPath"] for v in container["volumeMounts"]}
        container.pop("volumeMounts")
        (secret,) = [volume for volume in each.pop("volumes") if volume["name"] != "tmp"]
        assert 0o440 in {v.get("defaultMode") for v in secret.values() if isinstance(v, dict)}
    assert ours == theirs


def test_a_deployment_is_moved_and_kept_as_that_of_kustomize() -> None:
    theirs, ours = one("Deployment", MANIFESTS_OF_REPLICAS)["spec"], workload(TWO)
    for key in ("replicas", "strategy", "minReadySeconds"):
        assert ours[key] == theirs[key]
    kept = one("PodDisruptionBudget", MANIFESTS_OF_REPLICAS)["spec"]["minAvailable"]
    assert one("PodDisruptionBudget", rendered(TWO))["spec"]["minAvailable"] == kept


@pytest.mark.parametrize(
    ("values", "theirs"), [({}, MANIFESTS), (TWO, MANIFESTS_OF_REPLICAS)], ids=["one", "two"]
)
def test_the_network_policy_is_that_of_kustomize(values: Values, theirs: tuple[Json, ...]) -> None:
    ours = one("NetworkPolicy", rendered(values))["spec"]
    assert {**ours, "podSelector": None} == {
        **one("NetworkPolicy", theirs)["spec"],
        "podSelector": None,
    }


def test_one_daemon_alone_has_no_budget_that_would_hold_its_node() -> None:
    kinds = {each["kind"] for each in rendered(POSTGRESQL)}
    assert "Deployment" in kinds
    assert "PodDisruptionBudget" not in kinds


@pytest.mark.parametrize("case", CASES)
def test_everything_that_selects_selects_the_pods_and_no_test(case: str) -> None:
    manifests = rendered(CASES[case])
    labels = workload(CASES[case])["selector"]["matchLabels"]
    assert labels.items() <= workload(CASES[case])["template"]["metadata"]["labels"].items()
    for each in manifests:
        spec = each.get("spec", {})
        selector = spec.get("podSelector") or spec.get("selector") or {}
        assert selector.get("matchLabels", selector) in ({}, labels), each["kind"]
    assert not labels.items() <= one("Pod", manifests)["metadata"]["labels"].items()


@pytest.mark.parametrize("case", CASES)
def test_no_pod_gets_a_token_of_the_cluster(case: str) -> None:
    for each in rendered(CASES[case]):
        if each["kind"] in {"Pod", "ServiceAccount"}:
            told = each if each["kind"] == "ServiceAccount" else each["spec"]
            assert told["automountServiceAccountToken"] is False
    assert pod(CASES[case])["automountServiceAccountToken"] is False


def test_the_jobs_and_instances_are_those_that_alerts_look_for_whatever_the_release() -> None:
    (endpoint,) = one("ServiceMonitor", rendered(MONITORING))["spec"]["endpoints"]
    given = {each["targetLabel"]: each["replacement"] for each in endpoint["relabelings"]}
    assert given == {"job": "duplistatus", "instance": ADDRESS}
    replicas = rendered({**TWO, **MONITORING})
    fleet = one("ScrapeConfig", replicas)["spec"]
    assert (fleet["jobName"], fleet["staticConfigs"]) == ("duplistatus", [{"targets": [ADDRESS]}])
    (own,) = one("PodMonitor", replicas)["spec"]["podMetricsEndpoints"]
    assert own["relabelings"] == [{"targetLabel": "job", "replacement": "duplistatus-replicas"}]
    text = "".join(rule.expression for rule in RULES)
    assert 'job="duplistatus"' in text
    assert 'job="duplistatus-replicas"' in text
    theirs = one("ScrapeConfig", MANIFESTS_OF_REPLICAS)["spec"]
    assert (fleet["params"], own["params"]) == (theirs["params"], {"part": ["daemon"]})


def test_what_the_operator_selects_by_is_on_all_that_is_for_it() -> None:
    for values in (MONITORING, {**TWO, **MONITORING}):
        found = {
            each["kind"]: each["metadata"]["labels"]["release"]
            for each in rendered(values)
            if "coreos.com" in each["apiVersion"]
        }
        assert found.pop("PrometheusRule") == "monitoring"
        assert {*found.values()} == {"kube-prometheus-stack"}


def _files(values: Values, folder: Path) -> dict[str, str]:
    """Lay the Secrets of some values where a pod would see them; return the pod's environment."""
    stored = {
        each["metadata"]["name"]: each["stringData"]
        for each in rendered(values)
        if each["kind"] == "Secret"
    }
    spec = pod(values)
    (container,) = spec["containers"]
    mounted = {each["name"]: folder / each["mountPath"][1:] for each in container["volumeMounts"]}
    for volume in spec["volumes"]:
        sources = volume.get("projected", {}).get("sources", [])
        names = [each["secret"]["name"] for each in sources]
        names += [volume["secret"]["secretName"]] if "secret" in volume else []
        for name in names:
            mounted[volume["name"]].mkdir(parents=True)
            for key, content in stored[name].items():
                (mounted[volume["name"]] / key).write_text(content, encoding="utf-8")
    given = {each["name"]: each["value"] for each in container.get("env", [])}
    return {name: value.replace("/", f"{folder}/", 1) for name, value in given.items()}


def test_the_daemon_takes_tokens_and_configuration_from_where_the_chart_puts_them(
    tmp_path: Path,
) -> None:
    variables = _files({**TOKENS, **CONFIG}, tmp_path)
    with Daemon(tmp_path, *ANY_PORT, variables=variables) as daemon:
        assert daemon.post(reports.documented()).status_code == 401
        sent = daemon.post(reports.documented(), headers={"Authorization": f"Bearer {UPLOAD}"})
        assert sent.status_code == 200, sent.text
        for token, path in ((READ, "jobs"), (METRICS, "health"), (ADMIN, "jobs")):
            assert daemon.get(f"/api/{path}").status_code == 401
            asked = daemon.get(f"/api/{path}", Authorization=f"Bearer {token}")
            assert asked.status_code == 200, asked.text
        (job,) = daemon.get("/api/jobs", Authorization=f"Bearer {READ}").json()["data"]["jobs"]
        assert (job["tolerance"], job["schedule"]) == ("2h", "every 1w")


def test_what_a_secret_of_ones_own_may_hold_are_secrets_that_the_daemon_knows() -> None:
    (secret,) = [each for each in rendered(TOKENS) if each["kind"] == "Secret"]
    known = {option.name for option in OPTIONS if option.file_variable in secrets.VARIABLES}
    assert {*secret["stringData"]} <= known
    (volume,) = [each for each in pod(TWO)["volumes"] if each["name"] == "secrets"]
    (source,) = volume["projected"]["sources"]
    assert [each["path"] for each in source["secret"]["items"]] == ["database"]
    assert "database" in known


def test_another_configuration_starts_other_pods() -> None:
    def annotations(values: Values) -> object:
        return workload(values)["template"]["metadata"]["annotations"]

    assert annotations(CONFIG) != annotations({"config": {"text": 'tolerance = "3h"\n'}})
    assert annotations(TOKENS) != annotations({})


def test_the_network_policy_is_narrowed_and_widened() -> None:
    spec = one("NetworkPolicy", rendered({**TWO, **POLICY}))["spec"]
    (allowed,) = spec["ingress"]
    assert allowed["from"] == POLICY["networkPolicy"]["from"]
    ports = [port["port"] for rule in spec["egress"] for port in rule["ports"]]
    assert ports == [5432, 53, 53, 443]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "port-forward service/duplistatus 9666:9666"),
        ({}, "exec duplistatus-0 -- cat /data/duplistatus.sqlite.admin-token"),
        ({}, f"http://{ADDRESS}\n"),
        (INGRESS, "  https://b.example/\n"),
        (INGRESS, "set trusted_proxies"),
        (TWO, "There is no admin token"),
        (CONFIG, "networkPolicy.extraEgress"),
    ],
)
def test_people_are_told_what_to_do_next(values: Values, said: str) -> None:
    assert said in notes(values)


def test_the_image_keeps_its_admin_token_where_the_notes_look_for_it() -> None:
    (container,) = pod({})["containers"]
    assert {"name": "data", "mountPath": "/data"} in container["volumeMounts"]
    assert notes(TOKENS).count("admin-token") == 0
