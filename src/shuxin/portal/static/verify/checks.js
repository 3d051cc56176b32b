/** The checks of a verifier, in the order of docs/protocols/documents.md; each ends in one finding. */
import { failed, open, passed } from "./findings.js";
import { commitmentOf } from "./hashing.js";
import { whoSigned } from "./issuer.js";
import { checkLog } from "./log.js";
import { Problem } from "./problem.js";
import { checkStatus } from "./statuslist.js";

/** What ends one check undecided, not the whole verification. */
const UNDECIDED = ["sm3_here", "sm2_here", "no_ed25519", "no_secure_context"];
const CLOCK_SKEW_MS = 120_000;

/**
 * @typedef {import("./findings.js").Finding} Finding
 * @typedef {import("./receipt.js").Receipt} Receipt
 * @typedef {import("./trust.js").Trust} Trust
 */

/**
 * @param {{content: Blob, receipt: Receipt, trust: Trust, lists?: import("./statuslist.js").StatusList[], now: Date,
 *   onProgress: (done: number) => void, signal: AbortSignal}} job
 * @returns {Promise<Finding[]>}
 */
export async function checkAll({ content, receipt, trust, lists = [], now, onProgress, signal }) {
  const found = await decided("content", () => checkContent(content, receipt, onProgress, signal));
  let at = now;
  const log = await decided("log", async () => {
    const { finding, seenBy } = await checkLog(receipt, trust);
    if (seenBy && seenBy < now) at = seenBy;
    return finding;
  });
  const issuer = await decided("issuer", () => checkIssuer(receipt, trust, at));
  const status = lists.length
    ? await decided("status", () => checkStatus(receipt, { trust, lists, now }))
    : open("status", "status_not_asked");
  return [found, issuer, log, checkPeriod(receipt, now), status];
}

/** @param {string} check @param {() => Promise<Finding>} work @returns {Promise<Finding>} */
async function decided(check, work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem) || !UNDECIDED.includes(error.code)) throw error;
    return open(check, error.code);
  }
}

/**
 * @param {Blob} content @param {Receipt} receipt
 * @param {(done: number) => void} onProgress @param {AbortSignal} signal @returns {Promise<Finding>}
 */
async function checkContent(content, { body, salt }, onProgress, signal) {
  const how = { alg: body.alg, canon: body.canon, media_type: body.media_type };
  const commitment = await commitmentOf(how, { content, salt, onProgress, signal });
  return commitment === body.commitment ? passed("content", "content_same") : failed("content", "TAMPERED");
}

/**
 * ``at`` is when somebody trusted first saw the receipt, never a time that it claims itself.
 * @param {Receipt} receipt @param {Trust} trust @param {Date} at @returns {Promise<Finding>}
 */
async function checkIssuer({ statement, body, keys }, trust, at) {
  const statements = [...keys, ...trust.statements];
  const found = await whoSigned(statement, { party: body.issuer, at, anchors: trust.anchors, statements });
  if ("problem" in found) return failed("issuer", found.problem);
  const { name, by } = found.key;
  return by
    ? passed("issuer", "issuer_attested", { name, issuer: body.issuer, attester: by })
    : passed("issuer", "issuer_pinned", { name, issuer: body.issuer });
}

/** @param {Receipt} receipt @param {Date} now @returns {Finding} */
function checkPeriod({ body }, now) {
  const facts = { from: moment(body.issued_at), to: moment(body.expires_at) };
  if (now.getTime() + CLOCK_SKEW_MS < Date.parse(body.issued_at)) return failed("period", "NOT_YET_VALID", facts);
  if (now.getTime() >= Date.parse(body.expires_at)) return failed("period", "EXPIRED", facts);
  return passed("period", "in_period", facts);
}

/** As the receipt has it, without the T. @param {string} text */
const moment = (text) => text.replace("T", " ");
