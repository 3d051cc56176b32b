/** Whom a check relies on: a trust file of one's own, or the one that this site offers. */
import { fromBase64, fromUtf8, hex } from "./bytes.js";
import { parsePlainJson } from "./json.js";
import { isPublicKey } from "./keys.js";
import { parseCheckpoint } from "./note.js";
import { Problem } from "./problem.js";
import { isTime } from "./receipt.js";
import { isObject, statementFrom } from "./statement.js";

const LONGEST = 1 << 23;

/**
 * @typedef {{log: {logs: string[], witnesses: string[], threshold: number},
 *   anchors: import("./directory.js").Anchors, statements: import("./statement.js").Statement[],
 *   checkpoints: import("./note.js").Checkpoint[]}} Trust
 */

/** Throws Problem("trust_unavailable"). */
export async function siteTrust() {
  try {
    const answer = await fetch("/verify/trust.json", { credentials: "omit", redirect: "error" });
    if (answer.ok) return trustFrom(parsePlainJson(await answer.text()));
  } catch {
    // said below, whatever stood against it
  }
  throw new Problem("trust_unavailable");
}

/** Throws Problem("trust_invalid"). @param {Blob} file */
export async function trustFromFile(file) {
  try {
    if (file.size <= LONGEST) return trustFrom(parsePlainJson(fromUtf8(new Uint8Array(await file.arrayBuffer()))));
  } catch {
    // said below
  }
  throw new Problem("trust_invalid");
}

/** @param {any} value @returns {Trust} */
function trustFrom(value) {
  const { log, parties } = value;
  const { anchors, statements, checkpoints } = parties;
  const sound =
    isTexts(log.logs) && areWitnesses(log) && Number.isSafeInteger(log.threshold) && log.threshold >= 0 &&
    anchors.attesters.every(isAttester) && anchors.pinned.every(isPinned) && isTexts(anchors.methods) &&
    isTexts(checkpoints);
  if (!sound) throw new Problem("trust_invalid");
  return { log, anchors, statements: statements.map(statementFrom), checkpoints: checkpoints.map(parseCheckpoint) };
}

/** Enough for the threshold, and none twice or a log's own key. @param {any} log */
function areWitnesses({ logs, witnesses, threshold }) {
  if (!isTexts(witnesses) || threshold > witnesses.length) return false;
  const [cosigning, signing] = [witnesses.map(publicPart), logs.map(publicPart)];
  return new Set(cosigning).size === witnesses.length && !signing.some((key) => cosigning.includes(key));
}

/** What follows name and hash, without the byte for the use of the key. @param {string} text */
function publicPart(text) {
  const bytes = fromBase64(text.split("+").slice(2).join("+"));
  if (!bytes) throw new Problem("trust_invalid");
  return hex(bytes.subarray(1));
}

/** @param {any} value */
const isAttester = (value) => isObject(value) && isPublicKey(value.public_key) && isTexts(value.kinds);

/** @param {any} value */
const isPinned = (value) =>
  isObject(value) && isPublicKey(value.public_key) && isTexts(value.roles) && isTime(value.valid_from) && isTime(value.valid_to);

/** @param {unknown} value */
const isTexts = (value) => Array.isArray(value) && value.every((one) => typeof one === "string");
