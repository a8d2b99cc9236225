# Sourced by deploy/start, deploy/demo and tests/run: a Python environment and Debian's packages.

# Print the first Python of 3.11 or later.
find_python() {
    local candidate
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Python 3.11 or later is needed; this machine has $(python3 --version 2>&1)." >&2
    return 1
}

# Install Debian packages where this user may; else say which are missing.
install_packages() {
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            echo "Please install first: sudo apt-get install $*" >&2
            return 1
        fi
        as_root=(sudo -n)
    fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Say whether an environment's pip installs dependency groups: 25.1 or later, and Python may bring an
# older one.
knows_groups() {
    "$1/bin/pip" install --help | grep -e '--group' >/dev/null
}

# make_environment FOLDER PIP_ARGUMENTS…: a virtual environment with what pip is told to install.
make_environment() {
    local folder=$1 python
    shift
    python=$(find_python)
    if [ ! -x "$folder/bin/pip" ]; then
        if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            install_packages "$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')"
        fi
        rm -rf "$folder"
        "$python" -m venv "$folder"
    fi
    if [[ " $* " = *" --group "* ]] && ! knows_groups "$folder"; then
        "$folder/bin/pip" install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
    fi
    "$folder/bin/pip" install --quiet --disable-pip-version-check "$@"
}
