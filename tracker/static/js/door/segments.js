// Which segment a scan is for. The server sends each one's window; the clock is the server's.

const starts = (segment) => Date.parse(segment.starts_at);
const ends = (segment) => Date.parse(segment.ends_at);
const opens = (segment) => Date.parse(segment.opens_at);
const leavesUntil = (segment) => Date.parse(segment.check_out_until);

const plain = (room) => (room ?? "").trim().toLowerCase();

/** Those of some segments that are held in a device's room, which is written as people write. */
const inRoom = (segments, room) => (plain(room) ? segments.filter((each) => plain(each.room) === plain(room)) : []);

/** All segments that take check-ins now. */
export const openNow = (segments, now) => segments.filter((segment) => opens(segment) <= now && now < ends(segment));

/**
 * The segment that takes check-ins now, or null. Where two do, the device's room decides; if it cannot, none is
 * named and the server holds the scan.
 */
export function openSegment(segments, now, room) {
  const open = openNow(segments, now);
  if (open.length < 2) return open[0] ?? null;
  const here = inRoom(open, room);
  return here.length === 1 ? here[0] : null;
}

const leavable = (segments, now) =>
  segments.filter((segment) => segment.check_out && starts(segment) <= now && now < leavesUntil(segment));

/**
 * The segment that people leave now, or null: it has check-out, has begun, and check-outs are still taken. Where two
 * do, the device's room decides. Of two in one room the one that runs is meant: check-outs are taken for a while
 * after the end. Elsewhere none is named, and the server holds the scan.
 */
export function leavableSegment(segments, now, room) {
  const all = leavable(segments, now);
  const here = inRoom(all, room);
  const meant = here.length ? here : all;
  if (meant.length === 1) return meant[0];
  const running = meant.filter((segment) => now < ends(segment));
  const isOneRoom = inRoom(meant, meant[0]?.room).length === meant.length;
  return isOneRoom && running.length === 1 ? running[0] : null;
}

/** How many can be left at once: none, and leaving is not offered; two, and a scan may be unclear. */
export const countLeavable = (segments, now) => leavable(segments, now).length;

/** The next segment to open, or null after the last. */
export function nextSegment(segments, now) {
  const later = segments.filter((segment) => opens(segment) > now);
  return later.sort((a, b) => opens(a) - opens(b))[0] ?? null;
}
