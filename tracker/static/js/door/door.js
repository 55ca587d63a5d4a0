// This door: its pairing, and what the server said last about the offering, its segments and who is in.

import { getDoor } from "./api.js";
import * as clock from "./clock.js";
import * as segments from "./segments.js";
import * as store from "./store.js";

/** Read the pairing; the rest comes with the first `refresh`. */
export async function openDoor() {
  const [token, offering] = await Promise.all([store.get("token"), store.get("offering")]);
  return new Door(token && offering ? { token, offering } : null);
}

class Door {
  #said = null;
  #asking = null;

  constructor(pairing) {
    this.pairing = pairing;
    this.isReachable = true;
  }

  /** Ask the server anew; rejects with UnpairedError or UnreachableError. Calls at the same time share one question. */
  refresh() {
    this.#asking ??= getDoor(this.pairing)
      .then((said) => {
        this.#said = said;
        this.isReachable = true;
      })
      .catch((error) => {
        this.isReachable = false;
        throw error;
      })
      .finally(() => {
        this.#asking = null;
      });
    return this.#asking;
  }

  get #segments() {
    return this.#said?.segments ?? [];
  }

  get #room() {
    return this.#said?.device.room ?? "";
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

  /** The segment that can be left now, or null. */
  get leavable() {
    return segments.leavableSegment(this.#segments, clock.now(), this.#room);
  }

  get next() {
    return segments.nextSegment(this.#segments, clock.now());
  }

  byNumber(number) {
    return this.#segments.find((segment) => segment.number === number) ?? null;
  }

  get count() {
    return this.#said?.current ?? null;
  }

  get countText() {
    return this.count ? `${this.count.in} of ${this.count.expected} in` : "";
  }

  /** The bar's two lines: the segment, and where this is. */
  get heading() {
    if (!this.#said) return { title: "Muster", where: "Asking the server" };
    const place = [this.open?.room || this.#room, this.#said.device.name].filter(Boolean).join(", ");
    if (this.open) return { title: `${this.open.number}. ${this.open.title}`, where: place };
    if (segments.countOpen(this.#segments, clock.now()) > 1) {
      return { title: "Two segments are open", where: `${place}. Scans are kept for the desk.` };
    }
    const { next } = this;
    const then = next ? `next opens at ${clock.timeOfDay(next.opens_at, this.zone)}` : "none is left";
    return { title: `No segment is open; ${then}`, where: place };
  }
}
