// How full the battery is, where the browser tells.

/** Whole percent, or null. */
export async function batteryPercent() {
  try {
    const { level } = await navigator.getBattery();
    return Number.isFinite(level) ? Math.round(level * 100) : null;
  } catch {
    return null;
  }
}
