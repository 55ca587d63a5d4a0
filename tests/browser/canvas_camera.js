// A camera whose picture a test changes: an init script that gives the page's
// getUserMedia the stream of a canvas. Codes arrive as rows of booleans and are
// painted, so that no policy of the page has to allow any image for it.

(() => {
  const SIDE = 430;
  const TILT = (8 * Math.PI) / 180;
  const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 720 });
  const pen = canvas.getContext("2d");
  let shown = null;

  function paint() {
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = "#60686f";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    if (shown) paintCode(shown);
  }

  function paintCode(modules) {
    const size = SIDE / modules.length;
    pen.translate(canvas.width / 2, canvas.height / 2);
    pen.rotate(TILT);
    pen.translate(-SIDE / 2, -SIDE / 2);
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, SIDE, SIDE);
    pen.fillStyle = "#000";
    modules.forEach((row, y) =>
      row.forEach((dark, x) => {
        // A hair wider, or the tilt leaves seams between the modules.
        if (dark) pen.fillRect(x * size, y * size, size + 0.5, size + 0.5);
      }),
    );
  }

  // A canvas sends a frame only when it has been painted; a camera never rests.
  setInterval(paint, 33);

  window.canvasCamera = {
    show(modules) {
      shown = modules;
      paint();
      return performance.now();
    },
  };

  const device = { deviceId: "canvas", groupId: "", kind: "videoinput", label: "Canvas" };
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(30);
  navigator.mediaDevices.enumerateDevices = async () => [device];
})();
