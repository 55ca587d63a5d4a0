"""Limits: a burst, then one at a time; shared by everything that counts at once."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.committed import committed_app, make_url
from tests.conftest import ENGINES
from tests.factories import NINE_AM
from tracker.db import db
from tracker.errors import TooManyRequestsError
from tracker.models import RateLimit
from tracker.services import limits

KEY = ("code mail", "alex@example.org")


def is_allowed(key=KEY, *, per_seconds=60, burst=3, now=NINE_AM):
    try:
        limits.spend(key, per_seconds, burst, now=now)
    except TooManyRequestsError:
        return False
    return True


def test_a_burst_is_allowed_and_then_no_more(app):
    assert [is_allowed() for _ in range(5)] == [True, True, True, False, False]


def test_a_refusal_says_when_to_come_again(app):
    for _ in range(3):
        limits.spend(KEY, 60, 3, now=NINE_AM)

    with pytest.raises(TooManyRequestsError) as refused:
        limits.spend(KEY, 60, 3, now=NINE_AM + timedelta(seconds=20))

    assert refused.value.retry_after == 40
    assert refused.value.message == "That was tried too often. Please wait 40 seconds."


def test_one_comes_back_at_a_time(app):
    for _ in range(3):
        limits.spend(KEY, 60, 3, now=NINE_AM)
    minute = timedelta(seconds=60)

    assert not is_allowed(now=NINE_AM + 0.99 * minute)
    assert is_allowed(now=NINE_AM + minute)
    assert not is_allowed(now=NINE_AM + 1.5 * minute)
    assert is_allowed(now=NINE_AM + 2 * minute)


def test_a_long_pause_brings_back_the_burst_and_not_more(app):
    for _ in range(3):
        limits.spend(KEY, 60, 3, now=NINE_AM)
    later = NINE_AM + timedelta(days=1)

    assert [is_allowed(now=later) for _ in range(4)] == [True, True, True, False]


def test_every_key_has_a_limit_of_its_own(app):
    assert [is_allowed(("a", "bc"), burst=1) for _ in range(2)] == [True, False]
    assert is_allowed(("ab", "c"), burst=1)
    assert is_allowed(("a", "b", "c"), burst=1)


def test_a_refused_try_costs_nothing(app):
    for _ in range(3):
        limits.spend(KEY, 60, 3, now=NINE_AM)
    for _ in range(100):
        is_allowed()

    assert is_allowed(now=NINE_AM + timedelta(seconds=60))


def test_the_table_does_not_say_whom_it_limits(session):
    limits.spend(KEY, 60, 3, now=NINE_AM)

    (row,) = session.scalars(sa.select(RateLimit)).all()
    assert len(row.key) == 32
    assert b"alex" not in row.key


def test_limits_that_are_whole_again_are_deleted(session):
    limits.spend(("old",), 60, 3, now=NINE_AM - timedelta(hours=1))
    limits.spend(("new",), 60, 3, now=NINE_AM)

    limits.delete_full(now=NINE_AM)

    assert session.scalar(sa.select(sa.func.count()).select_from(RateLimit)) == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", ""),
        (None, ""),
        ("unix:", ""),
    ],
)
def test_a_network_is_an_address_or_the_64_bits_before_it(address, network):
    assert limits.network(address) == network


@pytest.mark.parametrize("engine", ENGINES)
def test_threads_at_once_never_get_more_than_the_burst(engine, tmp_path):
    url = make_url(engine, tmp_path)
    with committed_app(url, tmp_path) as app:
        allowed: list[bool] = []

        def spend_ten() -> None:
            for _ in range(10):
                with app.app_context():
                    allowed.append(is_allowed(burst=15))
                    db.session.commit()

        threads = [threading.Thread(target=spend_ten) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert (len(allowed), sum(allowed)) == (40, 15)
