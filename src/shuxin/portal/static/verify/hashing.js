/** A file's commitment, computed in a worker of our own origin. */
import { fromUtf8, utf8 } from "./bytes.js";
import { canonicalJson, parseKeptJson } from "./json.js";
import { Problem } from "./problem.js";

const LONGEST_JSON = 4 * 1024 * 1024;

/**
 * 64 hexadecimal digits, or null when a JSON document has no canonical form and so cannot be the issued one.
 * Throws Problem: sm3_here, file_unreadable, cancelled.
 * @param {{alg: string, canon: string, media_type: string}} how
 * @param {{content: Blob, salt: Uint8Array, onProgress: (done: number) => void, signal: AbortSignal}} what
 */
export async function commitmentOf(how, { content, salt, onProgress, signal }) {
  if (how.alg !== "hmac-sha256") throw new Problem("sm3_here");
  const counted = how.canon === "jcs" ? await canonicalContent(content) : content;
  if (!counted) return null;
  const head = utf8(["DVP1", how.alg, how.canon, how.media_type, ""].join("\n"));
  return hashed({ content: counted, salt, head }, onProgress, signal);
}

/** @param {Blob} content */
async function canonicalContent(content) {
  if (content.size > LONGEST_JSON) return null;
  const bytes = new Uint8Array(await content.arrayBuffer());
  try {
    return new Blob([/** @type {BlobPart} */ (canonicalJson(parseKeptJson(fromUtf8(bytes))))]);
  } catch {
    return null;
  }
}

/** Started with the page, so that a site that goes away later is not missed. */
let worker = started();

function started() {
  return new Worker(new URL("./hasher.js", import.meta.url), { type: "module" });
}

/**
 * @param {{content: Blob, salt: Uint8Array, head: Uint8Array}} job
 * @param {(done: number) => void} onProgress @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
function hashed(job, onProgress, signal) {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => {
      worker.terminate();
      worker = started();
      reject(new Problem("cancelled"));
    });
    worker.onerror = () => reject(new Problem("worker_failed"));
    worker.onmessage = ({ data }) => {
      if (data.commitment) resolve(data.commitment);
      else if (data.failed) reject(new Problem(data.failed));
      else onProgress(data.done);
    };
    worker.postMessage(job);
  });
}
