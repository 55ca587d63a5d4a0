"""Runs tests/js with the Node.js that comes inside Playwright's wheel.

So the tests of our modules need no program that `make test` does not bring.
"""

import subprocess
from pathlib import Path

import playwright
import pytest

NODE = Path(playwright.__file__).parent / "driver" / "node"
FILES = sorted((Path(__file__).parent / "js").glob("*.test.mjs"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_tests_of_a_module_pass(path):
    run = subprocess.run(
        [NODE, "--test", "--test-reporter=tap", path],
        capture_output=True,
        text=True,
        check=False,
    )

    counts = dict(
        line.removeprefix("# ").split(" ", 1)
        for line in run.stdout.splitlines()
        if line.startswith("# ") and line.count(" ") == 2
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert counts["pass"] == counts["tests"] != "0"
