/** The one question that goes out: is the document with this commitment still good? The answer is the site's word. */
import { failed, open, passed } from "./findings.js";

const ADDRESS = "/api/documents/status";
const PATIENCE_MS = 10_000;

/**
 * @param {import("./receipt.js").Receipt} receipt @param {Date} now
 * @returns {Promise<import("./findings.js").Finding>}
 */
export async function askStatus({ body }, now) {
  const answer = await answered(body.commitment);
  if (answer === null) return open("status", "status_unanswered");
  const at = now.toISOString().slice(0, 16).replace("T", " ");
  if (answer === "valid") return passed("status", "site_says_valid", { at: `${at} UTC` });
  if (answer === "revoked") return failed("status", "REVOKED");
  if (answer === "superseded") return failed("status", "SUPERSEDED");
  return open("status", "status_unknown");
}

/** The state, or null when no usable answer came. @param {string} commitment @returns {Promise<string | null>} */
async function answered(commitment) {
  try {
    const response = await fetch(ADDRESS, {
      method: "POST",
      credentials: "omit",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ commitment }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const answer = response.ok ? await response.json() : null;
    return typeof answer?.state === "string" ? answer.state : null;
  } catch {
    return null;
  }
}
