"""Commands that serve: the production server, and everything at once for a try."""

import multiprocessing
import os
import signal
import socket
import threading
from multiprocessing.process import BaseProcess

import click
from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from tracker import create_app, links, served_origin
from tracker.cli import demo
from tracker.cli.root import OUTDATED, fail, is_outdated, main, open_app
from tracker.config import PACKAGE
from tracker.db import db
from tracker.services import catalogue, database, jobs

LOCAL = "127.0.0.1"
STOP_SECONDS = 30
PORT = click.IntRange(1, 65535)


@main.command()
@click.option("--host", default=LOCAL, show_default=True)
@click.option("--port", type=PORT, default=5000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option(
    "--threads",
    type=click.IntRange(1, 64),
    help="Per worker.  [default: 4, or 1 on SQLite]",
)
def serve(host: str, port: int, workers: int, threads: int | None) -> None:
    """Serve the application until SIGTERM; requests in flight are finished.

    Refuses to start on a database that is behind its migrations. No request is
    logged: addresses hold codes.
    """
    is_named = _name_local_address(port)
    _refuse_taken(host, port)
    with open_app():
        if is_outdated():
            fail(OUTDATED)
        _keep_local_address(is_named=is_named)
        server = make_server(host, port, workers, threads)
    click.echo(f"Serving on http://{host}:{port}. Stop it with Ctrl-C or SIGTERM.")
    server.serve()


@main.command()
@click.option("--port", type=PORT, default=5000, show_default=True)
def run(port: int) -> None:
    """Serve on this machine with nothing to prepare: schema, demo, worker, server.

    Run again: starts at once and keeps the data.
    """
    is_named = _name_local_address(port)
    _refuse_taken(LOCAL, port)
    with open_app() as app:
        _keep_local_address(is_named=is_named)
        database.upgrade(db.engine)
        if not catalogue.list_offerings():
            click.echo("Loading the demo; this takes a few seconds.")
            demo.load_demo()
        db.session.rollback()
        click.echo(demo.describe_demo(pairs=True))
        server = make_server(LOCAL, port, workers=2, threads=None)
    click.echo("Stop it with Ctrl-C. Run again: starts at once and keeps the data.")
    end_jobs = jobs.start_thread(app)
    try:
        server.serve()
    finally:
        end_jobs()


def make_server(host: str, port: int, workers: int, threads: int | None) -> MPServer:
    """Configure granian; each worker builds the application itself.

    SQLite has one writer at a time: more threads would only wait for each other.
    A worker that dies is started again.
    """
    multiprocessing.set_start_method("spawn", force=True)  # nothing open is inherited
    is_sqlite = db.engine.dialect.name == "sqlite"
    return MPServer(
        f"{__name__}:create_worker",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads or (1 if is_sqlite else 4),
        factory=True,
        working_dir=PACKAGE.parent,
        log_level=LogLevels.warning,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    )


def create_worker() -> Flask:
    """Build a worker's application; the worker ends when its server is gone.

    A server that was killed cannot end its workers, and a port they still held
    would keep the next one from starting.
    """
    if server := multiprocessing.parent_process():
        watch = threading.Thread(target=_end_with, args=(server,), daemon=True)
        watch.start()
    app: Flask = create_app()
    return app


def _end_with(server: BaseProcess) -> None:
    server.join()
    os.kill(os.getpid(), signal.SIGTERM)


def _name_local_address(port: int) -> bool:
    """Name the public address where nobody has: links in mail lead to it.

    Returns:
        Whether it had to be named.
    """
    if os.environ.get("TRACKER_BASE_URL"):
        return False
    os.environ["TRACKER_BASE_URL"] = f"http://{LOCAL}:{port}"
    return True


def _keep_local_address(*, is_named: bool) -> None:
    """Let commands in other terminals print links that lead to this server."""
    if is_named:
        settings = links.settings()
        served_origin.keep_origin(settings.instance, settings.base_url)


def _refuse_taken(host: str, port: int) -> None:
    """Say that a port is taken: granian would share it with another server."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            fail(f"Port {port} of {host} cannot be used: {error.strerror}.")
