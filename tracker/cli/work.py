"""The command that does what nobody asks for: mail, certificates, clearing up."""

import signal
import threading

import click

from tracker.cli.root import main, make_app
from tracker.services import jobs


@main.command("worker")
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
def run_worker(once: bool) -> None:
    """Send mail and do what else is due, until SIGTERM; several may run at once.

    The message at hand is finished first.
    """
    app, stop = make_app(), threading.Event()
    if once:
        for job in jobs.JOBS:
            jobs.run_job(app, job, stop)
        click.echo("Done.")
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    click.echo("The worker runs. Stop it with Ctrl-C or SIGTERM.")
    jobs.run(app, stop)
    click.echo("The worker has ended.")
