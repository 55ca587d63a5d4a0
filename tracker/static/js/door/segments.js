// Which segment a scan is for. The server sends each one's window; the clock is the server's.

const starts = (segment) => Date.parse(segment.starts_at);
const ends = (segment) => Date.parse(segment.ends_at);
const opens = (segment) => Date.parse(segment.opens_at);
const leavesUntil = (segment) => Date.parse(segment.check_out_until);

/**
 * The segment that takes check-ins now, or null. Where two do, the device's room decides; if it cannot, none is
 * named and the server holds the scan.
 */
export function openSegment(segments, now, room) {
  const open = segments.filter((segment) => opens(segment) <= now && now < ends(segment));
  if (open.length < 2) return open[0] ?? null;
  const here = open.filter((segment) => segment.room === room);
  return here.length === 1 ? here[0] : null;
}

/** The segment that people can leave now: it has check-out, has begun, and check-outs are still taken. */
export function leavableSegment(segments, now, room) {
  const running = segments.filter(
    (segment) => segment.check_out && starts(segment) <= now && now < leavesUntil(segment),
  );
  return running.find((segment) => segment.room === room) ?? running.at(-1) ?? null;
}

/** The next segment to open, or null after the last. */
export function nextSegment(segments, now) {
  const later = segments.filter((segment) => opens(segment) > now);
  return later.sort((a, b) => opens(a) - opens(b))[0] ?? null;
}

/** How many open at once: two mean that a scan without a room is unclear. */
export function countOpen(segments, now) {
  return segments.filter((segment) => opens(segment) <= now && now < ends(segment)).length;
}
