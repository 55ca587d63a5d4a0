// Finding a person by name: only with the network, and only where a member of staff is signed in on this device.
// Names stand on the screen while the panel is open, and nowhere else.

import { checkIn, getSession, search, SignInError, takeBack } from "./staff-calls.js";

const LETTERS = 3;
const REST_MS = 300;

/**
 * Wire `dialog`; `onResult(result, takeBack)` gets the answer to a check-in by hand, and what undoes it. Returns a function that opens it.
 */
export function createSearch(dialog, door, { onResult }) {
  const find = (name) => dialog.querySelector(`[data-search-${name}]`);
  const show = (name, isShown) => find(name).toggleAttribute("hidden", !isShown);
  const text = find("text");
  const list = find("people");
  const segment = find("number");
  let timer;
  let asked = 0;
  let chosen = null;

  function step(name) {
    for (const each of ["sign-in", "form", "choice"]) show(each, each === name);
  }

  function say(words) {
    find("said").textContent = words;
  }

  /** Do something that asks the server; says what went wrong. */
  async function ask(act) {
    try {
      await act();
    } catch (error) {
      if (error instanceof SignInError) {
        step("sign-in");
        say(error.isStranger ? "You are signed in, but not for the door of this offering." : "");
      } else {
        say(error.message);
      }
    }
  }

  function choose(person) {
    const { choices } = door;
    if (!choices.length) return say("No segment is open now.");
    chosen = { enrollment: person.enrollment, uid: crypto.randomUUID() };
    find("chosen").textContent = person.name;
    const options = choices.map(({ number, title }) => new Option(`${number}. ${title}`, number));
    segment.replaceChildren(...(choices.length > 1 ? [new Option("Choose", "")] : []), ...options);
    show("segment", choices.length > 1);
    say("");
    step("choice");
  }

  function row(person) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn--line" });
    const name = Object.assign(document.createElement("b"), { textContent: person.name });
    const agency = Object.assign(document.createElement("span"), { textContent: person.agency });
    button.append(name, agency);
    button.addEventListener("click", () => choose(person));
    return button;
  }

  async function look() {
    const turn = ++asked;
    const typed = text.value.trim();
    list.replaceChildren();
    if ([...typed].length < LETTERS) return say("");
    const { people, more } = await search(door.pairing.offering, typed);
    if (turn !== asked) return; // more was typed since
    list.replaceChildren(...people.map(row));
    say(people.length ? (more ? "There are more. Type more of the name." : "") : "Nobody of that name is enrolled.");
  }

  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, REST_MS, look);
  });
  find("form").addEventListener("submit", (event) => event.preventDefault());
  for (const chip of dialog.querySelectorAll("[data-chip]")) {
    chip.addEventListener("click", () =>
      ask(async () => {
        if (!segment.value) {
          segment.focus();
          return say("Two segments are open. Choose the one that the person goes to.");
        }
        say("One moment");
        const act = { ...chosen, segment: Number(segment.value), chip: chip.dataset.chip };
        const result = await checkIn(door.pairing.offering, act);
        dialog.close();
        const { offering } = door.pairing;
        onResult(result, () => takeBack(offering, act.uid));
      }),
    );
  }
  for (const button of dialog.querySelectorAll("[data-cancel]")) {
    button.addEventListener("click", () => dialog.close());
  }
  dialog.addEventListener("close", () => {
    clearTimeout(timer);
    asked += 1;
    text.value = "";
    find("chosen").textContent = "";
    list.replaceChildren();
  });

  return () => {
    step(null);
    say("One moment");
    dialog.showModal();
    return ask(async () => {
      const { user } = await getSession(door.pairing.offering);
      find("user").textContent = user;
      say("");
      step("form");
      text.focus();
    });
  };
}
