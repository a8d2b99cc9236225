"""Which tests each program runs."""

import os
from typing import NamedTuple

from tests.support import forky

HERE = "tests/tools/newest"


class Check(NamedTuple):
    """Tests, by pytest's arguments, of what a package's programs make of the shipped files."""

    package: str
    what: str
    tests: tuple[str, ...]


CHECKS = (
    Check(
        "promtool",
        "rules, their unit tests, configurations, exported and scraped metrics",
        (
            "tests/rules/test_rule_files.py",
            "tests/deploy/test_docker.py",
            "tests/deploy/test_helm.py",
            "tests/deploy/test_kubernetes.py",
            "tests/deploy/test_prometheus.py",
            "tests/deploy/test_shipped.py",
            "tests/docs/test_alerts.py",
            "tests/docs/test_metrics_page.py",
            "tests/docs/test_prometheus_page.py",
            "tests/process/test_export.py",
        ),
    ),
    Check(
        "prometheus",
        "rules, dashboards and Homepage's queries over thirty days; every scrape protocol",
        (
            "tests/rules/test_history.py",
            "tests/grafana/test_history.py",
            "tests/deploy/test_history.py",
            "tests/tools/synthetic/test_history.py",
            "tests/process/test_prometheus.py",
            f"{HERE}/check_protocols.py",
        ),
    ),
    Check(
        "prometheus-alertmanager",
        "its example, and alerts on their whole way",
        ("tests/rules/test_alertmanager.py", "tests/rules/test_alerting.py"),
    ),
    Check(
        "victoria-metrics",
        "the same queries, the rules, their unit tests, and alerts on their whole way",
        (f"{HERE}/check_answers.py", f"{HERE}/check_victoriametrics.py"),
    ),
    Check("kubectl", "kustomize of every folder", (f"{HERE}/check_folders.py", "-k", "kubectl")),
    Check("kustomize", "build of every folder", (f"{HERE}/check_folders.py", "-k", "build")),
    Check("docker-compose", "config of every Compose file", (f"{HERE}/check_compose.py",)),
)


def first_in_path() -> str:
    """Return a PATH in which the programs of all packages come first.

    Raises:
        NotFetchedError: when a package cannot be had.
    """
    folders = [str(forky.unpacked(check.package) / "usr/bin") for check in CHECKS]
    return os.pathsep.join([*folders, os.environ["PATH"]])
