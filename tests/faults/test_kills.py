"""kill -9 under eight scanning clients: nothing acknowledged is lost (I2)."""

import pytest

from tests.faults.kills import run_kills

pytestmark = pytest.mark.slow


@pytest.mark.timeout(900)  # fifty servers start anew: on a busy machine each takes long
@pytest.mark.parametrize(("engine", "kills"), [("postgresql", 50), ("sqlite", 12)])
def test_no_acknowledged_scan_is_lost_whatever_is_killed(engine, kills, tmp_path):
    """Seen red with `synchronous_commit=off`: answers were given that no row bears."""
    found = run_kills(engine, kills, tmp_path, seed=kills)

    assert (found.lost, found.broken, found.refused) == ([], [], [])
    assert found.kills.total() == kills
    assert min(found.kills.values()) >= 1
    assert found.acknowledged > kills
    assert found.unclear > 0, "no kill met a request under way"
