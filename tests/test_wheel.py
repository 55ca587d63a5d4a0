"""The wheel runs without the checkout: it carries its templates and migrations."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent

ASK = """
import tracker

client = tracker.create_app().test_client()
answers = [client.get(address) for address in {addresses}]
print(tracker.__file__, *(each.status_code for each in answers), sep="\\n")
for each in answers:
    each.close()
"""
ADDRESSES = ["/readyz", "/", "/offerings/CSTAR13", "/static/css/base.css", "/nothing"]


def run(*command: str | Path, cwd: Path, **environ: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_runs_the_demo_and_its_pages_far_from_the_checkout(tmp_path):
    site = tmp_path / "site"
    run("-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=ROOT)
    (wheel,) = tmp_path.glob("muster_tracker-*.whl")
    install = ["-m", "pip", "install", "-qq", "--no-deps", "--no-index"]
    run(*install, "--target", site, wheel, cwd=tmp_path)
    environ = {"PYTHONPATH": str(site), "TRACKER_INSTANCE": str(tmp_path / "instance")}

    def tracker(*arguments: str) -> str:
        script = site / "bin" / "tracker"
        return run(script, *arguments, cwd=tmp_path, **environ)

    upgraded = json.loads(tracker("upgrade", "--json"))
    assert upgraded
    tracker("demo", "--participants", "3", "--json")
    checks = json.loads(tracker("doctor", "--json"))
    assert checks["ok"]
    assert json.loads(tracker("certificates", "list", "CSTAR13", "--json"))

    printed = run("-c", ASK.format(addresses=ADDRESSES), cwd=tmp_path, **environ)
    place, *statuses = printed.splitlines()
    assert place == str(site / "tracker" / "__init__.py")
    assert statuses == ["200", "200", "200", "200", "404"]


def test_the_wheel_holds_what_runs_and_nothing_of_the_tests(tmp_path):
    run("-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=ROOT)
    (wheel,) = tmp_path.glob("muster_tracker-*.whl")

    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    tops = {name.partition("/")[0] for name in names}
    assert {top.rpartition(".")[2] for top in tops} == {"tracker", "dist-info"}
    shipped = [*ROOT.glob("templates/**/*"), *ROOT.glob("migrations/**/*.py")]
    wanted = {
        f"tracker/{path.relative_to(ROOT).as_posix()}"
        for path in shipped
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted - names == set()
    left_over = [each for each in names if "__pycache__" in each or "secret" in each]
    assert left_over == []
