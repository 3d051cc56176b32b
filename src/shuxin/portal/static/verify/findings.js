/** What one check found; ``reason`` is a code that words.js, or the page, has a sentence for. */

/**
 * @typedef {{check: string, result: "passed" | "failed" | "open", reason: string,
 *   facts?: Record<string, string | number>}} Finding
 */

/** @param {string} check @param {string} reason @param {Record<string, string | number>} [facts] @returns {Finding} */
export const passed = (check, reason, facts) => ({ check, result: "passed", reason, facts });

/** @param {string} check @param {string} reason @param {Record<string, string | number>} [facts] @returns {Finding} */
export const failed = (check, reason, facts) => ({ check, result: "failed", reason, facts });

/** @param {string} check @param {string} reason @returns {Finding} */
export const open = (check, reason) => ({ check, result: "open", reason });

/** A status that only this site told is its word, and the verdict says so. @param {Finding[]} findings @returns {"accepted" | "accepted_on_word" | "refused" | "status_open" | "undecided"} */
export function verdictOf(findings) {
  if (findings.some(({ result }) => result === "failed")) return "refused";
  const left = findings.filter(({ result }) => result === "open").map(({ check }) => check);
  const isWord = findings.some(({ reason }) => reason === "site_says_valid");
  if (left.length === 0) return isWord ? "accepted_on_word" : "accepted";
  return left.join() === "status" ? "status_open" : "undecided";
}
