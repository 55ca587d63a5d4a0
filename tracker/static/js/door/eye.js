// The part of the page that sees: the camera with its buttons, and what stands there while it does not run.

import { createCamera, isAllowed } from "./camera.js";
import * as screen from "./screen.js";
import { unlock } from "./sounds.js";

const NO_CAMERA = "No camera. Use a USB scanner, or type the code.";
const NO_CAMERA_KIOSK = "No camera. Ask the staff.";

const find = (name) => document.querySelector(`[data-${name}]`);

/** The eye of a door; `onText` gets each code. A kiosk looks at those who stand before it. */
export function createEye(door, { onText }) {
  let hasBegun = false;
  const gone = () => screen.eye(door.isKiosk ? NO_CAMERA_KIOSK : NO_CAMERA, { canStart: true });
  const camera = createCamera(find("video"), { onText, onLost: gone, facing: door.isKiosk ? "user" : "environment" });

  async function start() {
    unlock();
    hasBegun = true;
    screen.eye("Starting the camera");
    try {
      await camera.start();
    } catch {
      return gone();
    }
    screen.eye(null);
    screen.tool("light", camera.hasLight() && !door.isKiosk);
    screen.tool("flip", !door.isKiosk && (await camera.hasSeveral()));
  }

  find("start").addEventListener("click", start);
  find("light").addEventListener("click", async () => screen.press("light", await camera.light()));
  find("flip").addEventListener("click", async () => {
    await camera.flip();
    screen.tool("light", camera.hasLight());
  });

  return {
    /** Look at once where that is allowed; else there is a button. */
    async begin() {
      screen.eye("Hold passes in front of the camera.", { canStart: true });
      if (await isAllowed()) await start();
    },
    /** Look again after `close`. */
    async open() {
      if (hasBegun) await start();
      else await this.begin();
    },
    close() {
      camera.stop();
      screen.eye("Hold passes in front of the camera.", { canStart: true });
    },
  };
}
