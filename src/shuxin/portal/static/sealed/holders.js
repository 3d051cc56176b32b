/** The holders of a page, each in a ``section[data-holder]``: asked by one press, answers shown where they belong. */
import { ask } from "./asking.js";
import { me, noteMissingKey, ownKey } from "./own.js";
import { element, make, notice } from "./view.js";
import { moment, say, sayWrong } from "./words.js";

/** @typedef {import("./asking.js").Opened} Opened */

/** @returns {HTMLElement[]} */
export const sections = () => [...document.querySelectorAll("section[data-holder]")].map((one) => /** @type {HTMLElement} */ (one));

/** What was opened on this page, by holder and question. @type {Map<string, Opened>} */
export const heard = new Map();

/**
 * Ask one holder and show its answer in its section.
 * @param {HTMLElement} section @param {string} what @param {(content: any, section: HTMLElement) => Node[]} shown
 */
export async function fill(section, what, shown) {
  const place = /** @type {HTMLElement} */ (section.querySelector("[data-part=answer]"));
  place.setAttribute("aria-busy", "true");
  place.replaceChildren(waiting());
  try {
    const found = await asked(section, what);
    const when = make("p", "quiet small", say("opened_at", { at: moment(found.answer.body.at) }));
    place.replaceChildren(...shown(found.content, section), when);
  } catch (error) {
    place.replaceChildren(notice(sayWrong(error)));
  } finally {
    place.removeAttribute("aria-busy");
  }
}

/** @param {HTMLElement} section @param {string} what @returns {Promise<Opened>} */
export async function asked(section, what) {
  const holder = String(section.dataset.holder);
  const found = await ask({ subject: me().party, holder, what, key: await ownKey() });
  heard.set(`${holder} ${what}`, found);
  return found;
}

/** Button ``#ask-all`` asks all of them at once. @param {string} what @param {(content: any, section: HTMLElement) => Node[]} shown */
export function onAskAll(what, shown) {
  noteMissingKey();
  const all = /** @type {HTMLButtonElement | null} */ (element("ask-all"));
  all?.addEventListener("click", async () => {
    all.disabled = true;
    await Promise.all(sections().map((section) => fill(section, what, shown)));
    all.disabled = false;
    for (const after of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-after-asking]"))) after.hidden = false;
  });
}

function waiting() {
  const made = make("p", "waiting", say("asking"));
  made.setAttribute("role", "status");
  return made;
}
