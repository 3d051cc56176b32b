/** Signatures and places in logs, as every link of a chain needs them; the same as federation/evidence/proving.py. */
import { hmac } from "../vendor/noble-hashes/hmac.js";
import { sha256 } from "../vendor/noble-hashes/sha2.js";
import { concat, hex, utf8 } from "./bytes.js";
import { whoSigned } from "./issuer.js";
import { canonicalJson } from "./json.js";
import { isForked, witnessed } from "./log.js";
import { included, leafHash } from "./merkle.js";
import { noteSignedBy, parseCheckpoint } from "./note.js";
import { Problem } from "./problem.js";

/** A link does not hold; the message is its code. */
export class Broken extends Error {}

const OF_KEY = /** @type {Record<string, string>} */ ({
  RECEIPT_CHANGED: "changed", UNKNOWN_ISSUER: "signer", KEY_REVOKED: "key_ended", KEY_NOT_VALID: "key_not_valid",
});

/** What is to be the same; a difference breaks the link. @param {string} code @param {[unknown, unknown][]} pairs */
export function requireSame(code, pairs) {
  for (const [found, wanted] of pairs) if (!alike(found, wanted)) throw new Broken(code);
}

/** @param {unknown} found @param {unknown} wanted */
export function alike(found, wanted) {
  if (found === undefined || wanted === undefined) throw new TypeError("missing");
  return hex(canonicalJson(found)) === hex(canonicalJson(wanted));
}

/** @param {unknown} value */
export const contentHash = (value) => hex(sha256(canonicalJson(value)));

/** @param {Uint8Array} salt @param {unknown} content */
export const commitmentTo = (salt, content) =>
  hex(hmac(sha256, salt, concat(utf8("shuxin/commitment/v1\n"), canonicalJson(content))));

/** Whom the reader trusts, and what the file says of keys beside it. */
export class Chain {
  /** @param {import("./trust.js").Trust} trust @param {import("./statement.js").Statement[]} keys */
  constructor(trust, keys) {
    this.trust = trust;
    this.statements = [...keys, ...trust.statements];
    this.known = new Map();
  }

  /**
   * That a key of the party with one of the roles signed this.
   * @param {import("./statement.js").Statement} statement @param {string} party
   * @param {{at: Date, roles: string[], kind: string}} as
   */
  async require(statement, party, { at, roles, kind }) {
    if (statement.kind !== kind) throw new Broken("other");
    const by = { party, at, anchors: this.trust.anchors, statements: this.statements, known: this.known };
    const found = await whoSigned(statement, by);
    if ("problem" in found) throw new Broken(OF_KEY[found.problem]);
    if (!found.key.roles.some((role) => roles.includes(role))) throw new Broken("signer");
  }

  /**
   * That an entry stands in the log with the verifier key ``log``.
   * @param {import("./evidence-form.js").InLog} logged @param {{note: string, log: string}} where
   */
  async requireLogged({ index, entry, path }, { note, log }) {
    const checkpoint = checkpointOf(note);
    if (!this.trust.log.logs.includes(log)) throw new Broken("log_unknown");
    if (log.split("+")[0] !== checkpoint.origin || !(await noteSignedBy(checkpoint, log))) throw new Broken("checkpoint");
    if ((await witnessed(checkpoint, this.trust)).length < this.trust.log.threshold) throw new Broken("witnesses");
    if (await isForked(checkpoint, this.trust)) throw new Broken("forked");
    const claim = { leaf: leafHash(canonicalJson(entry)), index, size: checkpoint.size, path, root: checkpoint.root };
    if (!included(claim)) throw new Broken("entry");
  }
}

/** @param {string} note */
function checkpointOf(note) {
  try {
    return parseCheckpoint(note);
  } catch (error) {
    if (error instanceof Problem) throw new Broken("checkpoint");
    throw error;
  }
}


