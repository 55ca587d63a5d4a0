// From a video frame to the text of its QR code: zxing in a worker, or a plain script where that cannot run.

import { trusted } from "./addresses.js";
import { ROOT } from "./api.js";

const READY_MS = 10000;
const ANSWER_MS = 3000;

function startWorker() {
  return new Worker(trusted(new URL("scan/decode-worker.js", ROOT).href));
}

/** Ask the worker once; rejects when it fails or keeps silent. */
function ask(worker, message, transfer, ms) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("The worker keeps silent.")), ms);
    worker.onerror = (event) => {
      clearTimeout(timer);
      reject(new Error(event.message ?? "The worker failed."));
    };
    worker.onmessage = ({ data }) => {
      clearTimeout(timer);
      if (data.error) reject(new Error(data.error));
      else resolve(data.text);
    };
    if (message) worker.postMessage(message, transfer);
  });
}

async function workerDecoder() {
  const worker = startWorker();
  await ask(worker, null, [], READY_MS);
  return {
    async read(video) {
      const frame = await createImageBitmap(video);
      return ask(worker, { frame }, [frame], ANSWER_MS);
    },
  };
}

async function scriptDecoder() {
  const { decodeQR } = await import("../../vendor/qr/decode.js");
  const canvas = document.createElement("canvas");
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  return {
    async read(video) {
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      brush.drawImage(video, 0, 0);
      try {
        return decodeQR(brush.getImageData(0, 0, canvas.width, canvas.height));
      } catch {
        return null; // it throws where there is no code in the picture
      }
    },
  };
}

/** A decoder: `read(video)` resolves to the text in the frame, or null. */
export async function createDecoder() {
  try {
    return withFallback(await workerDecoder());
  } catch {
    return scriptDecoder();
  }
}

/** A worker that dies later is replaced by the plain script for good. */
function withFallback(first) {
  let current = first;
  return {
    async read(video) {
      try {
        return await current.read(video);
      } catch {
        current = await scriptDecoder();
        return null;
      }
    },
  };
}
