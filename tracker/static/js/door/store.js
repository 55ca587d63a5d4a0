// What the device keeps: its pairing, sealed answers of the server, and what the server has not acknowledged yet.

const VERSION = 3;
const KEY_PATHS = { kv: null, outbox: "id", undos: "id", seen: "key" };

const request = (ask) =>
  new Promise((resolve, reject) => {
    ask.onsuccess = () => resolve(ask.result);
    ask.onerror = () => reject(ask.error);
  });

async function open() {
  const ask = indexedDB.open("muster-door", VERSION);
  ask.onupgradeneeded = () => {
    const { result: database } = ask;
    if (database.objectStoreNames.contains("seen")) database.deleteObjectStore("seen"); // it had no index
    for (const [name, keyPath] of Object.entries(KEY_PATHS)) {
      if (database.objectStoreNames.contains(name)) continue;
      const store = database.createObjectStore(name, keyPath ? { keyPath } : undefined);
      if (name === "seen") store.createIndex("scan", "scan");
    }
  };
  const database = await request(ask);
  const leave = () => {
    opened = undefined;
    database.close();
  };
  database.onversionchange = leave; // a newer page of this door, in another tab
  database.onclose = leave;
  return database;
}

let opened;

async function transaction(name, mode) {
  opened ??= open().catch((error) => {
    opened = undefined;
    throw error;
  });
  // Strict: the browser says "done" only when the disk has it.
  return (await opened).transaction(name, mode, { durability: "strict" });
}

async function write(name, act) {
  const change = await transaction(name, "readwrite");
  const done = new Promise((resolve, reject) => {
    change.oncomplete = resolve;
    change.onabort = change.onerror = () => reject(change.error);
  });
  const result = act(change.objectStore(name));
  await done;
  return result;
}

async function read(name, act) {
  return request(act((await transaction(name, "readonly")).objectStore(name)));
}

/** One value, such as "token" or "offering". */
export const get = (key) => read("kv", (store) => store.get(key));

/** Keep several values, all or none. */
export const set = (values) =>
  write("kv", (store) => Object.entries(values).forEach(([key, value]) => store.put(value, key)));

/** Keep a value unless another tab has kept one already; resolves to the one that holds. */
export async function setOnce(key, value) {
  await write("kv", (store) => {
    const ask = store.getKey(key);
    ask.onsuccess = () => ask.result === undefined && store.put(value, key);
  });
  return get(key);
}

/** Keep an item until `remove`; resolves when the disk has it, and it was read back. */
export async function keep(name, item) {
  await write(name, (store) => store.put(item));
  const key = item[KEY_PATHS[name]];
  if (!(await read(name, (store) => store.get(key)))) throw new Error("The item was not kept.");
}

/** One item, or undefined. */
export const find = (name, key) => read(name, (store) => store.get(key));

/** Let go of items. */
export const remove = (name, keys) => write(name, (store) => keys.forEach((key) => store.delete(key)));

/** All items of a kind, or those whose key begins like this. */
export const list = (name, beginning = "") =>
  read(name, (store) => store.getAll(beginning ? IDBKeyRange.bound(beginning, `${beginning}\uffff`) : null));

/** The keys of items that an index finds. */
export const findKeys = (name, index, value) => read(name, (store) => store.index(index).getAllKeys(value));
