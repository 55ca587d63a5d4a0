// The menu: how the device stands with the server, and what is needed once a day or never.

import { ago } from "./alarm.js";
import { handIn, saveFile } from "./hand-in.js";
import * as outbox from "./outbox.js";
import * as roster from "./roster.js";

/**
 * Wire the menu's `dialog`. `lock` locks the screen or is null, `openSearch` opens the search, `handedIn` is called
 * after a file was handed in. Returns a function that opens the menu.
 */
export function createMenu(dialog, door, { lock, openSearch, handedIn }) {
  const find = (name) => dialog.querySelector(`[data-menu-${name}]`);
  const say = (name, text) => (find(name).textContent = text);
  const file = find("file");

  async function draw() {
    const waiting = await outbox.waiting(door.pairing.offering);
    say("device", door.name);
    say("unsent", waiting.length ? String(waiting.length) : "None");
    say("level", door.syncedAt === null ? "Never" : ago(Date.now() - door.syncedAt).replace("just", "Just"));
    say("roster", String(roster.size()));
    find("save").disabled = !waiting.length;
  }

  async function tell(act) {
    say("said", "One moment");
    say("said", await act());
    await draw();
  }

  const onClick = (name, act) => find(name).addEventListener("click", act);

  onClick("close", () => dialog.close());
  onClick("search", () => {
    dialog.close();
    openSearch();
  });
  onClick("save", () =>
    tell(async () => {
      const count = await saveFile(door.pairing, door.name);
      return `A file with ${count} ${count === 1 ? "scan" : "scans"} was saved. They also stay here until they are sent.`;
    }),
  );
  onClick("hand-in", () => file.click());
  file.addEventListener("change", async () => {
    if (file.files.length) await tell(() => handIn(door.pairing, file.files[0]));
    file.value = "";
    handedIn();
  });
  find("lock").hidden = !lock;
  onClick("lock", () => {
    dialog.close();
    lock();
  });

  return async () => {
    say("said", "");
    await draw();
    dialog.showModal();
  };
}
