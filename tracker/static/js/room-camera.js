// The camera on a participant's page: reads the room's code and sends it as if it had been typed.

import { createCamera, isAllowed } from "./door/camera.js";

const ROOM_CODE = /MR1-[0-9A-HJKMNP-TV-Z]{25}(?=\/?$)/i;

const page = document.querySelector("[data-room-camera]");
const find = (name) => page.querySelector(`[data-${name}]`);
const words = find("words");
const form = find("code-form");
let isSent = false;

function onText(text) {
  const found = ROOM_CODE.exec(text.trim());
  if (isSent) return;
  if (!found) {
    words.textContent = "That is another code. Point the camera at the one on the screen.";
    return;
  }
  isSent = true;
  words.textContent = "Read. One moment.";
  form.elements.code.value = found[0].toUpperCase();
  camera.stop();
  form.requestSubmit();
}

const camera = createCamera(find("video"), {
  onText,
  onLost: () => {
    if (!isSent) words.textContent = "The camera was taken away. Load the page again, or type the code.";
  },
});

async function start() {
  find("start").hidden = true;
  find("viewer").hidden = false;
  try {
    await camera.start();
  } catch {
    words.textContent = "The camera does not start. Allow it in the browser, or type the code below.";
  }
}

if (navigator.mediaDevices) {
  find("start").hidden = false;
  find("start").addEventListener("click", start);
  if (await isAllowed()) start();
}
