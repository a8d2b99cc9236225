# Short names for what README.md and CONTRIBUTING.md say at length: `just check`. What stands
# behind each can be run without just. Arguments go on to it.

set positional-arguments

python := ".venv-dev/bin/python"

# Say what there is
default:
    @just --list

# Run the daemon here
run *arguments:
    deploy/start "$@"

# Show a made-up fleet
demo *arguments:
    deploy/demo "$@"

# Every check, as CI runs it; arguments go to pytest
check *arguments:
    tests/run "$@"

# Lint, types and the fast tests, in under a minute
quick *arguments:
    tests/run --quick "$@"

# Put the code into its form
fmt:
    .venv-dev/bin/ruff check --fix .
    .venv-dev/bin/ruff format .

# The tests with the oldest versions of what the daemon needs
lowest *arguments:
    tests/tools/lowest "$@"

# Write the dashboards anew
dashboards:
    {{ python }} -m grafana.source

# Measure the daemon against its floors
bench *arguments:
    {{ python }} -m tests.tools.bench "$@"

# Load it for long, kill it, let all senders come at once
soak *arguments:
    {{ python }} -m tests.tools.soak "$@"

# Look for bodies that no parser expects
fuzz *arguments:
    .venv-dev/bin/pip install --quiet --group fuzz
    {{ python }} -m tests.tools.fuzz "$@"

# Draw the page in every state into a folder
pictures folder:
    {{ python }} -m tests.browser.screenshots "$1"

# Build the container
container:
    docker build --file deploy/docker/Dockerfile --tag ghcr.io/duplistatus/exporter:latest .
