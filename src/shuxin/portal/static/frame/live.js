// A live place: renewed only when something changed, at rest while nobody looks, ended by a fragment with data-done.
import "./swap.js";

const last = new WeakMap();
const live = (event) => (event.detail.elt?.matches?.(".live") ? event.detail.elt : null);

document.addEventListener("htmx:beforeRequest", (event) => {
  if (live(event) && document.hidden) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const place = live(event);
  if (!place || event.detail.xhr.status !== 200) return;
  lost(place, false);
  const text = event.detail.xhr.responseText;
  if (last.get(place) === text) event.detail.shouldSwap = false;
  last.set(place, text);
});

document.addEventListener("htmx:afterSettle", (event) => {
  const place = live(event);
  const done = place?.querySelector("[data-done]");
  if (!done) return;
  if (done.dataset.done === "reload") return location.reload();
  const still = place.cloneNode(false);
  for (const name of ["hx-get", "hx-trigger", "hx-swap"]) still.removeAttribute(name);
  still.append(...place.childNodes);
  place.replaceWith(still);
});

for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => { if (live(event)) lost(live(event), true); });
}

function lost(place, is) {
  const shown = place.previousElementSibling?.matches(".lost") ? place.previousElementSibling : null;
  if (!is) return shown?.remove();
  if (shown) return;
  const words = Object.assign(document.createElement("p"), { className: "notice warn lost", textContent: place.dataset.lost });
  words.setAttribute("role", "status");
  place.before(words);
}
