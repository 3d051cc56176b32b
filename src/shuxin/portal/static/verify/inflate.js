/** Unpacking zlib streams (RFC 1950) of strangers, never beyond a stated size. */
import { concat } from "./bytes.js";
import { Problem } from "./problem.js";

/** Streams being read: Chromium collects now and then one that nothing names, and its reader waits for ever. */
const reading = new Set();

/** Throws Problem("not_zlib"), also for bytes behind the stream. @param {Uint8Array} packed @param {number} longest */
export async function inflated(packed, longest) {
  const stream = new Blob([/** @type {BlobPart} */ (packed)]).stream().pipeThrough(new DecompressionStream("deflate"));
  reading.add(stream);
  const reader = stream.getReader();
  const parts = [];
  let size = 0;
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      size += step.value.length;
      if (size > longest) throw new Problem("not_zlib");
      parts.push(step.value);
    }
  } catch {
    await reader.cancel().catch(() => {});
    throw new Problem("not_zlib");
  } finally {
    reading.delete(stream);
  }
  return concat(...parts);
}
