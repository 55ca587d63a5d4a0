// Which segment comes next, by the clock: right on a page kept for hours, too.

const MINUTE = 60_000;

/** Give the first of `items` ({opens, starts, ends} in ms) that has not ended. */
export function current(items, now) {
  return items.find((item) => item.ends > now);
}

/** Say when an item is; `isOpen` tells that its check-in has opened. */
export function when(item, now) {
  if (now < item.opens) return { words: item.day, isOpen: false };
  const minutes = Math.ceil((item.starts - now) / MINUTE);
  return { words: minutes > 0 ? `In ${minutes} min` : "Now", isOpen: true };
}

/** Whether any of `items` takes check-ins now, and the person is not in yet. */
export function isAnyOpen(items, now) {
  return items.some((item) => !item.isIn && item.opens <= now && now < item.ends);
}

/**
 * Show the one of the list's items that comes next, and keep it right; `room`, the way to the room's code, is there
 * while one is open.
 */
export function showNext(list, clock, { room, setInterval = globalThis.setInterval } = {}) {
  const items = [...list.children].map((element) => ({
    element,
    opens: Number(element.dataset.opens),
    starts: Number(element.dataset.starts),
    ends: Number(element.dataset.ends),
    day: element.dataset.day,
    isIn: "in" in element.dataset,
  }));

  function show() {
    const now = clock();
    const next = current(items, now);
    list.hidden = !next;
    if (room) room.hidden = !isAnyOpen(items, now);
    for (const item of items) item.element.hidden = item !== next;
    if (!next) return;
    const { words, isOpen } = when(next, now);
    const chip = next.element.querySelector("[data-when]");
    chip.textContent = words;
    chip.classList.toggle("chip--live", isOpen);
  }

  show();
  setInterval(show, 15_000);
}
