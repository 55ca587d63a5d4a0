// Keeps the screen on while the pass is shown, and says so only where it is true.

/** Keep the screen on while the page is seen; `words` then says that it stays on. */
export function keepAwake(words, { wakeLock = navigator.wakeLock } = {}) {
  if (!wakeLock || !words) return;
  const without = words.textContent;

  async function ask() {
    if (document.visibilityState !== "visible") return;
    try {
      const lock = await wakeLock.request("screen");
      words.textContent = `Screen stays on. ${without}`;
      lock.addEventListener("release", () => {
        words.textContent = without;
      });
    } catch {
      words.textContent = without; // battery saver, or not allowed
    }
  }

  document.addEventListener("visibilitychange", ask);
  ask();
}
