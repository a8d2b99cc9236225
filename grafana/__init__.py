"""What Grafana loads: dashboards and their provisioning; `grafana.build` writes the dashboards."""
