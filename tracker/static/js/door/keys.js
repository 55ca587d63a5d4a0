// A USB scanner is a keyboard. Its keys are read by their place (event.code), so that a wrong keyboard layout
// cannot garble a pass. Scanners come in two habits: Enter or Tab ends a code; or nothing does, and then a whole
// sound pass ends itself, and anything else that was typed faster than a hand can ends with a pause.

import { endingPass, isBeginning } from "./passes.js";

const FORGET_MS = 2000;
const AFTER_MS = 500;
const PAUSE_MS = 250;
const PATIENCE_MS = 1500; // with a pass that is not whole yet: the device may be busy
const FAST_MS = 60;
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
  let firstKey = 0;
  let lastKey = 0;
  let lastPass = -Infinity;
  let timer;

  function take(at) {
    const typed = buffer;
    buffer = "";
    lastPass = at;
    onText(typed);
  }

  function finish(event) {
    const isTrailing = !buffer && event.timeStamp - lastPass < AFTER_MS;
    if (isTrailing || buffer.length >= SHORTEST) event.preventDefault();
    if (buffer.length >= SHORTEST) take(event.timeStamp);
    buffer = "";
  }

  /** No key for a while: was it a burst? A hand needs longer for as many. */
  function pause() {
    const isBurst = buffer.length >= SHORTEST && lastKey - firstKey <= FAST_MS * (buffer.length - 1);
    if (isBurst) take(lastKey);
  }

  function add(event) {
    if (!buffer) firstKey = event.timeStamp;
    buffer = (buffer + symbol(event)).slice(-LONGEST);
    const pass = endingPass(buffer);
    if (pass) {
      buffer = pass;
      take(event.timeStamp);
    } else {
      timer = setTimeout(pause, isBeginning(buffer) ? PATIENCE_MS : PAUSE_MS);
    }
  }

  target.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || isTyping(event.target)) return;
    clearTimeout(timer);
    if (event.timeStamp - lastKey > FORGET_MS) buffer = "";
    lastKey = event.timeStamp;
    if (isEnd(event)) finish(event);
    else add(event);
  });
}
