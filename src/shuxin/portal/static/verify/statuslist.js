/** Signed status lists (状态列表) that a verifier holds; the form is that of docs/protocols/documents.md. */
import { fromBase64url, fromHex, fromUtf8 } from "./bytes.js";
import { failed, passed } from "./findings.js";
import { inflated } from "./inflate.js";
import { whoSigned } from "./issuer.js";
import { parsePlainJson } from "./json.js";
import { Problem } from "./problem.js";
import { hasJust, isTime, PARTY } from "./receipt.js";
import { isObject, statementFrom } from "./statement.js";

const LONGEST = 8 << 20;
const PLACES = 65536;
const BODY = ["details", "issued_at", "issuer", "list", "lst", "number", "size"];
const CAUSES = ["content_changed", "fraud", "holder_request", "issued_in_error", "key_compromised"];
const REVOKED = 1;
const SUPERSEDED = 3;
const MAX_AGE_MS = 24 * 3_600_000;
const CLOCK_SKEW_MS = 120_000;

/**
 * @typedef {{reason: string, detail: string}} Standing
 * @typedef {{statement: import("./statement.js").Statement, issuer: string, id: string, number: number, at: Date,
 *   standings: Map<number, Standing>}} StatusList
 */

/** Throws Problem("status_invalid"). @param {Blob} file @returns {Promise<StatusList>} */
export async function statusListFrom(file) {
  try {
    mustBe(file.size <= LONGEST);
    return await listFrom(statementFrom(parsePlainJson(fromUtf8(new Uint8Array(await file.arrayBuffer())))));
  } catch {
    throw new Problem("status_invalid");
  }
}

/**
 * What the newest fitting list says of the receipt, by the same rules as the command.
 * @param {import("./receipt.js").Receipt} receipt
 * @param {{trust: import("./trust.js").Trust, lists: StatusList[], now: Date}} by
 * @returns {Promise<import("./findings.js").Finding>}
 */
export async function checkStatus({ body, keys }, { trust, lists, now }) {
  const [list] = lists.filter(({ id }) => id === body.status_list).sort((a, b) => b.number - a.number);
  if (list?.issuer !== body.issuer) return failed("status", "STATUS_MISSING");
  const statements = [...keys, ...trust.statements];
  const found = await whoSigned(list.statement, { party: body.issuer, at: now, anchors: trust.anchors, statements });
  if ("problem" in found) return failed("status", "STATUS_CHANGED");
  const standing = list.standings.get(body.status_index);
  if (standing) return failed("status", standing.reason, { detail: standing.detail });
  const age = now.getTime() - list.at.getTime();
  if (age > MAX_AGE_MS || age < -CLOCK_SKEW_MS) return failed("status", "STATUS_STALE");
  return passed("status", "status_listed", { at: `${list.at.toISOString().slice(0, 16).replace("T", " ")} UTC` });
}

/** @param {import("./statement.js").Statement} statement @returns {Promise<StatusList>} */
async function listFrom(statement) {
  const body = /** @type {Record<string, any>} */ (statement.body);
  const { issuer, list, number, issued_at: at, size, details } = body;
  mustBe(statement.kind === "document-status" && hasJust(body, BODY) && size === PLACES && isObject(details) && isTime(at));
  mustBe(typeof issuer === "string" && PARTY.test(issuer) && isId(list) && Number.isSafeInteger(number) && number >= 0);
  return { statement, issuer, id: list, number, at: new Date(at), standings: standingsOf(await unpacked(body.lst), details) };
}

/** @param {unknown} text */
async function unpacked(text) {
  const packed = fromBase64url(text);
  mustBe(packed !== null);
  const bits = await inflated(/** @type {Uint8Array} */ (packed), PLACES / 4);
  mustBe(bits.length === PLACES / 4);
  return bits;
}

/** @param {Uint8Array} bits @param {Record<string, any>} details */
function standingsOf(bits, details) {
  /** @type {Map<number, Standing>} */
  const found = new Map();
  for (let place = 0; place < PLACES; place += 1) {
    const code = (bits[place >> 2] >> (2 * (place % 4))) & 3;
    if (code) found.set(place, standingOf(code, details[place]));
  }
  mustBe(Object.keys(details).length === found.size);
  return found;
}

/** @param {number} code @param {any} detail @returns {Standing} */
function standingOf(code, detail) {
  mustBe(isObject(detail) && (code === REVOKED || code === SUPERSEDED));
  const name = code === REVOKED ? "reason" : "newer";
  mustBe(hasJust(detail, [name]) && (code === REVOKED ? CAUSES.includes(detail.reason) : isId(detail.newer)));
  return { reason: code === REVOKED ? "REVOKED" : "SUPERSEDED", detail: detail[name] };
}

/** @param {unknown} text */
const isId = (text) => fromHex(text)?.length === 16;

/** @param {boolean} sound */
function mustBe(sound) {
  if (!sound) throw new Problem("status_invalid");
}
