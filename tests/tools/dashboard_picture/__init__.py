"""The picture of the overview in the README: `python -m tests.tools.dashboard_picture` draws it.

The panels are those of the committed dashboard with their own queries; a Prometheus answers them
that holds thirty days of the synthetic fleet. Grafana itself is not needed: the page in `page/`
puts each panel into the React component that Grafana publishes for it. There is none for a state
timeline, so that one panel is left out.
"""
