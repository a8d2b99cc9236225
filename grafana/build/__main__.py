"""Writes the dashboards into grafana/dashboards."""

from grafana.build.writing import write

if __name__ == "__main__":
    write()
