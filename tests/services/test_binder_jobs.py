"""Binders in the background: made once, sealed, begun anew, told when they fail."""

import errno
import io
import os
import threading
import zipfile
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.factories import make_user
from tests.filled import EVENING, fill_offering
from tests.views.desk import actions
from tracker import links
from tracker.db import db
from tracker.domain.binders import Scope, Wish
from tracker.errors import ConflictError, GoneError
from tracker.models import Membership
from tracker.models.staff import Role
from tracker.models.task import TaskKind
from tracker.services import (
    binder_links,
    binder_papers,
    jobs_binders,
    jobs_tasks,
    tasks,
)

GO_ON = threading.Event()
TAG = "Quillfeather"


@pytest.fixture
def filled(app, clock):
    clock.moment = EVENING
    for left in files():
        left.unlink()
    return fill_offering(TAG)


@pytest.fixture
def ask(filled, session):
    def act(scope=Scope.WHOLE, key="", user=None):
        task = binder_links.ask(
            filled.offering, Wish(scope, key), user=user or filled.user, now=EVENING
        )
        session.commit()
        return task

    return act


def files():
    folder = links.settings().binders
    return sorted(folder.iterdir()) if folder.is_dir() else []


def work():
    jobs_tasks.work_on_tasks(GO_ON)


def known(filled, now=EVENING):
    return binder_links.find_known(filled.offering, filled.user, now=now)


def link(filled, now=EVENING):
    token = binder_links.make_link(filled.offering, user=filled.user, now=now)
    db.session.commit()
    return token


def use(filled, token, now=EVENING):
    found = binder_links.use_link(filled.offering, token, user=filled.user, now=now)
    db.session.commit()
    return found


def test_it_is_made_sealed_and_names_are_nowhere_in_clear(filled, ask, session):
    ask()
    waiting = known(filled)
    work()
    done = known(filled)
    (path,) = files()

    assert (waiting.progress.state, waiting.is_ready) == ("waiting", False)
    assert (done.progress.state, done.is_ready) == ("done", True)
    assert done.progress.done == done.progress.total == 24
    assert TAG.encode() not in path.read_bytes()
    assert path.read_bytes()[:2] != b"PK"
    assert path.stat().st_mode & 0o077 == 0
    assert actions(session, filled.offering)[-2:] == ["task.ask", "binder.make"]


def test_a_link_downloads_once_and_then_the_file_is_gone(filled, ask, session):
    ask()
    work()
    token = link(filled)

    download = use(filled, token)
    data = b"".join(download.parts)

    assert len(data) == download.size
    assert f"{TAG} Ada" in zipfile.ZipFile(io.BytesIO(data)).read("roster.csv").decode()
    assert files() == []
    assert known(filled).was_downloaded
    with pytest.raises(GoneError):
        use(filled, token)
    with pytest.raises(ConflictError):
        link(filled)
    assert actions(session, filled.offering)[-2:] == ["binder.link", "binder.download"]


def test_a_download_that_breaks_off_needs_another_link_and_ends_the_earlier(
    filled, ask
):
    ask()
    work()
    first = link(filled)
    parts = use(filled, first).parts
    next(parts)
    parts.close()

    with pytest.raises(GoneError):
        use(filled, first)
    second, third = link(filled), link(filled)
    with pytest.raises(GoneError):
        use(filled, second)
    assert b"".join(use(filled, third).parts)[:2] == b"PK"


def test_a_link_expires_with_its_file(filled, ask, session, clock):
    ask()
    work()
    token = link(filled)
    late = EVENING + binder_links.KEPT

    with pytest.raises(GoneError):
        use(filled, token, now=late)
    jobs_binders.delete_expired(GO_ON)
    kept = files()
    clock.moment = late
    jobs_binders.delete_expired(GO_ON)

    assert (len(kept), files()) == (1, [])


def test_asked_twice_it_is_made_once_and_another_one_waits_its_turn(filled, ask):
    assert ask().id == ask().id
    with pytest.raises(ConflictError):
        ask(Scope.NAMELESS)
    work()
    assert ask(Scope.NAMELESS).parameters == {"scope": "nameless", "key": ""}


def test_two_coordinators_have_a_binder_each(filled, ask):
    other = make_user(Role.COORDINATOR, filled.offering)
    mine, theirs = ask(), ask(Scope.NAMELESS, user=other)
    work()
    work()

    assert len(files()) == 2
    assert mine.id != theirs.id
    token = link(filled)
    with pytest.raises(GoneError):
        binder_links.use_link(filled.offering, token, user=other, now=EVENING)


def test_the_newer_binder_lets_the_one_before_go(filled, ask):
    ask()
    work()
    ask(Scope.NAMELESS)
    work()
    jobs_binders.delete_expired(GO_ON)

    assert len(files()) == 1
    assert known(filled).wish == Wish(Scope.NAMELESS)


def test_after_a_worker_has_died_the_next_begins_anew(
    filled, ask, session, clock, monkeypatch
):
    task = ask()

    def die(_batch):
        # As a kill would: no handler of ours runs, and the draft is left behind.
        (draft,) = files()
        os.link(draft, draft.with_name(f"{task.public_id}.left.draft"))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(binder_papers, "read_files", die)
        with pytest.raises(KeyboardInterrupt):
            work()
    work()
    too_early = known(filled).progress.state
    clock.moment = EVENING + tasks.LEASE + timedelta(seconds=1)
    work()

    assert too_early == "working"
    assert known(filled).progress.state == "done"
    assert [path.suffix for path in files()] == [".sealed"]


def test_who_has_lost_the_lease_leaves_nothing(filled, ask, session, clock):
    ask()
    slow = tasks.claim(now=EVENING)
    session.commit()
    clock.moment = EVENING + tasks.LEASE + timedelta(seconds=1)
    quick = tasks.claim(now=clock.moment)
    session.commit()
    assert slow
    assert quick

    jobs_binders.make_binder(slow, GO_ON)
    left = files()
    jobs_binders.make_binder(quick, GO_ON)

    assert (left, len(files())) == ([], 1)


def test_a_worker_told_to_stop_gives_it_back(filled, ask):
    ask()
    stop = threading.Event()
    stop.set()

    jobs_tasks.work_on_tasks(stop)

    assert (known(filled).progress.state, files()) == ("waiting", [])


def test_a_full_disk_is_told_in_plain_words_and_leaves_nothing(
    filled, ask, monkeypatch
):
    def refuse(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    ask()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        work()

    assert known(filled).progress.problems == (jobs_binders.NO_ROOM,)
    assert files() == []
    ask()
    work()
    assert known(filled).is_ready


def test_who_is_no_coordinator_any_more_gets_none(filled, ask, session):
    ask()
    session.query(Membership).delete()
    session.commit()

    work()

    assert known(filled).progress.state == "failed"
    assert files() == []


def test_a_task_holds_whom_it_is_about_sealed(filled, ask, session):
    ask(Scope.PERSON, filled.ada.public_id)
    raw = session.scalar(sa.text("SELECT parameters FROM tasks"))

    assert filled.ada.public_id.encode() not in bytes(raw)
    assert tasks.find_open(filled.offering, TaskKind.BINDER, filled.user) is not None
