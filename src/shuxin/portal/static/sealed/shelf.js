/** Packages that this browser keeps for its owner, in a database of its own; each party of this site has its shelf. */
import { Problem } from "../verify/problem.js";

const [DATABASE, STORE] = ["shuxin-documents", "packages"];

/** @typedef {{id: string, party: string, name: string, issuer: string, until: string, addedAt: string, file: Blob}} Kept */

/** @param {Kept} kept */
export const keep = (kept) => inStore("readwrite", (store) => store.put(kept));

/** @param {string} id */
export const forget = (id) => inStore("readwrite", (store) => store.delete(id));

/** Newest first. @param {string} party @returns {Promise<Kept[]>} */
export async function shelf(party) {
  const all = /** @type {Kept[]} */ (await inStore("readonly", (store) => store.getAll()));
  return all.filter((one) => one.party === party).sort((a, b) => b.addedAt.localeCompare(a.addedAt));
}

/** @template T @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest<T>} ask @returns {Promise<T>} */
async function inStore(mode, ask) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = ask(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(new Problem("storage_refused"));
    });
  } finally {
    database.close();
  }
}

/** @returns {Promise<IDBDatabase>} */
function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Problem("storage_refused"));
  });
}
