"""An offering and its staff, signed in."""

import pytest

from tests.factories import (
    NINE_AM,
    make_day,
    make_enrollment,
    make_offering,
    make_user,
    sign_in,
)
from tests.views.desk import NAMES
from tracker.models.staff import Role


@pytest.fixture
def offering(app):
    offering = make_offering()
    make_day(offering)
    return offering


@pytest.fixture
def ada(offering):
    return make_enrollment(offering=offering, name="Ada Lovelace", agency="Agency A")


@pytest.fixture
def user(offering):
    return make_user(Role.COORDINATOR, offering, name="Cora Coordinator")


@pytest.fixture
def staff(app, offering, session):
    """Sign in as somebody with a role in the offering; gives a browser."""

    def browser(role=Role.COORDINATOR, user=None):
        client = app.test_client()
        sign_in(client, user or make_user(role, offering), now=NINE_AM)
        session.commit()
        return client

    return browser


@pytest.fixture
def coordinator(staff, user, ada):
    return staff(user=user)


@pytest.fixture
def people(offering):
    return [make_enrollment(offering=offering, name=name) for name in NAMES]


@pytest.fixture
def instructor(staff, people):
    return staff(Role.INSTRUCTOR)
