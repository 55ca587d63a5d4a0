"""The command that does what nobody asks for: mail, certificates, clearing up."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from tracker.cli.root import main, open_app
from tracker.services import jobs


@main.command("worker")
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
def run_worker(once: bool) -> None:
    """Send mail and do what else is due, until SIGTERM; several may run at once.

    The message at hand is finished first.
    """
    with open_app() as app, stopped_by_signals() as stop:
        if once:
            jobs.run_once(app, stop)
        else:
            click.echo("The worker runs. Stop it with Ctrl-C or SIGTERM.")
            jobs.run(app, stop)
    click.echo("The worker has ended.")


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """Lend an event that SIGTERM and Ctrl-C set, instead of ending the process."""
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
