/** The entry of the receipt in its issuer's log: the proof that the receipt carries, checked with trusted keys. */
import { sha256 } from "../vendor/noble-hashes/sha2.js";
import { fromHex, hex, same } from "./bytes.js";
import { failed, passed } from "./findings.js";
import { canonicalJson } from "./json.js";
import { included, leafHash } from "./merkle.js";
import { noteSignedBy, parseCheckpoint, parseVerifierKey } from "./note.js";
import { Problem } from "./problem.js";
import { hasJust } from "./receipt.js";
import { isObject } from "./statement.js";

const PROOF = ["checkpoint", "entry", "index", "kind", "path"];
const ENTRY = ["actor", "at", "commitments", "facts", "kind"];
const LONGEST_PATH = 128;

/**
 * ``seenBy`` is when the last of the witnesses that are needed cosigned, null when none is needed.
 * @param {import("./receipt.js").Receipt} receipt @param {import("./trust.js").Trust} trust
 * @returns {Promise<{finding: import("./findings.js").Finding, seenBy: Date | null}>}
 */
export async function checkLog(receipt, trust) {
  const proof = proofOf(receipt);
  const checkpoint = proof && checkpointOf(proof);
  if (!proof || !checkpoint) return { finding: failed("log", "NOT_LOGGED"), seenBy: null };
  if (!(await isOfTrustedLog(checkpoint, trust))) return { finding: failed("log", "LOG_UNKNOWN"), seenBy: null };
  const claim = { ...proof, leaf: leafHash(canonicalJson(proof.entry)), size: checkpoint.size, root: checkpoint.root };
  if (!included(claim)) return { finding: failed("log", "NOT_LOGGED"), seenBy: null };
  const times = await witnessed(checkpoint, trust);
  if (times.length < trust.log.threshold) return { finding: failed("log", "NOT_WITNESSED"), seenBy: null };
  if (await isForked(checkpoint, trust)) return { finding: failed("log", "LOG_FORKED"), seenBy: null };
  const facts = { index: proof.index, origin: checkpoint.origin, witnesses: times.length };
  const seenBy = trust.log.threshold ? new Date(1000 * times[trust.log.threshold - 1]) : null;
  return { finding: passed("log", times.length ? "logged_and_witnessed" : "logged", facts), seenBy };
}

/** The proof when it is one, and of this very receipt. @param {import("./receipt.js").Receipt} receipt */
function proofOf({ statement, body, proof }) {
  const { entry, index, path, kind } = proof;
  if (!hasJust(proof, PROOF) || kind !== "log-proof" || !Array.isArray(path) || path.length > LONGEST_PATH) return null;
  if (!isObject(entry) || !hasJust(entry, ENTRY) || !Array.isArray(entry.commitments)) return null;
  const hash = hex(sha256(canonicalJson(statement)));
  const isOurs = entry.kind === "document-issued" && entry.actor === body.issuer && entry.commitments.join() === hash;
  const steps = path.flatMap((/** @type {unknown} */ step) => fromHex(step) ?? []);
  if (!isOurs || steps.length !== path.length || !Number.isSafeInteger(index)) return null;
  return { entry, index, path: steps, note: proof.checkpoint };
}

/** @param {{note: unknown}} proof */
function checkpointOf({ note }) {
  try {
    return typeof note === "string" ? parseCheckpoint(note) : null;
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/** @param {import("./note.js").Checkpoint} checkpoint @param {import("./trust.js").Trust} trust */
async function isOfTrustedLog(checkpoint, trust) {
  const keys = trust.log.logs.filter((key) => key.startsWith(`${checkpoint.origin}+`));
  for (const key of keys) {
    if (parseVerifierKey(key).name === checkpoint.origin && (await noteSignedBy(checkpoint, key))) return true;
  }
  return false;
}

/** Times of trusted cosignatures; the log's own node is no witness of it. @param {import("./note.js").Checkpoint} checkpoint @param {import("./trust.js").Trust} trust */
export async function witnessed(checkpoint, trust) {
  const times = [];
  const own = [checkpoint.origin, `${checkpoint.origin}/witness`];
  for (const key of trust.log.witnesses.filter((text) => !own.includes(text.slice(0, text.indexOf("+"))))) {
    const found = await noteSignedBy(checkpoint, key);
    if (typeof found?.time === "number") times.push(found.time);
  }
  return times.sort((a, b) => a - b);
}

/** Whether the log signed another tree of this size, in a checkpoint seen before. @param {import("./note.js").Checkpoint} found @param {import("./trust.js").Trust} trust */
export async function isForked(found, trust) {
  for (const seen of trust.checkpoints) {
    const other = seen.origin === found.origin && seen.size === found.size && !same(seen.root, found.root);
    if (other && (await isOfTrustedLog(seen, trust))) return true;
  }
  return false;
}
