// What only one tab of the door does at a time. A tab that dies lets go of its locks by itself.

const own = new Set();

/** Do something under a name; waits where another tab holds it. */
export async function under(name, act) {
  own.add(name);
  try {
    return await (navigator.locks ? navigator.locks.request(name, act) : act());
  } finally {
    own.delete(name);
  }
}

/** Do something under a name, or nothing (undefined) where somebody is at it already. */
export async function ifFree(name, act) {
  if (own.has(name)) return undefined;
  if (!navigator.locks) return under(name, act);
  own.add(name);
  try {
    return await navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? act() : undefined));
  } finally {
    own.delete(name);
  }
}

/** The names that are held now, in this tab or another. */
export async function held() {
  const { held: elsewhere = [] } = (await navigator.locks?.query()) ?? {};
  return new Set([...own, ...elsewhere.map((lock) => lock.name)]);
}
