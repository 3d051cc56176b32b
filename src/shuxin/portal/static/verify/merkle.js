/** Inclusion in an append-only log: RFC 9162 section 2.1.3.2, with SHA-256. */
import { sha256 } from "../vendor/noble-hashes/sha2.js";
import { concat, same } from "./bytes.js";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** @param {Uint8Array} entry */
export const leafHash = (entry) => sha256(concat(LEAF, entry));

/** @param {Uint8Array} left @param {Uint8Array} right */
const nodeHash = (left, right) => sha256(concat(NODE, left, right));

/**
 * Whether the leaf stands at ``index`` in the tree of ``size`` leaves with that root.
 * @param {{leaf: Uint8Array, index: number, size: number, path: Uint8Array[], root: Uint8Array}} claim
 */
export function included({ leaf, index, size, path, root }) {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  let at = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0 || sibling.length !== 32) return false;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 && same(hash, root);
}
