"""Write requirements/*.txt: exact versions, without the address of any index.

    python -m tools.pins        (with Python 3.11, the oldest we serve)

Everything is resolved once together, so that the three files agree; then each
kind of work is installed by itself into a clean environment, to learn which of
those pins are its own.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from tools.install import COVERS, ROOT

EXTRAS = {"run": ["postgres"], "test": ["test"], "lint": ["lint"]}
PIN = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+")


def main() -> None:
    """Resolve anew and write the three files."""
    wanted = {work: wishes(work) for work in COVERS}
    everything = resolve([wish for list_ in wanted.values() for wish in list_], [])
    before: set[str] = set()
    for work, covered in COVERS.items():
        wish_list = [wish for name in covered for wish in wanted[name]]
        pins = set(resolve(wish_list, everything))
        write(work, sorted(pins - before))
        before |= pins


def wishes(work: str) -> list[str]:
    """Read from pyproject.toml what one kind of work adds, as ranges."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    own = project["dependencies"] if work == "run" else []
    extras = project["optional-dependencies"]
    return [*own, *(wish for extra in EXTRAS[work] for wish in extras[extra])]


def resolve(wish_list: list[str], constraints: list[str]) -> list[str]:
    """Install into a clean environment and list the exact versions, sorted."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        limits = Path(folder, "constraints.txt")
        limits.write_text("\n".join(constraints))
        pip = [f"{folder}/bin/python", "-m", "pip"]
        subprocess.run([*pip, "install", "-qq", "-c", limits, *wish_list], check=True)
        frozen = subprocess.run(
            [*pip, "freeze"], check=True, capture_output=True, text=True
        )
    pins = [line.lower().replace("_", "-") for line in frozen.stdout.split("\n")]
    return sorted(pin for pin in pins if PIN.fullmatch(pin))


def write(work: str, pins: list[str]) -> None:
    """Write one file; it opens with the file whose pins it builds on."""
    lines = ["# Written by `make pins` from the ranges in pyproject.toml."]
    lines += [f"-r {name}.txt" for name in COVERS[work][-2:-1]]
    path = ROOT / "requirements" / f"{work}.txt"
    path.write_text("\n".join([*lines, *pins]) + "\n")


if __name__ == "__main__":
    main()
