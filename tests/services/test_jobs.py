"""The worker: it stops in good order, and no job stops the others."""

import signal
import subprocess
import sys
import threading

from tests.committed import environment
from tests.services.mailing import EMAIL, queue, rows, send, wait
from tracker.services import jobs


def test_a_worker_that_is_told_to_stop_takes_nothing_more(mailer, smtp):
    queue(mailer, 3)
    stop = threading.Event()
    stop.set()

    jobs.run_job(mailer, jobs.JOBS[0], stop)

    assert smtp.deliveries == []
    assert [row.attempt_count for row in rows(mailer)] == [0, 0, 0]


def test_what_is_done_is_deleted_after_thirty_days(mailer, smtp):
    queue(mailer)
    send(mailer)
    queue(mailer)

    for days, left in ((29, 2), (2, 1)):
        wait(mailer, days=days)
        jobs.run_job(mailer, jobs.JOBS[-1], threading.Event())
        assert len(rows(mailer)) == left


def test_a_job_that_breaks_is_logged_by_kind_only_and_the_loop_goes_on(mailer, caplog):
    done = threading.Event()

    def break_down(stop):
        raise ValueError(EMAIL)

    broken = jobs.Job("broken", every=60, work=break_down)
    jobs.run_job(mailer, broken, done)
    jobs.run_job(mailer, jobs.Job("next", 60, lambda _stop: done.set()), done)

    assert done.is_set()
    assert [record.getMessage() for record in caplog.records] == [
        "The job broken failed: ValueError"
    ]
    assert EMAIL not in caplog.text


def test_the_thread_beside_the_server_sends_and_ends(mailer, smtp):
    end = jobs.start_thread(mailer)
    queue(mailer, 2)

    smtp.wait_for(2)
    end()

    assert not [t for t in threading.enumerate() if t.name == "jobs"]
    assert all(row.done_at for row in rows(mailer))


def test_the_worker_sends_until_sigterm_and_ends_well(
    mailer, smtp, committed_url, tmp_path
):
    queue(mailer, 2)
    environ = environment(committed_url, tmp_path) | {"TRACKER_MAIL_URL": smtp.url}
    worker = subprocess.Popen(
        [sys.executable, "-c", "from tracker.cli import main; main()", "worker"],
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    smtp.wait_for(2, timeout=30)

    worker.send_signal(signal.SIGTERM)
    output, _ = worker.communicate(timeout=30)

    assert worker.returncode == 0
    assert output.splitlines()[-1] == "The worker has ended."
    assert all(row.done_at for row in rows(mailer))
