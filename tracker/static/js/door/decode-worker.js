// Reads QR codes off the page's thread. A classic worker with a Content-Security-Policy of its own: only here may
// WebAssembly be compiled. Answers {ready: true} once, then {text} or {text: null} for each frame, or {error}.

const vendor = new URL("../static/vendor/zxing-wasm/", self.location.href);
importScripts(new URL("reader.js", vendor).href);

const OPTIONS = {
  formats: ["QRCode"],
  maxNumberOfSymbols: 1,
  textMode: "Plain",
  tryHarder: true,
  tryRotate: false,
  tryInvert: true,
  tryDownscale: true,
};

let canvas;
let brush;

function pixels(frame) {
  if (canvas?.width !== frame.width || canvas?.height !== frame.height) {
    canvas = new OffscreenCanvas(frame.width, frame.height);
    brush = canvas.getContext("2d", { willReadFrequently: true });
  }
  brush.drawImage(frame, 0, 0);
  frame.close();
  return brush.getImageData(0, 0, canvas.width, canvas.height);
}

async function read(picture) {
  const found = await ZXingWASM.readBarcodes(picture, OPTIONS);
  return found[0]?.text ?? null;
}

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ text: await read(pixels(data.frame)) });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};

async function prepare() {
  const overrides = { locateFile: (file) => new URL(file, vendor).href };
  await ZXingWASM.prepareZXingModule({ overrides, fireImmediately: true });
  await read(new ImageData(64, 64)); // the first frame pays for compiling; better an empty one
  self.postMessage({ ready: true });
}

prepare().catch((error) => self.postMessage({ error: String(error) }));
