/**
 * Whose key signed: from the list of trust over the binding statements that came with the receipt.
 *
 * The part of docs/protocols/identity.md that issuers need: anchors vouch for an institution's key, and that key
 * for the institution's nodes and officers. Agents' keys issue nothing. In doubt a key does not count.
 */
import { canonicalJson } from "./json.js";
import { keyId } from "./keys.js";
import { isTime } from "./receipt.js";
import { signedBy } from "./statement.js";
import { hex } from "./bytes.js";

const INTERNAL = ["auditor", "node", "officer", "security_admin", "system_admin"];
const ISSUES = ["legal_representative", "node", "officer", "subject"];
const SPEAKS_FOR_ALL = ["subject", "legal_representative"];
const CLAIM = ["kind", "label", "name", "on_behalf", "party", "public_key", "roles"];

/**
 * @typedef {import("./statement.js").Statement} Statement
 * @typedef {{attesters: {party: string, public_key: string, kinds: string[]}[], pinned: Record<string, any>[],
 *   methods: string[]}} Anchors
 * @typedef {{text: string, kind: string, name: string, roles: string[], from: number, to: number, by: string}} Key
 */

/**
 * The issuer's key that signed the statement, or why none counts at ``at``.
 * @param {Statement} statement @param {{party: string, at: Date, anchors: Anchors, statements: Statement[]}} by
 * @returns {Promise<{key: Key} | {problem: string}>}
 */
export async function whoSigned(statement, { party, at, anchors, statements }) {
  const keys = await keysOf(party, anchors, statements);
  const held = keys.filter((key) => keyId(key.text) === statement.key_id && key.roles.some((role) => ISSUES.includes(role)));
  if (held.length === 0) return { problem: "UNKNOWN_ISSUER" };
  if (!(await signedBy(statement, held[0].text))) return { problem: "RECEIPT_CHANGED" };
  if (await isRevoked(held[0].text, { party, at, keys, anchors, statements })) return { problem: "KEY_REVOKED" };
  const key = held.find(({ from, to }) => from <= at.getTime() && at.getTime() < to);
  return key ? { key } : { problem: "KEY_NOT_VALID" };
}

/** @param {string} party @param {Anchors} anchors @param {Statement[]} statements */
async function keysOf(party, anchors, statements) {
  const bindings = ofKind(statements, "key-binding").filter(
    ({ body }) => body.party === party && body.on_behalf === "" && Array.isArray(body.roles),
  );
  const keys = anchors.pinned.filter((pin) => pin.party === party).map((pin) => keyFrom(pin, ""));
  for (const binding of bindings) {
    const { kind, method } = /** @type {Record<string, any>} */ (binding.body);
    const attester = await attesterOf(binding, anchors);
    if (!attester?.kinds.includes(kind) || !anchors.methods.includes(method)) continue;
    if (await isPossessed(binding, statements)) keys.push(keyFrom(binding.body, attester.party));
  }
  const own = [...keys];
  for (const binding of bindings) {
    if ((await isInternal(binding, own)) && (await isPossessed(binding, statements))) {
      keys.push(keyFrom(binding.body, party));
    }
  }
  return keys;
}

/** Vouched for by a key of the institution itself, for a role inside it. @param {Statement} binding @param {Key[]} own */
async function isInternal(binding, own) {
  const { kind, roles, method, valid_from: from } = /** @type {Record<string, any>} */ (binding.body);
  if (method !== "institution" || !roles.every((/** @type {string} */ role) => INTERNAL.includes(role))) return false;
  const at = Date.parse(from);
  for (const key of own) {
    const entitled = key.kind === kind && key.roles.includes("subject") && key.from <= at && at < key.to;
    if (entitled && (await signedBy(binding, key.text))) return true;
  }
  return false;
}

/**
 * @param {string} text
 * @param {{party: string, at: Date, keys: Key[], anchors: Anchors, statements: Statement[]}} by
 */
async function isRevoked(text, { party, at, keys, anchors, statements }) {
  for (const revocation of ofKind(statements, "key-revocation")) {
    const { key_id: id, party: of, reason, revoked_at: when } = /** @type {Record<string, any>} */ (revocation.body);
    if (id !== keyId(text) || of !== party || !isTime(when)) continue;
    const forEver = reason === "lost" || reason === "compromised";
    if (!forEver && at.getTime() < Date.parse(when)) continue;
    if (await attesterOf(revocation, anchors)) return true;
    const speakers = keys.filter((key) => key.text === text || key.roles.some((role) => SPEAKS_FOR_ALL.includes(role)));
    for (const speaker of speakers) if (await signedBy(revocation, speaker.text)) return true;
  }
  return false;
}

/** @param {Statement} statement @param {Anchors} anchors */
async function attesterOf(statement, anchors) {
  const attester = anchors.attesters.find((one) => keyId(one.public_key) === statement.key_id);
  return attester && (await signedBy(statement, attester.public_key)) ? attester : undefined;
}

/** Whether the key itself signed the same claim. @param {Statement} binding @param {Statement[]} statements */
async function isPossessed(binding, statements) {
  const claim = hex(canonicalJson(Object.fromEntries(CLAIM.map((name) => [name, binding.body[name] ?? null]))));
  for (const possession of ofKind(statements, "key-possession")) {
    const same = hex(canonicalJson(possession.body)) === claim;
    if (same && (await signedBy(possession, String(binding.body.public_key)))) return true;
  }
  return false;
}

/** @param {Record<string, any>} body @param {string} by @returns {Key} */
const keyFrom = (body, by) => ({
  text: body.public_key, kind: body.kind, name: body.name, roles: body.roles, by,
  from: Date.parse(body.valid_from), to: Date.parse(body.valid_to),
});

/** @param {Statement[]} statements @param {string} kind */
const ofKind = (statements, kind) => statements.filter((statement) => statement.kind === kind);
