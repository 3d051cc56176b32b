/** Every use of my data, at each holder; what came since the last look is marked. */
import { me } from "./own.js";
import { onAskAll, sections } from "./holders.js";
import { details, element, make, state, table } from "./view.js";
import { both, moment, say } from "./words.js";

const LAST = `shuxin-uses-seen-${me().party}`;
const before = localStorage.getItem(LAST) ?? "";

/** @param {any} content @param {HTMLElement} section */
function uses(content, section) {
  const names = JSON.parse(element("names")?.textContent ?? "{}");
  const who = (/** @type {string} */ reader) =>
    reader === me().party ? say("you") : names[reader] ?? (reader.startsWith("uscc:") ? reader : say("itself"));
  const row = (/** @type {any} */ one) => [
    before && moment(one.at) > before && !isOwn(one) ? make("span", "", moment(one.at), " ", state(say("fresh"), "busy")) : moment(one.at),
    who(one.reader),
    both(one.purpose),
    one.everybody ? say("everybody") : one.catalogues.join("、") || say("all_data"),
    one.log_index === null ? say("nothing") : String(one.log_index),
  ];
  const heads = [say("when"), say("who"), say("what_for"), say("what"), say("log_entry")];
  const kinds = ["time", "", "", "", "number"];
  const others = content.uses.filter((/** @type {any} */ one) => !isOwn(one)).map(row);
  const own = content.uses.filter(isOwn).map(row);
  const refused = content.refused.map((/** @type {any} */ one) => [moment(one.at), who(one.reader), both(one.purpose)]);
  const shown = content.uses.length;
  localStorage.setItem(LAST, moment(new Date().toISOString()));
  return [
    others.length ? table(heads, others, String(section.dataset.name), kinds) : make("p", "quiet", say("nobody")),
    ...(refused.length ? [make("h3", "", say("refused_use")), table(heads.slice(0, 3), refused, say("refused_use"), kinds)] : []),
    ...(own.length ? [details(say("own_looks", { count: own.length }), table(heads, own, say("own_looks", { count: own.length }), kinds))] : []),
    ...(content.total > shown ? [make("p", "quiet small", say("rows_shown", { shown, rows: content.total }))] : []),
  ];
}

/** @param {any} use */
const isOwn = (use) => use.reader === me().party;

if (sections().length) onAskAll("uses", uses);
