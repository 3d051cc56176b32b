// On every page: dialogues open and close, a form is sent once, what was typed outlives a session that has ended.

const PAUSE = 10_000;
const KEPT = 30 * 60_000;
const DRAFT = "shuxin-draft";

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement && !within(event.target, event)) event.target.close();
});

function within(dialog, { clientX, clientY }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < PAUSE) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = String(Date.now());
  event.submitter?.setAttribute("aria-disabled", "true");
  keep(form);
});

// the back button brings a page back as it was left: its forms may be sent again
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
});

const account = () => document.querySelector('meta[name="account"]')?.content ?? "";

function fields(form) {
  return [...form.elements].filter(
    (field) => field.name && !["hidden", "password", "file", "submit", "button", "fieldset"].includes(field.type),
  );
}

// Only for signed-in people, only in this tab, never passwords or files.
function keep(form) {
  if (!account() || !fields(form).length || form.matches("[data-forgets]")) return;
  const values = fields(form).map((field) => [field.name, field.value, field.checked ?? null]);
  const draft = { at: Date.now(), who: account(), where: location.pathname + location.search, action: form.action, values };
  try { sessionStorage.setItem(DRAFT, JSON.stringify(draft)); } catch { /* full or forbidden: nothing is kept */ }
}

function restore() {
  let draft;
  try { draft = JSON.parse(sessionStorage.getItem(DRAFT)); } catch { return; }
  if (!draft) return;
  const interrupted = () => sessionStorage.setItem(DRAFT, JSON.stringify({ ...draft, interrupted: true }));
  if (document.querySelector("[data-unsent]")) return interrupted();
  if (location.pathname.startsWith("/sign-in")) {
    if (new URLSearchParams(location.search).get("why") === "signed_out") return sessionStorage.removeItem(DRAFT);
    return interrupted();
  }
  const old = Date.now() - draft.at > KEPT;
  if (old || !draft.interrupted || draft.who !== account()) return sessionStorage.removeItem(DRAFT);
  const kept = document.getElementById("kept").content;
  if (draft.where !== location.pathname + location.search) {
    if (draft.shown) return;
    const way = kept.querySelector("[data-elsewhere]").cloneNode(true);
    way.querySelector("a").href = draft.where;
    document.getElementById("content").prepend(way);
    return;
  }
  const same = (form) => form.method === "post" && form.action === draft.action && draft.values.every(([name]) => name in form.elements);
  const form = [...document.forms].find(same);
  if (!form) return sessionStorage.removeItem(DRAFT);
  fill(form, draft.values);
  form.before(kept.querySelector("[data-restored]").cloneNode(true));
  sessionStorage.setItem(DRAFT, JSON.stringify({ ...draft, shown: true }));
}

function fill(form, values) {
  const open = fields(form);
  for (const [name, value, checked] of values) {
    const at = open.findIndex((field) => field.name === name && (checked === null || !isTick(field) || field.value === value));
    if (at < 0) continue;
    const [field] = open.splice(at, 1);
    if (isTick(field)) field.checked = checked;
    else field.value = value;
  }
}

const isTick = (field) => field.type === "checkbox" || field.type === "radio";

restore();
