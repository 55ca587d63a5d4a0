// The panels behind the foot's buttons. A kiosk has none of them.

import { createMenu } from "./menu.js";
import { read } from "./passes.js";
import { createSearch } from "./search.js";
import { createTyping } from "./typing.js";
import { createWriting } from "./written-name.js";

const find = (name) => document.querySelector(`[data-${name}]`);

/**
 * The door's panels: `onPass` gets a typed pass, `onCode` a typed practice pass, `onName` a written name, `onResult`
 * the server's answer to a check-in by hand; `lock` locks the screen or is null, `level` is called where the server's
 * answer matters. `wire()` lets the buttons open them.
 */
export function createPanels(door, { onPass, onCode, onName, onResult, lock, level }) {
  const openSearch = createSearch(find("search"), door, { onResult });
  const openings = {
    type: createTyping(find("typing"), (pass) => (read(pass).kind === "practice" ? onCode(pass) : onPass(pass))),
    write: createWriting(find("writing"), onName),
    menu: createMenu(find("menu-panel"), door, { lock, openSearch, handedIn: level }),
  };
  return {
    wire() {
      for (const [name, open] of Object.entries(openings)) {
        find(name).addEventListener("click", () => door.isKiosk || open());
      }
    },
  };
}
