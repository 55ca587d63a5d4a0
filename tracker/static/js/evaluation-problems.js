// What is wrong, once at the top and once beside each question, as the server says it.

/** Show problems ({question, field, title, sentence}) under `lead`, and move there. */
export function showProblems(summary, problems, lead) {
  clearProblems(summary.ownerDocument);
  const items = problems.map(({ question, field, title, sentence }) => {
    if (question) mark(question, field, sentence);
    return item(field, title, sentence);
  });
  summary.querySelector("p").textContent = lead;
  summary.querySelector("ul").replaceChildren(...items);
  summary.hidden = false;
  summary.focus();
  summary.scrollIntoView({ block: "start" });
}

/** Take all marks away. */
export function clearProblems(page) {
  page.querySelector("#problems").hidden = true;
  for (const question of page.querySelectorAll(".question--missing")) unmark(question);
}

/** Take one question's mark away: it has been answered. */
export function unmark(question) {
  question.classList.remove("question--missing");
  question.querySelector(".field__error")?.remove();
  for (const control of question.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
}

/** Open the step and the part that a link of the summary leads to, and put the cursor there. */
export function follow(event, openStep) {
  const target = document.getElementById(event.target.closest("a")?.hash.slice(1) ?? "");
  if (!target) return;
  event.preventDefault();
  openStep(target);
  const part = target.closest("details");
  if (part) part.open = true;
  const question = target.closest(".question");
  question.scrollIntoView({ block: "center" });
  question.querySelector("input, textarea").focus({ preventScroll: true });
}

function mark(question, field, sentence) {
  question.classList.add("question--missing");
  const words = document.createElement("span");
  words.textContent = sentence;
  const error = document.createElement("p");
  error.className = "field__error";
  error.id = `${field}-error`;
  error.append(words);
  question.append(error);
  const described = document.getElementById(field);
  if (described) described.setAttribute("aria-describedby", error.id);
  question.querySelector("textarea, .field__control")?.setAttribute("aria-invalid", "true");
}

function item(field, title, sentence) {
  const link = document.createElement("a");
  link.href = `#${field}`;
  link.textContent = title;
  const entry = document.createElement("li");
  entry.append(link, ` ${sentence}`);
  return entry;
}
