// What somebody typed into the evaluation or an application: kept in this browser until
// it is sent, or saved on the server, or the person signs out. One draft per form.

const NAME = "muster-draft";
const STORE = "drafts";

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

/** Run `work` on the store; resolves once the transaction is complete. */
async function use(mode, work) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      // Strict: what was typed must survive a battery that dies the next second.
      const transaction = database.transaction(STORE, mode, { durability: "strict" });
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
      transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** Give the draft {fields, savedAt, step} of an enrollment, or undefined. */
export const load = (key) => use("readonly", (store) => store.get(key));

/** Keep a draft in the place of the one before. */
export const save = (key, draft) => use("readwrite", (store) => store.put(draft, key));

/** Forget the draft of an enrollment. */
export const remove = (key) => use("readwrite", (store) => store.delete(key));

/** Say how many drafts are kept. */
export const count = () => use("readonly", (store) => store.count());

/** Forget all drafts. */
export const clear = () => use("readwrite", (store) => store.clear());
