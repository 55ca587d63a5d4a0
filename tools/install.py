"""Install what one kind of work needs into the environment that runs this.

    python -m tools.install run|test|lint

A stamp remembers the content of the requirement files, so that a second call
returns at once, and a changed pin is noticed even when a clone or a checkout
has given every file a new time.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

COVERS = {"run": ["run"], "test": ["run", "test"], "lint": ["run", "test", "lint"]}
"""Each kind of work needs the pins of those before it, too."""


def main() -> None:
    """Install what the kind of work named on the command line needs."""
    if len(sys.argv) != 2 or sys.argv[1] not in COVERS:
        sys.exit("usage: python -m tools.install run|test|lint")
    install(sys.argv[1])


def install(work: str) -> None:
    """Bring the environment to the pins of `work`, unless it is there already."""
    if is_installed(work):
        return
    print(f"Installing what `{work}` needs; this takes a minute or two.", flush=True)
    pip_install("-r", str(ROOT / "requirements" / f"{work}.txt"))
    pip_install("--no-deps", "--editable", str(ROOT))
    for covered in COVERS[work]:
        stamp_path(covered).write_text(digest(covered))


def pip_install(*arguments: str) -> None:
    """Run pip quietly; what it says when it fails stays on the screen."""
    command = [sys.executable, "-m", "pip", "install", "-qq", "--no-input"]
    command += ["--disable-pip-version-check", *arguments]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit("Installing failed; the lines above say why.")


def is_installed(work: str) -> bool:
    """Say whether the environment was last brought to exactly these pins."""
    stamp = stamp_path(work)
    return stamp.exists() and stamp.read_text() == digest(work)


def stamp_path(work: str) -> Path:
    """Where the environment remembers what it was brought to."""
    return Path(sys.prefix) / f"installed-{work}"


def digest(work: str) -> str:
    """Condense everything the installation depends on: pins, project, place."""
    files = [ROOT / "requirements" / f"{name}.txt" for name in COVERS[work]]
    content = [path.read_bytes() for path in [*files, ROOT / "pyproject.toml"]]
    place = f"{ROOT} {sys.version}".encode()
    return hashlib.sha256(b"\0".join([place, *content])).hexdigest()


if __name__ == "__main__":
    main()
