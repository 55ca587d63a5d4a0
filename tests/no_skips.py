"""A pytest plugin under which a skipped test is a failed one.

`make test` and CI load it with `-p tests.no_skips`: they provide everything the
tests need, so that a test that does not run there is a hole, not a convenience.
The reports are changed where they are made, in xdist's workers too; by the time
they reach the controller, the skip of a whole module is no longer among them.
"""

from collections.abc import Generator

import pytest

Report = pytest.TestReport | pytest.CollectReport


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Report, Report]:
    report = yield
    if not hasattr(report, "wasxfail"):
        fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Report, Report]:
    report = yield
    fail_if_skipped(report)
    return report


def fail_if_skipped(report: Report) -> None:
    """Turn a skip into a failure that names where and why it was skipped."""
    if report.outcome == "skipped" and isinstance(report.longrepr, tuple):
        path, line, reason = report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{path}:{line}: {reason}; nothing may be skipped here"
