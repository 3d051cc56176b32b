/** One object store of this browser (本机存储), by the field of its rows that names them. */
import { Problem } from "../verify/problem.js";

/**
 * Asks one question of the store in a transaction of its own. Throws Problem("storage_refused").
 * @template T @param {{database: string, store: string}} place rows are named by their ``id``
 * @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest<T>} ask @returns {Promise<T>}
 */
export async function inStore({ database, store }, mode, ask) {
  const opened = await open(database, store);
  try {
    return await new Promise((resolve, reject) => {
      const transaction = opened.transaction(store, mode);
      const request = ask(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(new Problem("storage_refused"));
    });
  } finally {
    opened.close();
  }
}

/** @param {string} database @param {string} store @returns {Promise<IDBDatabase>} */
function open(database, store) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Problem("storage_refused"));
  });
}
