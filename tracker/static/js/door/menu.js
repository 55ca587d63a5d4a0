// The menu: how the device stands with the server, and what is needed once a day or never.

import { ago } from "./alarm.js";
import { handIn, saveFiles } from "./hand-in.js";
import * as roster from "./roster.js";
import * as unsent from "./unsent.js";

/** What waits, in words; what is of another offering names it. */
export function tellUnsent(counts, current) {
  const words = [...counts].map(([offering, count]) => unsent.inWords(count) + (offering === current ? "" : ` of ${offering}`));
  return words.join(", ") || "None";
}

/**
 * Wire the menu's `dialog`. `lock` locks the screen or is null, `openSearch` opens the search, `handedIn` is called
 * after a file was handed in. Returns a function that opens the menu.
 */
export function createMenu(dialog, door, { lock, openSearch, handedIn }) {
  const find = (name) => dialog.querySelector(`[data-menu-${name}]`);
  const say = (name, text) => (find(name).textContent = text);
  const file = find("file");

  async function draw() {
    const all = await unsent.countByOffering();
    say("device", door.name);
    say("unsent", tellUnsent(all, door.pairing.offering));
    say("level", door.syncedAt === null ? "Never" : ago(Date.now() - door.syncedAt).replace("just", "Just"));
    say("roster", String(roster.size()));
    find("save").disabled = !all.size;
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
      const saved = await saveFiles(door.pairing, door.name);
      const files = saved.length === 1 ? "A file" : `${saved.length} files, one for each offering,`;
      return `${files} with ${saved.map(unsent.inWords).join(", ")} saved. All of it also stays here until it is sent.`;
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
