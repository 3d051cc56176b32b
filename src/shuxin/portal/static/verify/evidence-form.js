/** The form of an evidence file: canonical JSON, closed at every level; the same as federation/evidence/form.py. */
import { fromHex, fromUtf8, same } from "./bytes.js";
import { canonicalJson, parseJson } from "./json.js";
import { Problem } from "./problem.js";
import { isObject, statementFrom } from "./statement.js";

export const LONGEST_EVIDENCE = 1 << 22;
const KINDS = ["score-evidence", "decision-evidence", "strategy-evidence"];
const PARTS = ["kind", "version", "score", "authorisations", "questions", "jobs", "model", "keys"];
const RECEIPT = ["statement", "leaf", "place", "path", "checkpoint", "entry", "use"];
const ENTRY = ["index", "entry", "path"];

/**
 * @typedef {import("./statement.js").Statement} Statement
 * @typedef {{index: number, entry: Record<string, any>, path: Uint8Array[]}} InLog
 * @typedef {InLog & {salt: Uint8Array, content: Record<string, any>}} UseInLog
 * @typedef {{statement: Statement, leaf: Record<string, any>, place: number, path: Uint8Array[], checkpoint: string,
 *   entry: InLog, use: UseInLog | null}} Receipt
 * @typedef {{holder: string, request: Statement, receipt: Receipt | null}} Answer
 * @typedef {{job: Statement, approvals: Statement[]}} JobPapers
 * @typedef {{score: Statement, authorisations: Statement[], questions: {question: string, answers: Answer[]}[],
 *   service: JobPapers, card: JobPapers, model: Record<string, any>, keys: Statement[]}} Evidence
 */

/** What kind of evidence these bytes say they are; null for anything else. @param {Uint8Array} bytes */
export function evidenceKind(bytes) {
  try {
    const value = /** @type {any} */ (parseJson(fromUtf8(bytes)));
    return isObject(value) && KINDS.includes(value.kind) ? value.kind : null;
  } catch {
    return null;
  }
}

/** Canonical JSON, an object. Throws Problem("evidence_form"). @param {Uint8Array} bytes */
export function parseFile(bytes) {
  try {
    const value = parseJson(fromUtf8(bytes));
    if (bytes.length <= LONGEST_EVIDENCE && isObject(value) && same(canonicalJson(value), bytes)) return value;
  } catch {
    // said below
  }
  throw new Problem("evidence_form");
}

/** Throws Problem("evidence_form"). @param {Uint8Array} bytes @returns {Evidence} */
export function readScoreEvidence(bytes) {
  const parts = closed(parseFile(bytes), PARTS);
  if (parts.kind !== "score-evidence" || parts.version !== 1) throw new Problem("evidence_form");
  const jobs = closed(parts.jobs, ["service", "card"]);
  return {
    score: signed(parts.score),
    authorisations: listed(parts.authorisations).map(signed),
    questions: listed(parts.questions).map(question),
    service: papers(jobs.service),
    card: papers(jobs.card),
    model: object(parts.model),
    keys: listed(parts.keys).map(signed),
  };
}

/** @param {any} value @param {string[]} names @returns {Record<string, any>} */
export function closed(value, names) {
  if (!isObject(value) || Object.keys(value).sort().join() !== [...names].sort().join()) {
    throw new Problem("evidence_form");
  }
  return value;
}

/** @param {any} value @returns {any[]} */
export function listed(value) {
  if (!Array.isArray(value)) throw new Problem("evidence_form");
  return value;
}

/** @param {any} value @returns {Statement} */
export function signed(value) {
  try {
    return statementFrom(value);
  } catch {
    throw new Problem("evidence_form");
  }
}

/** @param {any} value @returns {Record<string, any>} */
export function object(value) {
  if (!isObject(value)) throw new Problem("evidence_form");
  return value;
}

/** @param {any} value @returns {number} */
function whole(value) {
  if (!Number.isSafeInteger(value) || value < 0) throw new Problem("evidence_form");
  return value;
}

/** @param {any} value @returns {string} */
function text(value) {
  if (typeof value !== "string") throw new Problem("evidence_form");
  return value;
}

/** Of 32 bytes. @param {any} value */
function digest(value) {
  const raw = fromHex(value);
  if (raw?.length !== 32) throw new Problem("evidence_form");
  return raw;
}

/** @param {any} value @returns {InLog} */
export function inLog(value) {
  const parts = closed(value, ENTRY);
  return { index: whole(parts.index), entry: object(parts.entry), path: listed(parts.path).map(digest) };
}

/** @param {any} value @returns {UseInLog} */
export function useInLog(value) {
  const { salt, content, ...rest } = closed(value, [...ENTRY, "salt", "content"]);
  return { ...inLog(rest), salt: digest(salt), content: object(content) };
}

/** @param {any} value */
function question(value) {
  const parts = closed(value, ["question", "answers"]);
  return { question: text(parts.question), answers: listed(parts.answers).map(answer) };
}

/** @param {any} value @returns {Answer} */
function answer(value) {
  const parts = closed(value, ["holder", "request", "receipt"]);
  return {
    holder: text(parts.holder),
    request: signed(parts.request),
    receipt: parts.receipt === null ? null : receipt(parts.receipt),
  };
}

/** @param {any} value @returns {Receipt} */
function receipt(value) {
  const parts = closed(value, RECEIPT);
  return {
    statement: signed(parts.statement),
    leaf: object(parts.leaf),
    place: whole(parts.place),
    path: listed(parts.path).map(digest),
    checkpoint: text(parts.checkpoint),
    entry: inLog(parts.entry),
    use: parts.use === null ? null : useInLog(parts.use),
  };
}

/** @param {any} value @returns {JobPapers} */
function papers(value) {
  const parts = closed(value, ["job", "approvals"]);
  return { job: signed(parts.job), approvals: listed(parts.approvals).map(signed) };
}
