// The camera: frames to the decoder, the light, the other lens, a screen that stays awake.

import { createDecoder } from "./decoder.js";

const WITHOUT_CALLBACK_MS = 66;

const wanted = (facing) => ({
  audio: false,
  video: {
    facingMode: { ideal: facing },
    width: { ideal: 1280 },
    height: { ideal: 720 },
    frameRate: { ideal: 30, max: 30 },
  },
});

/** Whether the camera may start without asking the person. */
export async function isAllowed() {
  try {
    return (await navigator.permissions.query({ name: "camera" })).state === "granted";
  } catch {
    return false; // browsers that cannot say so ask when it starts
  }
}

/**
 * A camera that shows itself in `video`, calls `onText` with each code it reads, and `onLost` when it is taken away.
 * `facing` is the lens to begin with: "environment", or "user" for a stand that people face.
 */
export function createCamera(video, { onText, onLost, facing = "environment" }) {
  let track = null;
  let decoder = null;
  let isLooping = false;
  let isBusy = false;
  let isLit = false;

  async function look() {
    if (track && !isBusy && video.readyState >= 2 && !document.hidden) {
      isBusy = true;
      try {
        const text = await decoder.read(video);
        if (text) onText(text);
      } finally {
        isBusy = false;
      }
    }
  }

  function loop() {
    look().catch(() => {});
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(loop);
    else setTimeout(loop, WITHOUT_CALLBACK_MS);
  }

  async function open() {
    track?.stop();
    const stream = await navigator.mediaDevices.getUserMedia(wanted(facing));
    [track] = stream.getVideoTracks();
    track.addEventListener("ended", onLost);
    isLit = false;
    video.srcObject = stream;
    video.classList.toggle("mirror", track.getSettings().facingMode === "user");
    await video.play();
  }

  return {
    /** Begin; rejects where there is no camera or it is not allowed. */
    async start() {
      const preparing = decoder ?? createDecoder();
      await open();
      decoder = await preparing;
      if (isLooping) return;
      isLooping = true;
      loop();
      keepAwake();
    },
    stop() {
      track?.stop();
      track = null;
      video.srcObject = null;
    },
    hasLight: () => Boolean(track?.getCapabilities?.().torch),
    async hasSeveral() {
      const devices = await navigator.mediaDevices.enumerateDevices();
      return devices.filter((device) => device.kind === "videoinput").length > 1;
    },
    /** Switch the light; resolves to whether it is on. */
    async light() {
      await track.applyConstraints({ advanced: [{ torch: !isLit }] });
      isLit = !isLit;
      return isLit;
    },
    async flip() {
      facing = facing === "environment" ? "user" : "environment";
      await open();
    },
  };
}

/** Keep the screen on; the browser lets go whenever the page is hidden, so ask again. */
function keepAwake() {
  const ask = () => navigator.wakeLock?.request("screen").catch(() => {});
  ask();
  document.addEventListener("visibilitychange", () => document.hidden || ask());
}
