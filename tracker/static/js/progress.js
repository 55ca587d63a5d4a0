// How far work in the background is: asked once a second while the page is seen. When it has ended, the page is loaded
// again, because it then shows what came of it. Without this script, a link loads the page again.

const TICK_MS = 1000;
const LONGEST_MS = 15_000;

const place = document.querySelector("[data-progress]");
const find = (name) => place.querySelector(`[data-${name}]`);
let pauseMs = TICK_MS;

function draw({ done, total }) {
  find("done").textContent = done;
  if (total === null) return;
  find("total").textContent = total;
  find("bar").max = total || 1;
  find("bar").value = done;
}

async function look() {
  try {
    const answer = await fetch(place.dataset.progress, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const said = await answer.json();
    if (!["waiting", "working"].includes(said.state)) {
      location.reload();
      return;
    }
    draw(said);
    pauseMs = TICK_MS;
  } catch {
    pauseMs = Math.min(pauseMs * 2, LONGEST_MS);
  }
  setTimeout(next, pauseMs);
}

const next = () => (document.hidden ? setTimeout(next, TICK_MS) : look());

if (place) next();
