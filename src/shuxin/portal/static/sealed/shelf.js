/** Packages that this browser keeps for its owner, in a database of its own; each party of this site has its shelf. */
import { inStore } from "../device/store.js";

const PLACE = { database: "shuxin-documents", store: "packages" };

/** @typedef {{id: string, party: string, name: string, issuer: string, until: string, addedAt: string, file: Blob}} Kept */

/** @param {Kept} kept */
export const keep = (kept) => inStore(PLACE, "readwrite", (store) => store.put(kept));

/** @param {string} id */
export const forget = (id) => inStore(PLACE, "readwrite", (store) => store.delete(id));

/** Newest first. @param {string} party @returns {Promise<Kept[]>} */
export async function shelf(party) {
  const all = /** @type {Kept[]} */ (await inStore(PLACE, "readonly", (store) => store.getAll()));
  return all.filter((one) => one.party === party).sort((a, b) => b.addedAt.localeCompare(a.addedAt));
}
