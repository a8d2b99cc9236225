"""Writes the dashboards into grafana/dashboards and grafana/import."""

from grafana.source.writing import write

if __name__ == "__main__":
    write()
