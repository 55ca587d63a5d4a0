// The evaluation's fields as they stand in the page: read, written back, and what
// is still missing. The server decides; this only saves a round trip.

const TOKEN = "csrf_token";

/** Give the fields as [name, value] pairs, as a form post would carry them. */
export function readFields(form) {
  return [...new FormData(form)].filter(([name]) => name !== TOKEN);
}

/** Write pairs back into the form; fields that are not there any more are left out. */
export function writeFields(form, pairs) {
  for (const [name, value] of pairs) {
    const found = form.elements.namedItem(name);
    const controls = found instanceof RadioNodeList ? [...found] : [found].filter(Boolean);
    for (const control of controls) {
      if (control.type === "radio" || control.type === "checkbox") {
        if (control.value === value) control.checked = true;
      } else {
        control.value = value;
      }
    }
  }
}

/** The length of a text as the server counts it. */
export function lengthOf(text) {
  return [...text.replaceAll("\r\n", "\n").trim()].length;
}

/** Say whether "I was not there" is ticked in a part. */
export function isAbsent(part) {
  return Boolean(part.querySelector("[data-absent]")?.checked);
}

/** What must be mended before sending: [{question, field, title, sentence}]. */
export function findProblems(form) {
  return [...form.querySelectorAll("[data-part]")].flatMap((part) => problemsOf(part));
}

/** Say how many required questions of a part are not answered yet. */
export function countMissing(part) {
  return problemsOf(part).length;
}

function problemsOf(part) {
  if (isAbsent(part)) return [];
  return [...part.querySelectorAll(".question")].flatMap((question) => {
    const sentence = problemOf(question);
    if (!sentence) return [];
    const heading = question.querySelector("legend, label").firstChild.textContent.trim();
    const field = question.querySelector("[name]").name;
    return [{ question, field, title: `${part.dataset.part}: ${heading}`, sentence }];
  });
}

function problemOf(question) {
  const control = question.querySelector("textarea, input:not([type=radio]):not([type=checkbox])");
  if (control) {
    const limit = Number(control.dataset.limit);
    const length = lengthOf(control.value);
    if (length > limit) {
      return `Please shorten this to ${limit.toLocaleString("en")} characters; it has ${length.toLocaleString("en")}.`;
    }
    return control.required && length === 0 ? "Please answer this question." : "";
  }
  const isRequired = "required" in question.dataset || question.querySelector("[required]");
  return isRequired && !question.querySelector(":checked") ? "Please answer this question." : "";
}
