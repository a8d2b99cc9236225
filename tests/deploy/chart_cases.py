"""Values that people may give the chart, each for a feature, and all of them at once."""

from tests.deploy.chart import Values

UPLOAD, READ, METRICS, ADMIN = (f"{name}-token-of-a-test" for name in ("u", "r", "m", "a"))
POSTGRESQL: Values = {"postgresql": {"existingSecret": "duplistatus-db-app", "key": "uri"}}
TWO: Values = {**POSTGRESQL, "replicas": 2}
TOKENS: Values = {
    "tokens": {
        "upload": [UPLOAD, f"{UPLOAD}-2 nas"],
        "read": [READ],
        "metrics": [METRICS],
        "admin": [ADMIN],
    }
}
TOML = """\
tolerance = "2h"

[[override]]
server = "server-*"
schedule = "every 1w"
"""
CONFIG: Values = {"config": {"text": TOML}}
INGRESS: Values = {
    "ingress": {
        "enabled": True,
        "className": "nginx",
        "annotations": {"nginx.ingress.kubernetes.io/proxy-body-size": "33m"},
        "hosts": [{"host": "b.example", "paths": [{"path": "/", "pathType": "Prefix"}]}],
        "tls": [{"secretName": "backups-tls", "hosts": ["b.example"]}],
    }
}
MONITORING: Values = {
    "serviceMonitor": {"enabled": True, "tokenSecret": {"name": "scraping"}},
    "prometheusRule": {"enabled": True, "labels": {"release": "monitoring"}},
    "dashboards": {"enabled": True},
}
POLICY: Values = {
    "networkPolicy": {
        "from": [
            {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}
        ],
        "extraEgress": [{"ports": [{"port": 443}]}],
    }
}
POD: Values = {
    "imagePullSecrets": [{"name": "registry"}],
    "podLabels": {"team": "backups"},
    "podAnnotations": {"example.org/why": "a test"},
    "nodeSelector": {"kubernetes.io/arch": "arm64"},
    "tolerations": [{"key": "backups", "operator": "Exists", "effect": "NoSchedule"}],
    "affinity": {"podAffinity": {}},
    "priorityClassName": "high",
    "extraArgs": ["--keep-runs", "365d"],
    "extraEnv": [{"name": "DUPLISTATUS_TIMEZONE", "value": "Europe/Berlin"}],
    "extraVolumes": [{"name": "ca", "configMap": {"name": "ca"}}],
    "extraVolumeMounts": [{"name": "ca", "mountPath": "/etc/ca", "readOnly": True}],
    "readinessProbe": {"periodSeconds": 7},
    "resources": {"limits": {"memory": "2Gi"}},
}
SERVICE: Values = {"service": {"type": "LoadBalancer", "externalTrafficPolicy": "Local"}}
ALL: Values = {**TOKENS, **CONFIG, **INGRESS, **MONITORING, **POLICY, **POD, **SERVICE}

CASES: dict[str, Values] = {
    "the defaults": {},
    "PostgreSQL": POSTGRESQL,
    "two replicas": TWO,
    "two replicas without a budget": {**TWO, "podDisruptionBudget": {"enabled": False}},
    "tokens": TOKENS,
    "tokens of another Secret": {"tokens": {"existingSecret": "mine"}},
    "a configuration file": CONFIG,
    "a configuration file of another Secret": {"config": {"existingSecret": "mine"}},
    "an Ingress": INGRESS,
    "monitoring": MONITORING,
    "monitoring of replicas": {**TWO, **MONITORING},
    "no NetworkPolicy": {"networkPolicy": {"enabled": False}},
    "a narrower NetworkPolicy": POLICY,
    "a narrower NetworkPolicy of replicas": {**TWO, **POLICY},
    "everything of the pod": POD,
    "a Service for the outside": SERVICE,
    "a storage class": {"persistence": {"storageClass": "local", "annotations": {"a": "b"}}},
    "a claim that there is": {"persistence": {"existingClaim": "mine"}},
    "the namespace's account": {"serviceAccount": {"create": False}},
    "another account": {"serviceAccount": {"name": "mine", "annotations": {"a": "b"}}},
    "a cluster that chooses users": {"podSecurityContext": {"runAsUser": None, "fsGroup": None}},
    "no security of its own": {"podSecurityContext": None, "securityContext": None},
    "other names": {"nameOverride": "reports", "fullnameOverride": "mine"},
    "everything": ALL,
    "everything with replicas": {**ALL, **TWO},
}

REFUSED: dict[str, tuple[Values, str]] = {
    "two daemons for one file": ({"replicas": 2}, "a SQLite database has one daemon"),
    "no daemon": ({"replicas": 0}, "at '/replicas': minimum: got 0, want 1"),
    "half a daemon": ({"replicas": 1.5}, "at '/replicas'"),
    "a name that there is not": ({"replica": 2}, "additional properties 'replica' not allowed"),
    "a misspelt name deep inside": (
        {"ingress": {"classname": "nginx"}},
        "at '/ingress': additional properties 'classname' not allowed",
    ),
    "a short token": (
        {"tokens": {"upload": ["secret"]}},
        "at '/tokens/upload/0': minLength: got 6, want 16",
    ),
    "two tokens in one": (
        {"tokens": {"upload": [f"{UPLOAD}\n{READ}"]}},
        "at '/tokens/upload/0'",
    ),
    "tokens twice": (
        {"tokens": {"admin": [ADMIN], "existingSecret": "mine"}},
        "leave existingSecret empty",
    ),
    "two configuration files": (
        {"config": {"text": "a", "existingSecret": "mine"}},
        "there is one configuration file",
    ),
    "two databases": (
        {**POSTGRESQL, "persistence": {"existingClaim": "mine"}},
        "either on a volume or in PostgreSQL",
    ),
    "a budget that empties no node": (
        {**TWO, "podDisruptionBudget": {"minAvailable": 2}},
        "no node with a daemon could ever be emptied",
    ),
    "a number as a variable": (
        {"extraEnv": [{"name": "DUPLISTATUS_MAX_JOBS", "value": 7}]},
        "at '/extraEnv/0/value': got number, want string",
    ),
    "an interval without a unit": (
        {"serviceMonitor": {"interval": "30"}},
        "at '/serviceMonitor/interval': '30' does not match pattern",
    ),
    "a size that is none": ({"persistence": {"size": "much"}}, "at '/persistence/size'"),
    "a policy that there is not": (
        {"image": {"pullPolicy": "Sometimes"}},
        "value must be one of 'Always', 'IfNotPresent', 'Never'",
    ),
    "a name in capitals": ({"fullnameOverride": "Mine"}, "at '/fullnameOverride'"),
    "a path without its slash": (
        {"ingress": {"hosts": [{"host": "a", "paths": [{"path": "x", "pathType": "Exact"}]}]}},
        "at '/ingress/hosts/0/paths/0/path'",
    ),
}
