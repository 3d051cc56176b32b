/**
 * Which keys count for one party, and how they ended: docs/protocols/identity.md, as far as issuers need it.
 *
 * Nothing here is known to have been kept before, so what a key issued stands only if that key never ended,
 * whatever time it claims. Agents' keys issue nothing and are left out. In doubt a key does not count.
 */
import { areSeparate, bindingOf, INTERNAL, possessionOf, revocationOf } from "./claims.js";
import { keyId } from "./keys.js";
import { signedBy } from "./statement.js";

const SPEAKS_FOR_ALL = ["subject", "legal_representative"];

/**
 * @typedef {import("./statement.js").Statement} Statement
 * @typedef {import("./claims.js").Binding} Binding
 * @typedef {import("./claims.js").Revocation} Revocation
 * @typedef {{party: string, public_key: string, kinds: string[]}} Attester
 * @typedef {{attesters: Attester[], pinned: Record<string, any>[], methods: string[]}} Anchors
 * @typedef {{text: string, id: string, kind: string, name: string, roles: string[], from: number, to: number, by: string}} Key
 */

/**
 * The keys of ``party`` and, by ``endsOf``, from when each does not count: minus infinity for one lost.
 * @param {string} party @param {{anchors: Anchors, statements: Statement[]}} given
 */
export async function directoryOf(party, { anchors, statements }) {
  const building = new Building(party, anchors);
  await building.run(statements);
  return { keys: building.keys, endsOf: (/** @type {string} */ id) => building.endsOf(id, party) };
}

class Building {
  /** @param {string} party @param {Anchors} anchors */
  constructor(party, anchors) {
    this.party = party;
    this.anchors = anchors;
    this.attesters = new Map(anchors.attesters.map((one) => [keyId(one.public_key), one]));
    /** @type {Key[]} */
    this.keys = [];
    /** @type {{id: string, party: string, at: number}[]} party "" for every party */
    this.ends = [];
    /** @type {{id: string, party: string, kind: string, text: string}[]} */
    this.claimants = [];
    /** @type {Set<string>} */
    this.proven = new Set();
  }

  /** @param {Statement[]} statements */
  async run(statements) {
    const all = read(statements, bindingOf);
    const bindings = all.filter(({ party }) => party === this.party);
    this.addPinned();
    const ids = new Set([...this.attesters.keys(), ...[...this.keys, ...bindings].map(({ id }) => id)]);
    const revocations = read(statements, revocationOf).filter(({ id }) => ids.has(id));
    await this.addClaims(read(statements, possessionOf), { ids, named: new Set(all.map(({ id }) => id)) });
    let left = await this.endFirst(revocations, (one) => this.isByItself(one));
    left = await this.endFirst(left, (one) => this.isByAttester(one));
    const attested = bindings.filter((one) => this.attesters.has(one.statement.key_id) && one.method !== "institution");
    await this.addAttested(attested);
    left = left.filter(({ party }) => party === this.party);
    const entitled = await those(left, (one) => this.isByPeer(one));
    this.endByPeers(entitled);
    await this.addInternal(bindings.filter((one) => !attested.includes(one)));
    this.endByPeers(entitled);
  }

  /** @param {string} id @param {string} party */
  endsOf(id, party) {
    return this.ends.filter((end) => end.id === id && (end.party === party || end.party === "")).map(({ at }) => at);
  }

  /** @param {string} id @param {string} party */
  isEnded(id, party) {
    return this.endsOf(id, party).length > 0;
  }

  addPinned() {
    for (const pin of this.anchors.pinned) {
      const { party, kind, name, public_key: text, roles } = pin;
      const id = keyId(text);
      this.claimants.push({ id, party, kind, text });
      if (party !== this.party) continue;
      this.keys.push({ text, id, kind, name, roles, from: Date.parse(pin.valid_from), to: Date.parse(pin.valid_to), by: "" });
    }
  }

  /**
   * Claims that the claiming key signed itself, of keys that somebody else speaks of too.
   * @param {import("./claims.js").Possession[]} possessions @param {{ids: Set<string>, named: Set<string>}} wanted
   */
  async addClaims(possessions, { ids, named }) {
    for (const { statement, claim, party, kind, text, id } of possessions) {
      if (!ids.has(id) || !named.has(id) || !(await isBy(statement, text))) continue;
      this.proven.add(claim);
      this.claimants.push({ id, party, kind, text });
    }
  }

  /**
   * What keys say of themselves, or attesters of them; for ever holds for every party. Those left are given back.
   * @param {Revocation[]} revocations @param {(one: Revocation) => Promise<boolean>} stands
   */
  async endFirst(revocations, stands) {
    const found = await those(revocations, stands);
    for (const { id, party, at, forEver } of found) {
      this.ends.push(forEver ? { id, party: "", at: -Infinity } : { id, party, at });
    }
    return revocations.filter((one) => !found.includes(one));
  }

  /** The revoked key itself, as it claimed for this party or as an anchor. @param {Revocation} revocation */
  async isByItself({ statement, party, id }) {
    const anchor = this.attesters.get(id);
    const own = this.claimants.filter((one) => one.id === id && one.party === party).map(({ text }) => text);
    if (anchor?.party === party) own.push(anchor.public_key);
    for (const text of own) if (await isBy(statement, text)) return true;
    return false;
  }

  /** @param {Revocation} revocation */
  async isByAttester({ statement, party, id }) {
    const attester = await this.attesterOf(statement);
    const of = this.claimants.filter((one) => one.id === id && one.party === party);
    return attester !== null && of.some(({ kind }) => attester.kinds.includes(kind));
  }

  /** The attester that signed it and never ended. @param {Statement} statement */
  async attesterOf(statement) {
    const attester = this.attesters.get(statement.key_id);
    if (!attester || this.isEnded(statement.key_id, attester.party)) return null;
    return (await isBy(statement, attester.public_key)) ? attester : null;
  }

  /** @param {Binding[]} attested */
  async addAttested(attested) {
    const sound = await those(attested, async ({ statement, kind, method, claim }) => {
      const attester = await this.attesterOf(statement);
      return !!attester?.kinds.includes(kind) && this.anchors.methods.includes(method) && this.proven.has(claim);
    });
    const pinned = this.anchors.pinned.filter(({ party }) => party === this.party).at(-1)?.kind;
    const kinds = new Set([...sound.map(({ kind }) => kind), ...(pinned ? [pinned] : [])]);
    const own = sound.filter(({ kind, onBehalf }) => onBehalf === "" && (kinds.size === 1 || kind === pinned));
    for (const one of this.separate(own)) {
      this.add(one, { by: this.attesters.get(one.statement.key_id)?.party ?? "", to: one.to });
    }
  }

  /** Vouched for by a key of the institution itself, for roles inside it. @param {Binding[]} bindings */
  async addInternal(bindings) {
    const sound = await those(bindings, async (one) => {
      const [first] = this.keys.filter(({ id }) => id === one.statement.key_id);
      const fits = first?.kind === one.kind && one.method === "institution" && this.proven.has(one.claim);
      return fits && one.roles.every((role) => INTERNAL.includes(role)) && (await this.issuersOf(one, one.from, ["subject"])).length > 0;
    });
    const found = [];
    for (const one of this.separate(sound)) {
      const issuers = await this.issuersOf(one, one.from, ["subject"]);
      found.push({ one, to: Math.min(one.to, Math.max(...issuers.map((key) => key.to))) });
    }
    for (const { one, to } of found) this.add(one, { by: this.party, to });
  }

  /** Without those that give one key two of the three administrations. @param {Binding[]} bindings */
  separate(bindings) {
    const roles = [...this.keys, ...bindings];
    return bindings.filter(({ id }) => areSeparate(roles.filter((one) => one.id === id).flatMap((one) => one.roles)));
  }

  /** @param {Binding} binding @param {{by: string, to: number}} as */
  add({ text, id, kind, name, roles, from }, { by, to }) {
    this.keys.push({ text, id, kind, name, roles, from, to, by });
  }

  /** @param {Revocation} revocation */
  async isByPeer(revocation) {
    return (await this.issuersOf(revocation, revocation.at, SPEAKS_FOR_ALL)).length > 0;
  }

  /** Of keys that are accepted by now, and valid when they are said to end. @param {Revocation[]} entitled */
  endByPeers(entitled) {
    for (const { id, at, forEver } of entitled) {
      const starts = this.keys.filter((key) => key.id === id).map(({ from }) => from);
      if (starts.length > 0 && at >= Math.min(...starts)) this.ends.push({ id, party: this.party, at: forEver ? -Infinity : at });
    }
  }

  /**
   * The party's keys with one of ``roles`` that signed it, valid at ``at`` and never ended.
   * @param {{statement: Statement}} made @param {number} at @param {string[]} roles
   */
  async issuersOf({ statement }, at, roles) {
    const held = this.keys.filter((key) => key.id === statement.key_id && key.roles.some((role) => roles.includes(role)));
    const valid = held.filter((key) => key.from <= at && at < key.to && !this.isEnded(key.id, this.party));
    return those(valid, (key) => isBy(statement, key.text));
  }
}

/** @template T @param {Statement[]} statements @param {(statement: Statement) => T | null} reader @returns {T[]} */
const read = (statements, reader) => /** @type {T[]} */ (statements.map(reader).filter((one) => one !== null));

/** @template T @param {T[]} all @param {(one: T) => Promise<boolean>} holds @returns {Promise<T[]>} */
async function those(all, holds) {
  const found = [];
  for (const one of all) if (await holds(one)) found.push(one);
  return found;
}

/** @param {Statement} statement @param {string} text */
export const isBy = async (statement, text) => statement.key_id === keyId(text) && (await signedBy(statement, text));
