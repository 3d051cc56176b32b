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

/** @param {Finding[]} findings @returns {"accepted" | "refused" | "status_open" | "undecided"} */
export function verdictOf(findings) {
  if (findings.some(({ result }) => result === "failed")) return "refused";
  const left = findings.filter(({ result }) => result === "open").map(({ check }) => check);
  if (left.length === 0) return "accepted";
  return left.join() === "status" ? "status_open" : "undecided";
}
