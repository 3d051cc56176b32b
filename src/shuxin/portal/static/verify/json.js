/**
 * Strict JSON from strangers, and its canonical bytes (JCS, RFC 8785).
 *
 * JSON.parse keeps the last of two equal keys in silence and rounds long integers; both would let two readers
 * of one document see different things, so both are refused here, as the Python side does.
 */
import { utf8 } from "./bytes.js";
import { Problem } from "./problem.js";

const DEEPEST = 200;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const BEYOND = /[\ud800-\uffff]/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const LITERALS = /** @type {[string, boolean | null][]} */ ([["true", true], ["false", false], ["null", null]]);

/** @typedef {null | boolean | number | string | Json[] | {[name: string]: Json}} Json */

/** Objects come without a prototype. Throws Problem("not_json"). @param {string} text @returns {Json} */
export const parseJson = (text) => whole(new Reader(text));

/** The same for what carries signed statements, which hold whole numbers only. @param {string} text */
export const parsePlainJson = (text) => whole(new PlainReader(text));

/** The same, without numbers that double precision does not keep. @param {string} text */
export const parseKeptJson = (text) => whole(new KeptReader(text));

/** @param {Reader} reader @returns {Json} */
function whole(reader) {
  const value = reader.value(0);
  reader.blanks();
  if (reader.at !== reader.text.length) throw new Problem("not_json");
  return value;
}

class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  blanks() {
    while (" \t\n\r".includes(this.text[this.at] ?? "x")) this.at += 1;
  }

  /** @param {string} symbol */
  takes(symbol) {
    this.blanks();
    if (this.text[this.at] !== symbol) return false;
    this.at += 1;
    return true;
  }

  /** @param {string} symbol */
  needs(symbol) {
    if (!this.takes(symbol)) throw new Problem("not_json");
  }

  /** @param {number} depth @returns {Json} */
  value(depth) {
    if (depth > DEEPEST) throw new Problem("not_json");
    if (this.takes("{")) return this.object(depth);
    if (this.takes("[")) return this.list(depth);
    if (this.text[this.at] === '"') return this.string();
    for (const [word, value] of LITERALS) {
      if (this.text.startsWith(word, this.at)) return (this.at += word.length), value;
    }
    return this.number();
  }

  /** @param {number} depth */
  object(depth) {
    const found = Object.create(null);
    if (this.takes("}")) return found;
    do {
      this.blanks();
      const name = this.name();
      if (name in found) throw new Problem("not_json");
      this.needs(":");
      found[name] = this.value(depth + 1);
    } while (this.takes(","));
    this.needs("}");
    return found;
  }

  name() {
    return this.string();
  }

  /** @param {number} depth */
  list(depth) {
    /** @type {Json[]} */
    const found = [];
    if (this.takes("]")) return found;
    do found.push(this.value(depth + 1));
    while (this.takes(","));
    this.needs("]");
    return found;
  }

  string() {
    const start = this.at;
    if (this.text[start] !== '"') throw new Problem("not_json");
    let end = start + 1;
    while (end < this.text.length && this.text[end] !== '"') end += this.text[end] === "\\" ? 2 : 1;
    this.at = end + 1;
    try {
      return /** @type {string} */ (JSON.parse(this.text.slice(start, this.at)));
    } catch {
      throw new Problem("not_json");
    }
  }

  number() {
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text);
    if (!found) throw new Problem("not_json");
    this.at = NUMBER.lastIndex;
    const value = Number(found[0]);
    const whole = found[1] === undefined && found[2] === undefined;
    if (whole ? !Number.isSafeInteger(value) : !Number.isFinite(value)) throw new Problem("not_json");
    return value;
  }
}

class PlainReader extends Reader {
  name() {
    const name = super.name();
    if (BEYOND.test(name)) throw new Problem("not_json");
    return name;
  }

  number() {
    const start = this.at;
    const value = super.number();
    if (/[.eE]/.test(this.text.slice(start, this.at))) throw new Problem("not_json");
    return value;
  }
}

class KeptReader extends Reader {
  number() {
    const start = this.at;
    const value = super.number();
    if (valueOf(this.text.slice(start, this.at)) !== valueOf(String(value))) throw new Problem("not_json");
    return value;
  }
}

/** Digits without zeros at either end, and the power of ten of the last one; the sign is left out. @param {string} text */
function valueOf(text) {
  const [mantissa, power = "0"] = text.toLowerCase().replace(/^-/, "").split("e");
  const [before, after = ""] = mantissa.split(".");
  const digits = (before + after).replace(/^0+/, "");
  const kept = digits.replace(/0+$/, "");
  return kept && `${kept} ${Number(power) - after.length + digits.length - kept.length}`;
}

/** UTF-8 bytes equal for equal values. Throws Problem("not_canonical"). @param {unknown} value */
export const canonicalJson = (value) => utf8(written(value, ANY, 0));

/**
 * The same for bodies of statements: no fractions, and no names that other readers sort differently.
 * @param {unknown} value
 */
export const canonicalStatement = (value) => utf8(written(value, PLAIN, 0));

/** @typedef {{number: (value: number) => string, name: (value: string) => string}} Ways */
/** @type {Ways} */
const ANY = { number: anyNumber, name: text };
/** @type {Ways} */
const PLAIN = { number: wholeNumber, name: plainName };

/** @param {unknown} value @param {Ways} ways @param {number} depth @returns {string} */
function written(value, ways, depth) {
  if (depth > DEEPEST) throw new Problem("not_canonical");
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return ways.number(value);
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item) => written(item, ways, depth + 1)).join(",")}]`;
  }
  if (!isPlainObject(value)) throw new Problem("not_canonical");
  const names = Object.keys(value).sort(); // by UTF-16 code units, as RFC 8785 asks
  return `{${names.map((name) => `${ways.name(name)}:${written(value[name], ways, depth + 1)}`).join(",")}}`;
}

/** @param {string} value */
function text(value) {
  if (LONE_SURROGATE.test(value)) throw new Problem("not_canonical");
  return JSON.stringify(value);
}

/** @param {string} name */
function plainName(name) {
  if (BEYOND.test(name)) throw new Problem("not_canonical");
  return text(name);
}

/** @param {number} value */
function anyNumber(value) {
  if (!Number.isFinite(value)) throw new Problem("not_canonical");
  return JSON.stringify(value);
}

/** @param {number} value */
function wholeNumber(value) {
  if (!Number.isSafeInteger(value)) throw new Problem("not_canonical");
  return JSON.stringify(value);
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isPlainObject(value) {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
