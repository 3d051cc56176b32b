/** Receipts (回执) read from strangers; the form is that of docs/protocols/documents.md. */
import { fromBase64url, fromHex, fromUtf8 } from "./bytes.js";
import { parsePlainJson } from "./json.js";
import { isPublicKey } from "./keys.js";
import { Problem } from "./problem.js";
import { isObject, statementFrom } from "./statement.js";

export const LONGEST_RECEIPT = 256 * 1024;
const FORMAT = "shuxin-receipt/1";
const PARTS = ["format", "keys", "proof", "salt", "statement"];
const BODY = [
  "alg", "canon", "commitment", "expires_at", "holder_key", "id", "issued_at", "issuer", "media_type",
  "status_index", "status_list", "supersedes", "template",
];
const TIME = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{6})?[+-](?:[01]\d|2[0-3]):[0-5]\d$/;
const MEDIA_TYPE = /^(?=.{3,100}$)[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/;
export const PARTY = /^(?:uscc:[0-9A-HJ-NPQRTUWXY]{18}|person:[0-9a-f]{32})$/;
const TEMPLATE = /^[a-z][a-z0-9_]{0,59}$/;
const PLACES = 65536;
const MOST_KEYS = 64;

/**
 * @typedef {import("./statement.js").Statement} Statement
 * @typedef {{statement: Statement, body: Record<string, any>, salt: Uint8Array, proof: Record<string, any>,
 *   keys: Statement[]}} Receipt
 */

/** Throws Problem("receipt_invalid"). @param {Uint8Array} bytes @returns {Receipt} */
export function parseReceipt(bytes) {
  try {
    if (bytes.length > LONGEST_RECEIPT) throw new Problem("receipt_invalid");
    return receiptFrom(parsePlainJson(fromUtf8(bytes)));
  } catch {
    throw new Problem("receipt_invalid");
  }
}

/** @param {any} value @returns {Receipt} */
function receiptFrom(value) {
  mustBe(isObject(value) && hasJust(value, PARTS) && value.format === FORMAT);
  const salt = fromBase64url(value.salt);
  mustBe(salt?.length === 32 && isObject(value.proof) && Array.isArray(value.keys) && value.keys.length <= MOST_KEYS);
  const statement = statementFrom(value.statement);
  mustBe(statement.kind === "document-receipt" && soundBody(statement.body));
  const keys = value.keys.map(statementFrom);
  return { statement, body: statement.body, salt: /** @type {Uint8Array} */ (salt), proof: value.proof, keys };
}

/** @param {boolean} sound */
function mustBe(sound) {
  if (!sound) throw new Problem("receipt_invalid");
}

/** @param {Record<string, any>} body */
function soundBody(body) {
  const { alg, canon, media_type: type, status_index: place, issued_at: from, expires_at: to } = body;
  return (
    hasJust(body, BODY) && ["id", "status_list"].every((name) => fromHex(body[name])?.length === 16) &&
    fromHex(body.commitment)?.length === 32 && (body.supersedes === "" || fromHex(body.supersedes)?.length === 16) &&
    ["hmac-sha256", "hmac-sm3"].includes(alg) && [type, body.issuer, body.template].every((text) => typeof text === "string") && MEDIA_TYPE.test(type) &&
    (canon === "none" || (canon === "jcs" && type === "application/json")) &&
    PARTY.test(body.issuer) && TEMPLATE.test(body.template) && isHolderKey(body.holder_key) &&
    isTime(from) && isTime(to) && Date.parse(from) < Date.parse(to) &&
    Number.isSafeInteger(place) && place >= 0 && place < PLACES
  );
}

/** @param {unknown} text */
const isHolderKey = (text) => text === "" || isPublicKey(text);

/** As Python writes it, with an offset; a day that the month has, far from the calendar's ends. @param {unknown} text */
export function isTime(text) {
  const [, year, month, day] = (typeof text === "string" && TIME.exec(text)) || [];
  if (/\.000000|-00:00$/.test(String(text)) || Number(year) < 1900 || Number(year) >= 9000) return false;
  return Number(day) >= 1 && Number(day) <= new Date(Number(year), Number(month), 0).getDate() && Number(month) <= 12;
}

/** @param {Record<string, unknown>} value @param {string[]} names sorted */
export const hasJust = (value, names) => Object.keys(value).sort().join() === names.join();
