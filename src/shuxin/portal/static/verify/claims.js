/** What statements about keys say, read as strictly as docs/protocols/identity.md has them; null for anything else. */
import { canonicalJson } from "./json.js";
import { isPublicKey, keyId } from "./keys.js";
import { hasJust, isTime } from "./receipt.js";
import { hex } from "./bytes.js";

const SUBJECTS = ["enterprise", "individual_business", "person"];
const KINDS = [
  ...SUBJECTS, "attester", "bank", "department", "guarantee_company", "notary", "operator", "regulator",
  "utility",
];
const ADMINISTRATION = ["auditor", "security_admin", "system_admin"];
export const INTERNAL = [...ADMINISTRATION, "node", "officer"];
const ROLES = [...INTERNAL, "agent", "legal_representative", "subject"];
const METHODS = ["bank_card_elements", "counter", "development", "face", "institution", "licence"];
const REASONS = ["compromised", "lost", "role_ended", "superseded"];
const CLAIM = ["kind", "label", "name", "on_behalf", "party", "public_key", "roles"];
const BOUND = [...CLAIM, "evidence", "method", "valid_from", "valid_to"].sort();
const REVOKED = ["key_id", "party", "reason", "revoked_at"];
const PRINTABLE = /^[^\x00-\x1f\x7f-\x9f\u2028\u2029]{0,120}$/u;
const HASH_OR_NONE = /^(?:[0-9a-f]{64})?$/;

/**
 * @typedef {import("./statement.js").Statement} Statement
 * @typedef {{statement: Statement, claim: string, party: string, kind: string, name: string, text: string, id: string,
 *   roles: string[], onBehalf: string, method: string, from: number, to: number}} Binding
 * @typedef {{statement: Statement, claim: string, party: string, kind: string, text: string, id: string}} Possession
 * @typedef {{statement: Statement, party: string, id: string, at: number, forEver: boolean}} Revocation
 */

/** @param {Statement} statement @returns {Possession | null} */
export function possessionOf(statement) {
  const body = /** @type {Record<string, any>} */ (statement.body);
  if (statement.kind !== "key-possession" || !hasJust(body, CLAIM) || !isClaim(body)) return null;
  return { statement, ...named(body) };
}

/** @param {Statement} statement @returns {Binding | null} */
export function bindingOf(statement) {
  const body = /** @type {Record<string, any>} */ (statement.body);
  if (statement.kind !== "key-binding" || !hasJust(body, BOUND) || !isClaim(body)) return null;
  const { evidence, method, valid_from: from, valid_to: to } = body;
  const sound = METHODS.includes(method) && isText(evidence) && HASH_OR_NONE.test(evidence) && isMoment(from) && isMoment(to);
  if (!sound || Date.parse(from) >= Date.parse(to)) return null;
  return {
    statement, ...named(body), name: body.name, roles: body.roles, onBehalf: body.on_behalf, method,
    from: Date.parse(from), to: Date.parse(to),
  };
}

/** @param {Statement} statement @returns {Revocation | null} */
export function revocationOf(statement) {
  const body = /** @type {Record<string, any>} */ (statement.body);
  const { key_id: id, party, reason, revoked_at: at } = body;
  if (statement.kind !== "key-revocation" || !hasJust(body, REVOKED) || !REASONS.includes(reason)) return null;
  if (!isText(id) || !/^[0-9a-f]{32}$/.test(id) || !isText(party) || !/^.{1,60}$/u.test(party) || !isMoment(at)) return null;
  return { statement, party, id, at: Date.parse(at), forEver: reason === "lost" || reason === "compromised" };
}

/** Whether one key may have all these roles (三权分立). @param {Iterable<string>} roles */
export const areSeparate = (roles) => new Set([...roles].filter((role) => ADMINISTRATION.includes(role))).size <= 1;

/** ``claim`` is equal for equal claims. @param {Record<string, any>} body */
function named(body) {
  const { party, kind, public_key: text } = body;
  const claim = hex(canonicalJson(Object.fromEntries(CLAIM.map((name) => [name, body[name]]))));
  return { claim, party, kind, text, id: keyId(text) };
}

/** @param {Record<string, any>} body */
function isClaim({ party, kind, name, public_key: key, label, roles, on_behalf: onBehalf }) {
  return (
    KINDS.includes(kind) && isText(party) && isPartyOf(party, kind) && isPublicKey(key) &&
    [name, label].every((text) => isText(text) && PRINTABLE.test(text)) && (name === "") === (kind === "person") &&
    isText(onBehalf) && HASH_OR_NONE.test(onBehalf) && areRoles(roles, kind) && roles.includes("agent") === (onBehalf !== "")
  );
}

/** @param {unknown} roles @param {string} kind */
function areRoles(roles, kind) {
  if (!Array.isArray(roles) || roles.length === 0 || !roles.every((role) => ROLES.includes(role))) return false;
  const ordered = roles.every((role, i) => i === 0 || roles[i - 1] < role);
  const alone = !roles.includes("agent") || roles.length === 1;
  return ordered && alone && areSeparate(roles) && (!SUBJECTS.includes(kind) || !roles.some((role) => INTERNAL.includes(role)));
}

/** @param {string} party @param {string} kind */
function isPartyOf(party, kind) {
  if (kind === "person") return /^person:[0-9a-f]{32}$/.test(party);
  return /^uscc:[0-9A-HJ-NPQRTUWXY]{18}$/.test(party) && party.startsWith("uscc:92") === (kind === "individual_business");
}

/** To the second. @param {unknown} value */
const isMoment = (value) => isTime(value) && !String(value).includes(".");

/** @param {unknown} value @returns {value is string} */
const isText = (value) => typeof value === "string";
