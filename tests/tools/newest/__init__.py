"""What is shipped, tried by the newest programs that read it: `python -m tests.tools.newest`.

Prometheus, Alertmanager, VictoriaMetrics, kubectl, kustomize and Docker Compose come from Debian's
next release. Most of the tests are those of tests/run with these programs first in PATH; modules
here called check_*.py are tried by this tool only.
"""
