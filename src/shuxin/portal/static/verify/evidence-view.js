/** What the verification page shows of a chain: the verdict, and a line for each link. */
import { firstBroken } from "./evidence-link.js";
import { element, show, withText } from "./view.js";

const MARKS = { holds: "✓", told: "○", broken: "✗", open: "–" };
const VERDICTS = /** @type {Record<string, string>} */ ({
  broken: "refused", open: "undecided", told: "undecided", holds: "accepted",
});
const RESULTS = { holds: "passed", told: "open", broken: "failed", open: "open" };

/** In the language of the page, as the server has them: federation/evidence/findings.py. */
const words = () => JSON.parse(document.getElementById("evidence-words")?.textContent ?? "{}");

/** @typedef {import("./evidence-link.js").Link} Link */

/**
 * @param {Link[]} links @param {import("./trust.js").Trust} trust whose names of parties are shown
 * @param {string} note under the lines
 */
export function showLinks(links, trust, note) {
  const called = Object.fromEntries(trust.anchors.pinned.map(({ party, name }) => [party, name]));
  const said = { ...words(), called };
  const broken = firstBroken(links);
  const worst = ["open", "told"].find((one) => links.some(({ state }) => state === one)) ?? "holds";
  const verdict = broken ? "broken" : worst;
  const facts = /** @type {Record<string, string>} */ ({ link: broken ? titleOf(broken, said) : "" });
  element("verdict").textContent = said.verdicts[verdict].replace("{link}", facts.link);
  element("outcome").dataset.verdict = VERDICTS[verdict];
  element("checks").replaceChildren(...links.map((link) => line(link, said, link === broken)));
  element("notes").replaceChildren(withText("p", note));
  show("status-box", false);
  show("outcome", true);
}

/** @param {Link} link @param {Record<string, any>} said */
const titleOf = ({ name, party }, said) => [said.names[name], partyOf(party, said)].filter(Boolean).join(" · ");

/** Its name in the list of trust, else its code. @param {string} party @param {Record<string, any>} said */
const partyOf = (party, said) => said.called[party] || party.replace(/^uscc:/, "");

/** @param {Link} link @param {Record<string, any>} said @param {boolean} isFirst of those that are broken */
function line(link, said, isFirst) {
  const { name, state, party, code } = link;
  const item = document.createElement("li");
  Object.assign(item.dataset, { check: name, result: RESULTS[state], reason: code, party });
  if (isFirst) item.dataset.first = "yes";
  const mark = withText("span", MARKS[state], "check-mark");
  mark.setAttribute("aria-hidden", "true");
  const head = withText("p", "", "check-head");
  head.append(mark, withText("strong", titleOf(link, said)), withText("span", said.states[state], "check-result"));
  item.append(head, withText("p", said.codes[code] ?? said.holds[name], "check-why"));
  return item;
}
