#!/bin/sh
# Make the virtual environment of this checkout, unless it is there and works.
#
#     sh tools/venv.sh [FOLDER]        PYTHON=/path/to/python chooses another
#
# A Python newer than those proven may be ahead of the wheels we need, and comes last.
set -eu

folder=${1:-.venv}
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
proven='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))'

"$folder/bin/python" -c "$new_enough" 2>/dev/null && exit 0

find_python() { # TEST NAME...: print the first NAME that runs and passes TEST
    test=$1
    shift
    for name in "$@"; do
        if "$name" -c "$test" >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    return 1
}

if [ -n "${PYTHON:-}" ]; then
    python=$(find_python "$new_enough" "$PYTHON") || {
        echo "PYTHON=$PYTHON is not a Python 3.11 or newer." >&2
        exit 1
    }
else
    python=$(find_python "$proven" python3 python3.13 python3.12 python3.11 python3.14) ||
        python=$(find_python "$new_enough" python3) || {
        echo "Muster needs Python 3.11 or newer; none was found." >&2
        exit 1
    }
fi

add_debian_venv() { # Debian keeps venv in a package of its own
    command -v apt-get >/dev/null || return 1
    as_root=
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null || return 1
        as_root="sudo -n"
    fi
    # shellcheck disable=SC2086  # empty, or two words on purpose
    $as_root apt-get update -qq && $as_root apt-get install -y -qq python3-venv
}

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null && ! add_debian_venv >&2; then
    echo "$python cannot make virtual environments." \
        "Install its venv module (on Debian: apt-get install python3-venv)." >&2
    exit 1
fi
"$python" -m venv --clear "$folder"
