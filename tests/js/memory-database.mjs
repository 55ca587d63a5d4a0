// A browser's database in memory, as far as the door uses it: so that modules which keep things run without a browser.

const copy = (value) => (value instanceof CryptoKey ? value : structuredClone(value));

class Request {
  constructor(result) {
    this.result = result;
    setTimeout(() => this.onsuccess?.(), 0);
  }
}

class Store {
  constructor(keyPath) {
    this.keyPath = keyPath;
    this.rows = new Map();
  }
  createIndex() {}
  put(value, key) {
    this.rows.set(this.keyPath ? value[this.keyPath] : key, copy(value));
    return new Request();
  }
  get(key) {
    return new Request(copy(this.rows.get(key)));
  }
  getKey(key) {
    return new Request(this.rows.has(key) ? key : undefined);
  }
  getAll(range) {
    const fits = (key) => !range || (key >= range.low && key <= range.high);
    return new Request([...this.rows].filter(([key]) => fits(key)).map(([, value]) => copy(value)));
  }
  delete(key) {
    this.rows.delete(key);
    return new Request();
  }
  index(field) {
    return {
      getAllKeys: (wanted) =>
        new Request([...this.rows].filter(([, value]) => value[field] === wanted).map(([key]) => key)),
    };
  }
}

/** Put an empty database in the place of the browser's. */
export function install() {
  const stores = new Map();
  const database = {
    objectStoreNames: { contains: (name) => stores.has(name) },
    createObjectStore(name, { keyPath = null } = {}) {
      stores.set(name, new Store(keyPath));
      return stores.get(name);
    },
    transaction(name) {
      const change = { objectStore: () => stores.get(name) };
      setTimeout(() => change.oncomplete?.(), 5);
      return change;
    },
  };
  globalThis.IDBKeyRange = { bound: (low, high) => ({ low, high }) };
  globalThis.indexedDB = {
    open() {
      const ask = { result: database };
      setTimeout(() => {
        if (!stores.size) ask.onupgradeneeded();
        ask.onsuccess();
      }, 0);
      return ask;
    },
  };
}
