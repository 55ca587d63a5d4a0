// A USB scanner is a keyboard. Its keys are read by their place (event.code), so that a wrong keyboard layout
// cannot garble a pass; Enter or Tab ends it, and a whole sound pass ends itself.

import { endingPass } from "./passes.js";

const FORGET_MS = 2000;
const AFTER_MS = 500;
const LONGEST = 64;
const SHORTEST = 8;

/** The symbol of a key, or "" for one that no pass has. */
function symbol({ code, key }) {
  if (/^Key[A-Z]$/.test(code)) return code.at(-1);
  if (/^(Digit|Numpad)\d$/.test(code)) return code.at(-1);
  if (code === "Minus" || code === "NumpadSubtract") return "-";
  if (!code && /^[\w-]$/.test(key)) return key.toUpperCase(); // scanners on some phones name no key
  return "";
}

const isEnd = ({ code, key }) => ["Enter", "NumpadEnter", "Tab"].includes(code || key);

const isTyping = (target) => Boolean(target?.closest?.("input, textarea, select, dialog"));

/** Listen on `target` and call `onText` with each code that was typed by a scanner. */
export function listen(target, onText) {
  let buffer = "";
  let lastKey = 0;
  let lastPass = -Infinity;

  function finish(event) {
    const typed = buffer;
    buffer = "";
    const isTrailing = !typed && event.timeStamp - lastPass < AFTER_MS;
    if (isTrailing || typed.length >= SHORTEST) event.preventDefault();
    if (typed.length >= SHORTEST) onText(typed);
  }

  target.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || isTyping(event.target)) return;
    if (event.timeStamp - lastKey > FORGET_MS) buffer = "";
    lastKey = event.timeStamp;
    if (isEnd(event)) return finish(event);
    buffer = (buffer + symbol(event)).slice(-LONGEST);
    const pass = endingPass(buffer);
    if (!pass) return;
    buffer = "";
    lastPass = event.timeStamp;
    onText(pass);
  });
}
