/** A failure that a person can understand: words.js has its sentences in both languages, by code. */
export class Problem extends Error {
  /** @param {string} code @param {Record<string, string | number>} [facts] */
  constructor(code, facts = {}) {
    super(code);
    this.code = code;
    this.facts = facts;
  }
}
