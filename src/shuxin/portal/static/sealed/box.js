/**
 * Answers that only this page opens (密封应答), as src/shuxin/portal/subject/sealing.py makes them:
 * ECDH on P-256, HKDF-SHA256, AES-256-GCM; key, nonce and what is authenticated come from the answer's whole head.
 */
import { base64url, concat, fromBase64url, fromUtf8, utf8 } from "../verify/bytes.js";
import { canonicalStatement } from "../verify/json.js";
import { Problem } from "../verify/problem.js";

const LABEL = utf8("shuxin/sealed-answer/v1\n");
const LETTER = utf8("shuxin/sealed-objection/v1\n");
const LEAST = 1 << 14;
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const HEAD = ["question", "subject", "holder", "what", "at", "box"];
const [KEY, NONCE, LENGTH] = [32, 12, 4];

/** @typedef {{text: string, privateKey: CryptoKey}} Box */

/** For one question; its private half cannot be read, not even by this page. @returns {Promise<Box>} */
export async function newBox() {
  const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]));
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { text: base64url(raw), privateKey: pair.privateKey };
}

/**
 * The content, when the answer is to this very question. Throws Problem("answer_not_opened").
 * @param {Record<string, any>} body of the answer, whose signature the caller has checked
 * @param {{question: Record<string, any>, digest: string, box: Box}} asked ``digest``: hash of the question's statement
 * @returns {Promise<string>}
 */
export async function opened(body, { question, digest, box }) {
  const expected = { question: digest, subject: question.subject, holder: question.holder, what: question.what };
  const isOurs = Object.entries(expected).every(([name, value]) => body[name] === value);
  const whole = Object.keys(body).sort().join() === [...HEAD, "sealed"].sort().join();
  if (!isOurs || !whole) throw new Problem("answer_not_opened");
  try {
    const head = Object.fromEntries(HEAD.map((name) => [name, body[name]]));
    return fromUtf8(await decrypted(body.sealed, concat(LABEL, canonicalStatement(head)), box.privateKey, body.box));
  } catch {
    throw new Problem("answer_not_opened");
  }
}

/**
 * The body of a sealed objection: ``content`` for the holder of the box alone.
 * @param {Uint8Array} content @param {{subject: string, holder: string, at: string}} about @param {string} to the holder's box
 */
export async function sealedTo(content, about, to) {
  const own = await newBox();
  const head = { ...about, box: own.text };
  const context = concat(LETTER, canonicalStatement(head));
  const { key, gcm } = await derived(context, own.privateKey, to, "encrypt");
  const sealed = await crypto.subtle.encrypt(gcm, key, /** @type {BufferSource} */ (padded(content)));
  return { ...head, sealed: base64url(new Uint8Array(sealed)) };
}

/** @param {unknown} sealed @param {Uint8Array} context @param {CryptoKey} own @param {unknown} other */
async function decrypted(sealed, context, own, other) {
  const { key, gcm } = await derived(context, own, other, "decrypt");
  return unpadded(new Uint8Array(await crypto.subtle.decrypt(gcm, key, bytes(sealed))));
}

/** @param {Uint8Array} context @param {CryptoKey} own @param {unknown} other @param {"encrypt" | "decrypt"} use */
async function derived(context, own, other, use) {
  const { subtle } = crypto;
  const point = await subtle.importKey("raw", bytes(other), CURVE, false, []);
  const shared = await subtle.deriveBits({ name: "ECDH", public: point }, own, 8 * KEY);
  const master = await subtle.importKey("raw", shared, "HKDF", false, ["deriveBits"]);
  const way = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: /** @type {BufferSource} */ (context) };
  const made = new Uint8Array(await subtle.deriveBits(way, master, 8 * (KEY + NONCE)));
  const key = await subtle.importKey("raw", made.slice(0, KEY), "AES-GCM", false, [use]);
  const gcm = { name: "AES-GCM", iv: made.slice(KEY), additionalData: /** @type {BufferSource} */ (context) };
  return { key, gcm };
}

/** @param {unknown} text @returns {BufferSource} */
function bytes(text) {
  const found = fromBase64url(text);
  if (!found) throw new Problem("answer_not_opened");
  return /** @type {BufferSource} */ (found);
}

/** Length in four bytes, the content, zeros up to a power of two. @param {Uint8Array} content */
function padded(content) {
  let size = LEAST;
  while (size < LENGTH + content.length) size *= 2;
  const whole = new Uint8Array(size);
  new DataView(whole.buffer).setUint32(0, content.length);
  whole.set(content, LENGTH);
  return whole;
}

/** The content again. @param {Uint8Array} whole */
function unpadded(whole) {
  const length = new DataView(whole.buffer).getUint32(0);
  if (LENGTH + length > whole.length) throw new Problem("answer_not_opened");
  return whole.subarray(LENGTH, LENGTH + length);
}
