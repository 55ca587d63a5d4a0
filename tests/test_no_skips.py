"""Under the plugin no_skips, what is skipped has failed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

SKIPPED = {
    "in the test": "import pytest\ndef test_it():\n    pytest.skip('no browser')\n",
    "by a mark": (
        "import pytest\n@pytest.mark.skip(reason='no browser')\ndef test_it(): pass\n"
    ),
    "in a fixture": (
        "import pytest\n@pytest.fixture\ndef it():\n    pytest.skip('no browser')\n"
        "def test_it(it): pass\n"
    ),
    "as a module": (
        "import pytest\npytest.skip('no browser', allow_module_level=True)\n"
    ),
}


@pytest.mark.parametrize("workers", ["0", "1"])
def test_every_way_to_skip_fails_the_run_and_says_why(workers, tmp_path):
    for number, source in enumerate(SKIPPED.values()):
        (tmp_path / f"test_{number}.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "--continue-on-collection-errors"]
    command += ["-p", "xdist", "-p", "tests.no_skips", "-n", workers]
    command += ["-rN", "-c", "/dev/null"]  # without the summary, which CI makes longer

    run = subprocess.run(
        [*command, "--rootdir", tmp_path, tmp_path],
        cwd=ROOT,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1
    assert "skipped" not in run.stdout.splitlines()[-1]
    assert run.stdout.count("no browser; nothing may be skipped here") == len(SKIPPED)
