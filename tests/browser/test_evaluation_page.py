"""The evaluation on a phone: nothing that was typed is lost, and it is sent once."""

from playwright.sync_api import Page, Request

from tests.browser.pages import PHONE, wait_js
from tests.browser.scene import DRAFTS, EVALUATION, Scene, go_offline
from tracker.models import EvaluationReceipt, SealedResponse

READY = "document.querySelector('[data-bar]:not([hidden])')"
ANSWER_ALL = """() => {
  for (const question of document.querySelectorAll(".likert")) {
    const values = question.querySelectorAll("input");
    if (!question.querySelector(":checked")) values[values.length - 2].click();
  }
}"""


def open_evaluation(page: Page, scene: Scene) -> None:
    page.goto(scene.address + EVALUATION)
    wait_js(page, READY)


def go_to_step(page: Page, number: int) -> None:
    """Go on to a step, whatever is still to be answered before it."""
    words = page.locator("[data-step-words]")
    while not words.inner_text().startswith(f"Step {number} "):
        page.locator("[data-next]").click()


def test_what_is_typed_survives_a_reload(scene, phone):
    open_evaluation(phone, scene)
    phone.locator("[name='overall.useful'][value='4']").check()
    phone.locator("[name='overall.change']").fill("Längere Pausen 😀")
    go_to_step(phone, 2)
    phone.locator("#segment\\.1 summary").click()
    phone.locator("[name='segment.1.absent']").check()
    wait_js(phone, "document.querySelector('.saved').textContent.includes('Saved')")

    phone.reload()
    wait_js(phone, READY)

    assert phone.locator("[data-step-words]").inner_text() == "Step 2 of 4"
    assert phone.locator("[name='overall.useful'][value='4']").is_checked()
    assert phone.input_value("[name='overall.change']") == "Längere Pausen 😀"
    assert phone.locator("[name='segment.1.absent']").is_checked()
    assert phone.locator("[data-count]").inner_text() == "1 of 5"


def test_who_was_not_there_is_asked_nothing(scene, phone):
    open_evaluation(phone, scene)
    go_to_step(phone, 2)
    phone.locator("#segment\\.2 summary").click()
    questions = phone.locator("#segment\\.2 .question")
    assert questions.first.is_visible()

    phone.locator("[name='segment.2.absent']").check()

    assert [each.is_visible() for each in questions.all()] == [False] * 3


def test_summary_names_what_is_missing_and_leads_there(scene, phone):
    open_evaluation(phone, scene)
    phone.locator("[name='overall.change']").fill("x" * 5001)
    go_to_step(phone, 4)

    phone.locator("[data-send]").click()

    assert phone.evaluate("document.activeElement.id") == "problems"
    lines = phone.locator("#problems li").all_inner_texts()
    assert len(lines) == 5 + 1 + 3 * 2 + 2
    assert lines[5] == (
        "The training as a whole: What should be different next time? "
        "Please shorten this to 5,000 characters; it has 5,001."
    )
    phone.locator("#problems a", has_text="2. Segment 2").first.click()
    assert phone.evaluate("document.activeElement.name") == "segment.2.relevance"
    assert scene.count(EvaluationReceipt) == 0


def test_a_step_names_what_it_still_asks_once(scene, phone):
    open_evaluation(phone, scene)
    words = phone.locator("[data-step-words]")
    assert words.inner_text() == "Step 1 of 4"
    assert phone.locator("[data-step]:visible").count() == 1

    phone.locator("[data-next]").click()
    told = phone.locator("#problems li").count()
    still = words.inner_text()
    phone.locator("[data-next]").click()

    assert (told, still, words.inner_text()) == (5, "Step 1 of 4", "Step 2 of 4")
    assert phone.evaluate("document.activeElement.id").startswith("section-segment")
    phone.locator("[data-back]").click()
    assert words.inner_text() == "Step 1 of 4"


def test_answers_wait_for_the_network_and_arrive_once(scene, phone, page_errors):
    open_evaluation(phone, scene)
    phone.evaluate(ANSWER_ALL)
    go_to_step(phone, 4)
    go_offline(phone, page_errors)
    phone.locator("[data-send]").click()
    notice = phone.locator("[data-sending]")
    notice.wait_for()
    assert "Not sent yet. There is no network." in notice.inner_text()

    phone.context.set_offline(False)

    phone.get_by_role("heading", name="Thank you").wait_for()
    wait_js(phone, f"{DRAFTS}.then((count) => count === 0)")
    assert (scene.count(EvaluationReceipt), scene.count(SealedResponse)) == (1, 1)


def test_many_taps_send_once(scene, phone):
    open_evaluation(phone, scene)
    phone.evaluate(ANSWER_ALL)
    go_to_step(phone, 4)
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            sent.append(request.url)

    phone.on("request", note)

    phone.evaluate(
        "for (let n = 0; n < 9; n++) document.querySelector('[data-send]').click()"
    )

    phone.get_by_role("heading", name="Thank you").wait_for()
    assert sent == [scene.address + EVALUATION]


def test_evaluation_is_sent_without_a_script(scene, open_page, page_errors):
    page = open_page(PHONE, java_script_enabled=False)
    scene.sign_in(page)
    page_errors.allow("422")
    page.goto(scene.address + EVALUATION)
    page.locator("[name='overall.change']").fill("Kept")
    page.locator("[data-send]").click()

    assert page.locator("#problems").is_visible()
    assert page.input_value("[name='overall.change']") == "Kept"
    for question in page.locator(".likert").all():
        question.locator("label").nth(3).click()
    page.locator("[data-send]").click()

    assert page.locator("h1").inner_text() == "Thank you"
    assert scene.count(SealedResponse) == 1
