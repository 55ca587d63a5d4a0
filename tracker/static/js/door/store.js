// What the device keeps: its pairing, and the scans that the server has not acknowledged yet.

const request = (ask) =>
  new Promise((resolve, reject) => {
    ask.onsuccess = () => resolve(ask.result);
    ask.onerror = () => reject(ask.error);
  });

function open() {
  const ask = indexedDB.open("muster-door", 1);
  ask.onupgradeneeded = () => {
    ask.result.createObjectStore("kv");
    ask.result.createObjectStore("outbox", { keyPath: "id" });
  };
  return request(ask);
}

let opened;

async function transaction(name, mode) {
  opened ??= open();
  // Strict: the browser says "done" only when the disk has it.
  return (await opened).transaction(name, mode, { durability: "strict" });
}

async function write(name, act) {
  const change = await transaction(name, "readwrite");
  const done = new Promise((resolve, reject) => {
    change.oncomplete = resolve;
    change.onabort = change.onerror = () => reject(change.error);
  });
  act(change.objectStore(name));
  await done;
}

async function read(name, act) {
  return request(act((await transaction(name, "readonly")).objectStore(name)));
}

/** One value of the pairing: "token", "offering", "device" or "device_uid". */
export const get = (key) => read("kv", (store) => store.get(key));

/** Keep several values of the pairing, all or none. */
export const set = (values) =>
  write("kv", (store) => Object.entries(values).forEach(([key, value]) => store.put(value, key)));

/** Keep a scan until `forget`; resolves when the disk has it, and it was read back. */
export async function keep(scan) {
  await write("outbox", (store) => store.put(scan));
  if (!(await read("outbox", (store) => store.get(scan.id)))) throw new Error("The scan was not kept.");
}

/** Let go of scans that the server has acknowledged. */
export const forget = (ids) => write("outbox", (store) => ids.forEach((id) => store.delete(id)));

/** The scans of one offering that wait, oldest first. */
export async function waiting(offering) {
  const all = await read("outbox", (store) => store.getAll());
  return all.filter((scan) => scan.offering === offering).sort((a, b) => a.kept_at - b.kept_at);
}
