/** Whose key signed: from the list of trust over the statements about keys that came with the receipt. */
import { directoryOf, isBy } from "./directory.js";

const ISSUES = ["legal_representative", "node", "officer", "subject"];
/** Of several bindings of a key, the problem of the one that came furthest is told. */
const PROBLEMS = ["RECEIPT_CHANGED", "UNKNOWN_ISSUER", "KEY_REVOKED", "KEY_NOT_VALID"];

/**
 * The issuer's key that signed the statement, or why none counts at ``at``.
 * @param {import("./statement.js").Statement} statement
 * @param {{party: string, at: Date, anchors: import("./directory.js").Anchors,
 *   statements: import("./statement.js").Statement[], known?: Map<string, any>}} by ``known``: directories by party,
 *   of the same anchors and statements, kept from one signature to the next
 * @returns {Promise<{key: import("./directory.js").Key} | {problem: string}>}
 */
export async function whoSigned(statement, { party, at, anchors, statements, known }) {
  const { keys, endsOf } = known?.get(party) ?? (await directoryOf(party, { anchors, statements }));
  known?.set(party, { keys, endsOf });
  const problems = [];
  for (const key of keys.filter(({ id }) => id === statement.key_id)) {
    const problem = await problemOf(key, { statement, at: at.getTime(), ends: endsOf(key.id) });
    if (problem === null) return { key };
    problems.push(problem);
  }
  return { problem: PROBLEMS.find((problem) => problems.includes(problem)) ?? "UNKNOWN_ISSUER" };
}

/**
 * @param {import("./directory.js").Key} key
 * @param {{statement: import("./statement.js").Statement, at: number, ends: number[]}} seen
 */
async function problemOf(key, { statement, at, ends }) {
  if (ends.some((end) => at >= end)) return "KEY_REVOKED";
  if (at < key.from || at >= key.to) return "KEY_NOT_VALID";
  if (!key.roles.some((role) => ISSUES.includes(role))) return "UNKNOWN_ISSUER";
  return (await isBy(statement, key.text)) ? null : "RECEIPT_CHANGED";
}
