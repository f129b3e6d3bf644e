#!/bin/sh
# Sets up everything that `make demo` and `make test` need: sh tests/setup.sh PYTHON VENV
# Debian packages are installed with apt-get where we may, and named in one line where we may not.
set -eu
python=$1
venv=$2

missing=
command -v iverilog >/dev/null || missing="$missing iverilog"
command -v sta >/dev/null || missing="$missing opensta"
command -v ccache >/dev/null || missing="$missing ccache"
command -v g++ >/dev/null || missing="$missing g++"
command -v perl >/dev/null || missing="$missing perl"
"$python" -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
if [ -n "$missing" ]; then
    install="apt-get update && apt-get install -y$missing"
    if [ "$(id -u)" = 0 ]; then
        echo "Installing Debian packages:$missing"
        sh -c "export DEBIAN_FRONTEND=noninteractive; $install" >/dev/null
    elif sudo -n true 2>/dev/null; then
        echo "Installing Debian packages with sudo:$missing"
        sudo sh -c "export DEBIAN_FRONTEND=noninteractive; $install" >/dev/null
    else
        echo "Debian packages are missing. As root, run this one line, then try again:"
        echo "  $install"
        exit 1
    fi
fi

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Macwright needs Python 3.11 or newer; $python is $("$python" -V). Try: make PYTHON=python3.11"
    exit 1
}
[ -x "$venv/bin/python" ] || {
    echo "Creating the virtual environment $venv"
    "$python" -m venv "$venv"
}
echo "Installing Macwright and its Python packages into $venv (about 700 MB; a minute or two)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -e '.[asic,fpga,plots,demo,dev]'
