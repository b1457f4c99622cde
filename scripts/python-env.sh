# Finds a Python, makes .venv in the checkout and installs what a lock file names. Sourced by start, check and test.
#
# Sets $checkout and $bin. Everything is stamped inside .venv, so that a second run neither installs nor needs a
# network; packages come only with the hashes of the lock.
# shellcheck shell=sh

checkout=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
venv=$checkout/.venv
bin=$venv/bin
stamps=$venv/aegis-stamps

is_suitable() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 12))' 2>/dev/null
}

# Prints each place a Python may be at, the best tested version first.
list_pythons() {
    printf '%s\n' ${AEGIS_PYTHON:+"$AEGIS_PYTHON"} python3.13 python3.12 python3.14 python3 python
    if command -v uv >/dev/null 2>&1; then
        uv python find --system '>=3.12' 2>/dev/null || true
    fi
    for version in 3.13 3.12 3.14; do
        for python in "${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/"$version".*/bin/python; do
            printf '%s\n' "$python"
        done
    done
}

find_python() {
    list_pythons | while IFS= read -r python; do
        if is_suitable "$python"; then
            printf '%s\n' "$python"
            break
        fi
    done
}

# A venv is usable where its interpreter runs and it was made for this very path, which its commands contain.
is_usable() {
    "$bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null &&
        [ "$(cat "$stamps/checkout" 2>/dev/null || echo "$checkout")" = "$checkout" ]
}

make_venv() {
    if ! is_usable; then
        python=$(find_python)
        if [ -z "$python" ]; then
            echo "Aegis needs Python 3.12 or newer with its venv module: install one, for example with" \
                "'apt-get install python3.12-venv', 'brew install python@3.13' or 'uv python install 3.13'." >&2
            exit 1
        fi
        echo "Making .venv with $python" >&2
        rm -rf "$stamps"
        "$python" -m venv --clear "$venv"
    fi
    mkdir -p "$stamps"
    printf '%s\n' "$checkout" >"$stamps/checkout"
}

pip_install() {
    "$bin/python" -m pip install --quiet --no-input --disable-pip-version-check "$@"
}

# install_from LOCK [LOCK THAT IT CONTAINS]...
install_from() {
    make_venv
    if ! cmp -s "$checkout/$1" "$stamps/$1"; then
        echo "Installing from $1" >&2
        pip_install --require-hashes -r "$checkout/$1"
        for lock in "$@"; do
            cp "$checkout/$lock" "$stamps/$lock"
        done
    fi
    if ! cmp -s "$checkout/pyproject.toml" "$stamps/pyproject.toml"; then
        pip_install --no-deps --no-build-isolation --editable "$checkout"
        cp "$checkout/pyproject.toml" "$stamps/pyproject.toml"
    fi
}
