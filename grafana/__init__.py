"""What Grafana loads: dashboards and their provisioning; `grafana.source` writes the dashboards."""
