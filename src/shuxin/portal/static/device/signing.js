/** Signing on the person's own device: statements byte for byte those of kernel/statements.py. */
import { base64url } from "../verify/bytes.js";
import { canonicalStatement } from "../verify/json.js";
import { withEd25519 } from "../verify/keys.js";
import { signingBytes } from "../verify/statement.js";

/**
 * Throws Problem("not_canonical") when the body is more than text, whole numbers, booleans, null, lists, objects.
 * @param {string} kind @param {Record<string, unknown>} body
 * @param {{id: string, privateKey: CryptoKey}} key
 */
export async function signStatement(kind, body, key) {
  const message = /** @type {BufferSource} */ (signingBytes(kind, canonicalStatement(body)));
  const signature = await withEd25519(() => crypto.subtle.sign("Ed25519", key.privateKey, message));
  return { kind, body, algorithm: "ed25519", key_id: key.id, signature: base64url(new Uint8Array(signature)) };
}

/** ISO 8601 in China Standard Time, whole seconds, as every time in a statement. @param {Date} at */
export function chinaTime(at) {
  return `${new Date(at.getTime() + 8 * 3600 * 1000).toISOString().slice(0, 19)}+08:00`;
}
