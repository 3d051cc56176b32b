/**
 * The person's own signing keys (签名密钥): made here, kept by this browser, unreadable even to this page.
 *
 * WebCrypto makes each private key non-extractable and IndexedDB keeps the handle to it. A key that is gone with
 * its browser is replaced after a new identity proof; there is no copy to restore.
 */
import { publicKeyText, keyId, withEd25519 } from "../verify/keys.js";
import { Problem } from "../verify/problem.js";
import { inStore } from "./store.js";

const PLACE = { database: "shuxin-device", store: "keys" };

/** @typedef {{id: string, text: string, label: string, madeAt: string, privateKey: CryptoKey}} DeviceKey */

/** @param {{label: string, now: Date}} about @returns {Promise<DeviceKey>} */
export async function makeKey({ label, now }) {
  const pair = /** @type {CryptoKeyPair} */ (
    await withEd25519(() => crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]))
  );
  const text = publicKeyText(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  const key = { id: keyId(text), text, label, madeAt: now.toISOString(), privateKey: pair.privateKey };
  await inStore(PLACE, "readwrite", (store) => store.add(key));
  return key;
}

/** Oldest first. @returns {Promise<DeviceKey[]>} */
export async function listKeys() {
  const keys = await inStore(PLACE, "readonly", (store) => store.getAll());
  return keys.sort((a, b) => a.madeAt.localeCompare(b.madeAt));
}

/** Throws Problem("key_not_here"). @param {string} id @returns {Promise<DeviceKey>} */
export async function keyNamed(id) {
  const key = await inStore(PLACE, "readonly", (store) => store.get(id));
  if (!key) throw new Problem("key_not_here");
  return key;
}

/** @param {string} id */
export const forgetKey = (id) => inStore(PLACE, "readwrite", (store) => store.delete(id));

/** Ask the browser not to clear this site's storage of its own accord. */
export const keepStorage = async () => (await navigator.storage?.persist?.()) ?? false;
