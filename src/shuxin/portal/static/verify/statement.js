/** Signed statements, byte for byte those of kernel/statements.py. */
import { concat, fromBase64url, utf8 } from "./bytes.js";
import { canonicalJson, canonicalStatement } from "./json.js";
import { keyId, parsePublicKey, verifies } from "./keys.js";
import { Problem } from "./problem.js";

const KIND = /^[a-z][a-z0-9-]{1,39}$/;
const PARTS = ["algorithm", "body", "key_id", "kind", "signature"];

/**
 * @typedef {import("./json.js").Json} Json
 * @typedef {{kind: string, body: Record<string, Json>, algorithm: string, key_id: string, signature: string}} Statement
 */

/** What a signature covers. @param {string} kind @param {Uint8Array} canonicalBody */
export function signingBytes(kind, canonicalBody) {
  if (!KIND.test(kind)) throw new Problem("statement_invalid");
  return concat(utf8(`shuxin/${kind}/v1\n`), canonicalBody);
}

/** Throws Problem("statement_invalid"). @param {any} value @returns {Statement} */
export function statementFrom(value) {
  const whole = isObject(value) && Object.keys(value).sort().join() === PARTS.join();
  if (!whole || typeof value.kind !== "string" || !KIND.test(value.kind) || !isObject(value.body)) throw new Problem("statement_invalid");
  if (!["ed25519", "sm2"].includes(value.algorithm) || typeof value.key_id !== "string" || !/^[0-9a-f]{32}$/.test(value.key_id)) {
    throw new Problem("statement_invalid");
  }
  if (fromBase64url(value.signature)?.length !== 64) throw new Problem("statement_invalid");
  canonicalStatement(value.body);
  return /** @type {Statement} */ (value);
}

/** Whether that key, as text, signed this very statement. @param {Statement} statement @param {string} key */
export async function signedBy(statement, key) {
  if (statement.algorithm === "sm2") throw new Problem("sm2_here");
  const raw = parsePublicKey(key);
  const signature = /** @type {Uint8Array} */ (fromBase64url(statement.signature));
  const message = signingBytes(statement.kind, canonicalJson(statement.body));
  return keyId(key) === statement.key_id && (await verifies(raw, signature, message));
}

/** @param {unknown} value @returns {value is Record<string, any>} */
export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
