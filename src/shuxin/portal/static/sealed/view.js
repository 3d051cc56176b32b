/** Elements of what holders answered. Whatever they say goes in as text, never as markup. */

/** @typedef {Node | string} Part */

/** @param {string} name @param {string} [className] @param {...Part} parts @returns {HTMLElement} */
export function make(name, className = "", ...parts) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...parts);
  return made;
}

/** @param {[string, Part][]} pairs */
export const facts = (pairs) =>
  make("dl", "facts", ...pairs.map(([name, value]) => make("div", "", make("dt", "", name), make("dd", "", value))));

/** A table that becomes cards on a phone. @param {string[]} heads @param {Part[][]} rows @param {string} label @param {string[]} [kinds] */
export function table(heads, rows, label, kinds = []) {
  const cells = (/** @type {Part[]} */ row) =>
    row.map((part, nth) => {
      const cell = make("td", kinds[nth] ?? "", make("span", "", part));
      cell.dataset.name = heads[nth];
      return cell;
    });
  const head = make("thead", "", make("tr", "", ...heads.map((text, nth) => {
    const made = make("th", kinds[nth] ?? "", text);
    made.setAttribute("scope", "col");
    return made;
  })));
  const body = make("tbody", "", ...rows.map((row) => make("tr", "", ...cells(row))));
  const scroll = make("div", "scroll", make("table", "stack", head, body));
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", label);
  return scroll;
}

/** @param {string} text @param {string} tone */
export const state = (text, tone) => make("span", `state ${tone}`, text);

/** @param {string} text @param {() => void} act @param {string} [className] */
export function button(text, act, className = "second") {
  const made = /** @type {HTMLButtonElement} */ (make("button", className, text));
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

/** @param {string} text */
export function notice(text, tone = "bad") {
  const made = make("p", `notice ${tone}`, text);
  made.setAttribute("role", tone === "bad" ? "alert" : "status");
  return made;
}

/** @param {string} summary @param {...Part} parts */
export const details = (summary, ...parts) => make("details", "", make("summary", "", summary), ...parts);

/** Hand a file to the reader. @param {BlobPart} content @param {string} name @param {string} type */
export function save(content, name, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** @param {string} id @returns {any} */
export const element = (id) => document.getElementById(id);
