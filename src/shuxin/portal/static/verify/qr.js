/** The text of a receipt's QR codes, docs/protocols/documents.md: base45 of a zlib stream, in numbered parts. */
import { sha256 } from "../vendor/noble-hashes/sha2.js";
import { hex } from "./bytes.js";
import { inflated } from "./inflate.js";
import { Problem } from "./problem.js";
import { LONGEST_RECEIPT } from "./receipt.js";

const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const CODE = /^SXR1:([1-9][0-9]?)\/([1-9][0-9]?):([0-9A-F]{16}):([0-9A-Z $%*+\-./:]{1,1000})$/;
const MOST_PARTS = 25;
const LONGEST_PACKED = 16384;

/** The receipt's bytes, from one code a line in any order. Throws Problem("qr_invalid"). @param {string} pasted */
export async function receiptFromCodes(pasted) {
  const packed = fromBase45(joined(pasted.split(/\r?\n/).filter((line) => line.trim() !== "")));
  return unpacked(packed.bytes, packed.check);
}

/** @param {string[]} lines */
function joined(lines) {
  /** @type {Map<number, string>} */
  const parts = new Map();
  let [count, check] = ["", ""];
  for (const line of lines) {
    const [, number, of, sum, part] = CODE.exec(line) ?? CODE.exec(line.trim()) ?? [];
    if (!part || (count && (of !== count || sum !== check))) throw new Problem("qr_invalid");
    [count, check] = [of, sum];
    parts.set(Number(number), part);
  }
  const total = Number(count);
  if (total < 1 || total > MOST_PARTS) throw new Problem("qr_invalid");
  const ordered = Array.from({ length: total }, (_, i) => parts.get(i + 1));
  if (parts.size !== total || ordered.includes(undefined)) throw new Problem("qr_parts_missing");
  return { text: ordered.join(""), check };
}

/** RFC 9285. @param {{text: string, check: string}} code */
function fromBase45({ text, check }) {
  const bytes = [];
  for (let at = 0; at < text.length; at += 3) {
    const [low, middle, high] = Array.from(text.slice(at, at + 3), (sign) => SIGNS.indexOf(sign));
    if (middle === undefined) throw new Problem("qr_invalid");
    const value = low + 45 * middle + 2025 * (high ?? 0);
    if (value > (high === undefined ? 0xff : 0xffff)) throw new Problem("qr_invalid");
    bytes.push(...(high === undefined ? [value] : [value >> 8, value & 0xff]));
  }
  if (bytes.length > LONGEST_PACKED) throw new Problem("qr_invalid");
  return { bytes: Uint8Array.from(bytes), check };
}

/** @param {Uint8Array} packed @param {string} check */
async function unpacked(packed, check) {
  if (hex(sha256(packed)).slice(0, 16).toUpperCase() !== check) throw new Problem("qr_invalid");
  try {
    return await inflated(packed, LONGEST_RECEIPT);
  } catch {
    throw new Problem("qr_invalid");
  }
}
