"""The typesetter under what people type, and under several threads."""

import threading
import traceback

import pytest

from tests.printed import ISSUED_AT, make_certificate, text_of
from tracker.documents import MissingGlyphError, render_certificate


def test_a_character_that_only_the_systems_fonts_have_is_printed():
    document = make_certificate(name="Նմուշ Անձ")

    assert "Նմուշ Անձ" in text_of(render_certificate(document, issued_at=ISSUED_AT))


def test_a_character_that_no_font_has_is_named_and_nothing_else_of_the_name():
    name = "Sample \u0378 Person \u0378\u0379"

    with pytest.raises(MissingGlyphError) as caught:
        render_certificate(make_certificate(name=name), issued_at=ISSUED_AT)

    assert caught.value.characters == "\u0378\u0379"
    assert caught.value.message == (
        "These characters cannot be printed here: U+0378, U+0379."
    )
    assert "Sample" not in "".join(traceback.format_exception(caught.value)[1:])


@pytest.mark.parametrize("unmeant", ["\ue123", "\ufeff"])
def test_a_code_point_without_a_meaning_is_named_too(unmeant):
    with pytest.raises(MissingGlyphError) as caught:
        render_certificate(make_certificate(name=f"A{unmeant}"), issued_at=ISSUED_AT)

    assert caught.value.characters == unmeant


def test_threads_set_documents_at_the_same_time_without_disturbing_each_other():
    names = [f"Sample Person {number}" for number in range(8)]
    alone = [
        render_certificate(make_certificate(name=name), issued_at=ISSUED_AT)
        for name in names
    ]
    together: dict[str, bytes] = {}

    def render(name: str) -> None:
        together[name] = render_certificate(
            make_certificate(name=name), issued_at=ISSUED_AT
        )

    threads = [threading.Thread(target=render, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [together.get(name) for name in names] == alone
