/** Signed checkpoints of a log: C2SP signed-note and tlog-checkpoint, Ed25519. */
import { sha256 } from "../vendor/noble-hashes/sha2.js";
import { concat, fromBase64, same, utf8 } from "./bytes.js";
import { verifies } from "./keys.js";
import { Problem } from "./problem.js";

const ED25519 = 1;
const COSIGNATURE = 4;
const SM2 = 0xff;
const LONGEST_NOTE = 1 << 17;
const SIGNATURE_LINE = /^\u2014 (\S+) (\S+)$/;

/**
 * @typedef {{origin: string, size: number, root: Uint8Array, text: string,
 *   signatures: {name: string, data: Uint8Array}[]}} Checkpoint
 */

/** Throws Problem("checkpoint_invalid"). @param {string} note @returns {Checkpoint} */
export function parseCheckpoint(note) {
  const split = note.lastIndexOf("\n\n");
  const plain = !/[\x00-\x09\x0b-\x1f]/.test(note) && note.length <= LONGEST_NOTE;
  if (split < 0 || !note.endsWith("\n") || !plain) throw new Problem("checkpoint_invalid");
  const text = note.slice(0, split + 1);
  const [origin, size, root] = text.split("\n");
  const bytes = fromBase64(root);
  if (!origin || !/^(?:0|[1-9][0-9]{0,15})$/.test(size) || bytes?.length !== 32) {
    throw new Problem("checkpoint_invalid");
  }
  const signatures = note.slice(split + 2, -1).split("\n").map(signature);
  return { origin, size: Number(size), root: bytes, text, signatures };
}

/** @param {string} line */
function signature(line) {
  const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? [];
  const data = fromBase64(encoded);
  if (!data || data.length < 5) throw new Problem("checkpoint_invalid");
  return { name, data };
}

/** ``name+hash+base64`` of a note's verifier. @param {string} text */
export function parseVerifierKey(text) {
  const [, name, hash, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text) ?? [];
  const key = fromBase64(encoded);
  if (key?.[0] === SM2) throw new Problem("sm2_here");
  if (key?.length !== 33 || ![ED25519, COSIGNATURE].includes(key[0])) throw new Problem("trust_invalid");
  const id = sha256(concat(utf8(`${name}\n`), key)).subarray(0, 4);
  if (parseInt(hash, 16) !== new DataView(id.buffer, id.byteOffset).getUint32(0)) {
    throw new Problem("trust_invalid");
  }
  return { name, id, type: key[0], raw: key.subarray(1) };
}

/**
 * What the holder of that verifier key signed here: null when nothing, or when any signature under its name is not
 * good; ``time`` in seconds since 1970 for a cosignature.
 * @param {Checkpoint} checkpoint @param {string} key @returns {Promise<{time: number | null} | null>}
 */
export async function noteSignedBy(checkpoint, key) {
  const { name, id, type, raw } = parseVerifierKey(key);
  const found = checkpoint.signatures.filter((one) => one.name === name && same(one.data.subarray(0, 4), id));
  let time = null;
  for (const { data } of found) {
    const rest = data.subarray(4);
    const timed = type === COSIGNATURE;
    if (rest.length !== (timed ? 72 : 64)) return null;
    const seconds = timed ? new DataView(rest.buffer, rest.byteOffset).getBigUint64(0) : null;
    const message = timed ? `cosignature/v1\ntime ${seconds}\n${checkpoint.text}` : checkpoint.text;
    if (!(await verifies(raw, rest.subarray(timed ? 8 : 0), utf8(message)))) return null;
    time = timed ? Number(seconds) : null;
  }
  return found.length ? { time } : null;
}
