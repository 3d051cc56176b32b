/** One link of a chain, and how looking at it ends. */
import { Broken } from "./evidence-proving.js";
import { Problem } from "./problem.js";

const TOLD = ["down", "refused_unproven", "none", "not_computed", "not_replayed", "other_version"];
const UNDECIDED = ["sm3_here", "sm2_here", "no_ed25519", "no_secure_context"];

/** @typedef {{name: string, state: "holds" | "told" | "broken" | "open", party: string, code: string}} Link */

/** @param {string} name @param {Link["state"]} state @param {string} [party] @param {string} [code] @returns {Link} */
export const link = (name, state, party = "", code = "") => ({ name, state, party, code });

/** The first link that does not hold. @param {Link[]} links */
export const firstBroken = (links) => links.find(({ state }) => state === "broken") ?? null;

/**
 * ``look`` gives "" where all holds, a code where it is only told; what is broken it throws.
 * @param {string} name @param {() => Promise<string> | string} look @param {string} [party] @returns {Promise<Link>}
 */
export async function looked(name, look, party = "") {
  try {
    const code = await look();
    return link(name, TOLD.includes(code) ? "told" : "holds", party, code);
  } catch (error) {
    if (error instanceof Problem && UNDECIDED.includes(error.code)) return link(name, "open", party, error.code);
    return link(name, "broken", party, error instanceof Broken ? error.message : "shape");
  }
}
