"""The smallest Flask application, as a limit: what the framework alone takes."""

from flask import Flask, request


def create_app() -> Flask:
    """Build an application that reads a body and answers with a constant."""
    app = Flask(__name__)
    app.add_url_rule("/bare", "bare", answer, methods=["POST"])
    return app


def answer() -> dict[str, str]:
    """Read what was sent; answer it with nothing learnt from it."""
    request.get_data()
    return {"outcome": "accepted"}
