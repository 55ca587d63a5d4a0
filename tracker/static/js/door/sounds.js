// What the door sounds and feels like: two rising tones, one flat, one low; a short buzz, a double, two long.
// Tones are made, not loaded; a browser lets them sound, and the phone buzz, after the first touch or key.

let audio = null;

/** Let sound begin; call from a touch or a key. */
export function unlock() {
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume();
}

function tone(hertz, ms, afterMs = 0, type = "sine") {
  if (audio?.state !== "running") return;
  const voice = audio.createOscillator();
  const level = audio.createGain();
  const from = audio.currentTime + afterMs / 1000;
  const to = from + ms / 1000;
  voice.type = type;
  voice.frequency.value = hertz;
  level.gain.setValueAtTime(0.0001, from);
  level.gain.exponentialRampToValueAtTime(0.3, from + 0.01);
  level.gain.exponentialRampToValueAtTime(0.0001, to);
  voice.connect(level).connect(audio.destination);
  voice.start(from);
  voice.stop(to);
}

function buzz(milliseconds) {
  if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.(milliseconds);
}

const SIGNALS = {
  ok() {
    tone(880, 90);
    tone(1320, 140, 90);
    buzz([60]);
  },
  again() {
    tone(520, 180, 0, "triangle");
    buzz([40, 60, 40]);
  },
  no() {
    tone(180, 420, 0, "square");
    buzz([180, 80, 180]);
  },
};

/** Give the signal of a flood: "ok", "again", "held" (as again) or "no". */
export function signal(flood) {
  SIGNALS[flood === "held" ? "again" : flood]();
}

/** Say that something needs somebody: three falling tones, twice. */
export function alarm() {
  for (const afterMs of [0, 900]) {
    tone(880, 180, afterMs, "square");
    tone(660, 180, afterMs + 220, "square");
    tone(440, 300, afterMs + 440, "square");
  }
  buzz([300, 120, 300, 120, 300]);
}
