/** Public keys as text (``ed25519:`` and base64url), their names, and signatures checked by WebCrypto. */
import { sha256 } from "../vendor/noble-hashes/sha2.js";
import { base64url, fromBase64url, hex, utf8 } from "./bytes.js";
import { Problem } from "./problem.js";

const ED25519 = "ed25519:";

/** Raw 32 bytes. Throws Problem: sm2_here for the algorithm no browser has. @param {unknown} text */
export function parsePublicKey(text) {
  if (typeof text === "string" && text.startsWith("sm2:")) throw new Problem("sm2_here");
  const raw =
    typeof text === "string" && text.startsWith(ED25519) ? fromBase64url(text.slice(ED25519.length)) : null;
  if (!raw || raw.length !== 32) throw new Problem("public_key_invalid");
  return raw;
}

/** Also one of the algorithm that browsers lack: it is asked for only when it signed something. @param {unknown} text */
export function isPublicKey(text) {
  if (typeof text !== "string") return false;
  const [algorithm, rest] = [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1)];
  const size = { ed25519: 32, sm2: 64 }[algorithm];
  return size !== undefined && fromBase64url(rest)?.length === size;
}

/** @param {Uint8Array} raw */
export const publicKeyText = (raw) => ED25519 + base64url(raw);

/** 32 hexadecimal digits: the head of SHA-256 over the key's text. @param {string} text */
export const keyId = (text) => hex(sha256(utf8(text))).slice(0, 32);

/** The same digits in groups that two people can read to each other. @param {string} id */
export const fingerprint = (id) => (id.match(/.{4}/g) ?? []).join(" ");

/** @param {Uint8Array} raw @param {Uint8Array} signature @param {Uint8Array} message */
export async function verifies(raw, signature, message) {
  const key = await withEd25519(() =>
    crypto.subtle.importKey("raw", /** @type {BufferSource} */ (raw), "Ed25519", false, ["verify"]),
  );
  return crypto.subtle.verify("Ed25519", key, /** @type {BufferSource} */ (signature),
    /** @type {BufferSource} */ (message));
}

/**
 * Run what needs Ed25519 and say plainly when this browser, or a page without TLS, lacks it.
 * @template T @param {() => Promise<T>} work @returns {Promise<T>}
 */
export async function withEd25519(work) {
  if (!globalThis.crypto?.subtle) throw new Problem("no_secure_context");
  try {
    return await work();
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotSupportedError") throw new Problem("no_ed25519");
    throw error;
  }
}
