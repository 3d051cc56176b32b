/**
 * The worker that hashes a file piece by piece; nothing here knows the network.
 *
 * One buffer is filled again and again where the browser can do that: pieces left to its garbage collector
 * pile up to well over a hundred megabytes on a file of 1 GiB.
 */
import { hmac } from "../vendor/noble-hashes/hmac.js";
import { sha256 } from "../vendor/noble-hashes/sha2.js";
import { hex } from "./bytes.js";

const PIECE = 1024 * 1024;
const REPORT_EVERY_MS = 100;

/** @param {MessageEvent<{content: Blob, salt: Uint8Array, head: Uint8Array}>} event */
self.onmessage = async ({ data: { content, salt, head } }) => {
  try {
    const mac = hmac.create(sha256, salt).update(head);
    let [done, told] = [0, performance.now()];
    for await (const piece of pieces(content)) {
      mac.update(piece);
      done += piece.length;
      if (performance.now() - told < REPORT_EVERY_MS) continue;
      told = performance.now();
      self.postMessage({ done });
    }
    self.postMessage(done === content.size ? { commitment: hex(mac.digest()) } : { failed: "file_unreadable" });
  } catch {
    self.postMessage({ failed: "file_unreadable" });
  }
};

/** Each is good only until the next one. @param {Blob} content @returns {AsyncGenerator<Uint8Array>} */
async function* pieces(content) {
  const reader = refillable(content);
  if (!reader) {
    for (let at = 0; at < content.size; at += PIECE) {
      yield new Uint8Array(await content.slice(at, at + PIECE).arrayBuffer());
    }
    return;
  }
  let buffer = new ArrayBuffer(PIECE);
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(buffer));
    if (done) return;
    yield value;
    buffer = value.buffer;
  }
}

/**
 * The stream being read: Chromium collects now and then one that nothing names, and its reader waits for ever.
 * @type {ReadableStream | null}
 */
let reading = null;

/** Null where the browser's files are no byte streams. @param {Blob} content */
function refillable(content) {
  try {
    reading = content.stream();
    return reading.getReader({ mode: "byob" });
  } catch {
    return null;
  }
}
