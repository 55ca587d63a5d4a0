// What the page shows beside the answers: the bar, the foot and the band, as the clock and the server say now.

import { bandFor } from "./alarm.js";
import * as screen from "./screen.js";
import { count } from "./unsent.js";

/** The face of a door. `draw()` shows it; `noteTry()` says that the server was asked since the page was opened. */
export function createFace(door) {
  let isLeaving = false;
  let hasTried = false;

  async function drawBand() {
    const unsent = await count().catch(() => ({ scans: 0, undos: 0, oldest: null }));
    const age = door.syncedAt === null ? null : Date.now() - door.syncedAt;
    screen.band(bandFor({ unsent, age, isReachable: door.isReachable, hasTried }));
  }

  function turn(leaving) {
    isLeaving = leaving;
    screen.press("leaving", leaving);
  }

  return {
    isLeaving: () => isLeaving,
    toggleLeaving: () => turn(!isLeaving),
    noteTry() {
      hasTried = true;
    },
    async draw() {
      if (!door.pairing) return;
      document.documentElement.dataset.stock = door.stock;
      screen.kiosk(door.isKiosk);
      screen.bar({ ...door.heading, count: door.count });
      const canLeave = door.canLeave && !door.isKiosk;
      screen.tool("leaving", canLeave);
      turn(isLeaving && canLeave);
      await drawBand();
    },
  };
}
