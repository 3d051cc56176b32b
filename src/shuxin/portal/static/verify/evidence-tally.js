/** A joint score added up anew, in whole numbers; the same as federation/evidence/tally.py. */
import { Broken } from "./evidence-proving.js";

const RING = 2 ** 32;
const SLACK = 1e-6;

/**
 * @typedef {{standing: string, numbers: number[]}} Said
 * @typedef {Record<string, any>} Model
 */

/** What is known so far about the one subject. */
export class Tally {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    /** @type {Map<string, string>} */
    this.standings = new Map(model.seats.map((/** @type {any} */ { party }) => [party, "waiting"]));
    this.points = 0;
    /** @type {Map<string, number>} */
    this.byHolder = new Map();
    this.isSum = model.contract.contribution === "sum";
  }

  /** One question's answers, by holder. @param {Map<string, Said>} said */
  took(said) {
    const waiting = [...this.standings.values()].filter((one) => one === "waiting").length;
    if ([...said.keys()].some((one) => this.standings.get(one) !== "waiting")) throw new Broken("questions");
    if (this.isSum && said.size !== waiting) throw new Broken("questions");
    for (const [one, { standing }] of said) this.standings.set(one, standing);
    if (this.isSum) this.addSum(said);
    else this.addEach(said);
  }

  /** @param {Map<string, Said>} said */
  addSum(said) {
    const answered = [...said].filter(([, { standing }]) => standing === "answered");
    if (answered.length === said.size) {
      const words = answered.reduce((sum, [, { numbers }]) => (sum + numbers[0]) % RING, 0);
      this.points += signedWord(words, answered.map(([one]) => this.span(one)));
      return;
    }
    const next = answered.length >= this.model.contract.min_holders ? "waiting" : "too_few";
    for (const [one] of answered) this.standings.set(one, next);
  }

  /** @param {Map<string, Said>} said */
  addEach(said) {
    for (const [one, { standing, numbers }] of said) {
      if (standing !== "answered") continue;
      const points = numbers.reduce((sum, word) => sum + signedWord(word, []), 0);
      const [low, high] = this.span(one);
      if (points < low || points > high) throw new Broken("total");
      this.byHolder.set(one, points);
      this.points += points;
    }
  }

  /** @param {number} own @param {number} base */
  total(own, base) {
    if ([...this.standings.values()].includes("waiting")) throw new Broken("questions");
    const absent = this.model.seats.filter((/** @type {any} */ { party }) => this.standings.get(party) !== "answered");
    return absent.reduce((/** @type {number} */ sum, /** @type {any} */ seat) => sum + seat.missing_points, base + own + this.points);
  }

  /** As the bank's signed score says it. */
  holders() {
    return this.model.seats.map((/** @type {any} */ { party, missing_points: missing }) => {
      const standing = this.standings.get(party);
      const points = standing === "answered" ? (this.byHolder.get(party) ?? null) : missing;
      return { party, standing, points };
    });
  }

  /** @param {string} party @returns {[number, number]} */
  span(party) {
    const { spans } = this.model.seats.find((/** @type {any} */ seat) => seat.party === party);
    const sum = (/** @type {string} */ end) => spans.reduce((/** @type {number} */ all, /** @type {any} */ one) => all + one[end], 0);
    return [sum("low"), sum("high")];
  }
}

/** @param {Record<string, any>} leaf @returns {Said} */
export function standingOf({ standing, numbers }) {
  if (standing === "answered" && numbers.length > 0) return { standing, numbers };
  if (standing === "refused") return { standing, numbers: [] };
  if (standing === "unknown") return { standing: "unknown_subject", numbers: [] };
  throw new Broken("standing");
}

/** Whether ``told`` is the whole number next to the base. @param {number} told @param {Model} model */
export function isBase(told, model) {
  const { factor, offset } = scale(model);
  return Math.abs(model.intercept * factor + offset - told) <= 0.5 + SLACK;
}

/** The label party's points, each with those of its bin. @param {Record<string, any>[]} own @param {Model} model */
export function ownPoints(own, model) {
  const { characteristics } = model;
  if (own.length !== characteristics.length) throw new Broken("own");
  own.forEach((one, nth) => {
    const kept = characteristics[nth];
    const points = [...kept.bins.map((/** @type {any} */ bin) => bin.points), kept.unseen_points];
    const place = one.bin === -1 ? points.length - 1 : one.bin;
    if (one.name !== kept.shape.name || !Number.isSafeInteger(place) || points[place] !== one.points) throw new Broken("own");
  });
  return own.reduce((sum, { points }) => sum + points, 0);
}

/** @param {number} total @param {Model} model */
export const clamped = (total, { scaling }) => Math.min(Math.max(total, scaling.floor), scaling.ceiling);

/** Whether that text is the PD of the scale at these points. @param {string} told @param {number} points @param {Model} model */
export function isPd(told, points, model) {
  const { factor, offset } = scale(model);
  return Math.abs(1 / (1 + Math.exp((points - offset) / factor)) - Number(told)) <= SLACK;
}

/** Points per unit of log-odds, and points at even odds. @param {Model} model */
function scale({ scaling }) {
  const factor = scaling.pdo / Math.log(2);
  return { factor, offset: scaling.base_points - factor * Math.log(scaling.base_odds) };
}

/** A word modulo 2^32 as the whole number that it stands for. @param {number} word @param {[number, number][]} spans */
function signedWord(word, spans) {
  if (!Number.isSafeInteger(word) || word < 0 || word >= RING) throw new Broken("total");
  const found = word >= RING / 2 ? word - RING : word;
  const low = spans.reduce((sum, [one]) => sum + one, 0);
  const high = spans.reduce((sum, [, one]) => sum + one, 0);
  if (spans.length > 0 && (found < low || found > high)) throw new Broken("total");
  return found;
}
