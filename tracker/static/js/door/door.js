// This door: its pairing, and what the server said last about the offering, its segments and who is in.

import { getDoor } from "./api.js";
import * as clock from "./clock.js";
import * as segments from "./segments.js";
import * as store from "./store.js";
import * as vault from "./vault.js";

/** Read the pairing and what the server said last; both were kept. */
export async function openDoor() {
  const names = ["token", "offering", "device", "door", "offset", "synced_at"];
  const [token, offering, device, door, offset, syncedAt] = await Promise.all(names.map(store.get));
  clock.restore(offset);
  const said = door ? await vault.open(door).catch(() => null) : null;
  const pairing = token && offering ? { token, offering } : null;
  return new Door(pairing, said?.offering.code === offering ? said : null, device ?? {}, syncedAt ?? null);
}

class Door {
  #said;
  #device;
  #asking = null;

  constructor(pairing, said, device, syncedAt) {
    this.pairing = pairing;
    this.isReachable = navigator.onLine;
    this.syncedAt = syncedAt;
    this.#said = said;
    this.#device = device;
  }

  /** Ask the server anew; rejects with UnpairedError or UnreachableError. Calls at the same time share one question. */
  refresh() {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #ask() {
    try {
      this.#said = await getDoor(this.pairing);
      this.isReachable = true;
    } catch (error) {
      this.isReachable = false;
      throw error;
    }
    // The titles of segments are nobody's business who finds the device.
    await store.set({ door: await vault.seal(this.#said), offset: clock.offsetMs() });
  }

  /** Note that everything was sent, and the newest read: by this device's clock, as its age is told. */
  async noteSync() {
    this.syncedAt = Date.now();
    await store.set({ synced_at: this.syncedAt });
  }

  get #segments() {
    return this.#said?.segments ?? [];
  }

  get #room() {
    return this.#said?.device.room ?? "";
  }

  /** Whether the server has said anything yet. */
  get isKnown() {
    return this.#said !== null;
  }

  /** Whether it stands alone and can only scan. */
  get isKiosk() {
    return (this.#said?.device.mode ?? this.#device.mode) === "kiosk";
  }

  get name() {
    return this.#said?.device.name ?? this.#device.name ?? "";
  }

  get stock() {
    return this.#said?.offering.stock ?? "";
  }

  /** The offering's zone; the device's own until the server has said it. */
  get zone() {
    return this.#said?.offering.timezone;
  }

  /** The segment that takes check-ins here now, or null. */
  get open() {
    return segments.openSegment(this.#segments, clock.now(), this.#room);
  }

  /** Whether anything can be left now. */
  get canLeave() {
    return segments.countLeavable(this.#segments, clock.now()) > 0;
  }

  /** The segment that people leave now, or null where none can be left, or two and it is unclear which. */
  get leavable() {
    return segments.leavableSegment(this.#segments, clock.now(), this.#room);
  }

  get next() {
    return segments.nextSegment(this.#segments, clock.now());
  }

  /** The segments that staff may check somebody in at: the open one, or all of them where the room does not decide. */
  get choices() {
    return this.open ? [this.open] : segments.openNow(this.#segments, clock.now());
  }

  /** Whether two segments are open and the room does not say which is meant. */
  get isUnclear() {
    return this.choices.length > 1;
  }

  /** The same for people who come in or go out. */
  isUnclearFor(direction) {
    return direction === "out" ? this.canLeave && !this.leavable : this.isUnclear;
  }

  byNumber(number) {
    return this.#segments.find((segment) => segment.number === number) ?? null;
  }

  /** Who is in, as far as it was said and the segment is still the one it was said of. */
  get count() {
    const current = this.#said?.current ?? null;
    return current && this.open?.number === current.number ? current : null;
  }

  get countText() {
    return this.count ? `${this.count.in} of ${this.count.expected} in` : "";
  }

  /** The bar's two lines: the segment, and where this is. */
  get heading() {
    if (!this.#said) return { title: "Muster", where: this.isReachable ? "Asking the server" : "No connection yet" };
    const place = [this.open?.room || this.#room, this.name].filter(Boolean).join(", ");
    if (this.open) return { title: `${this.open.number}. ${this.open.title}`, where: place };
    if (this.isUnclear) {
      return { title: "Two segments are open", where: `${place}. Scans are kept for the desk.` };
    }
    const { next } = this;
    const then = next ? `next opens at ${clock.timeOfDay(next.opens_at, this.zone)}` : "none is left";
    return { title: `No segment is open; ${then}`, where: place };
  }
}
