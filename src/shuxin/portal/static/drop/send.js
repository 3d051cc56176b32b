/* A file that is too large is said to be before it is sent; while one is read the page says so. */

const form = document.querySelector("form[data-largest]");
const file = form.querySelector("input[type=file]");
const tooLarge = document.getElementById("too-large");
const reading = document.getElementById("reading");
const button = form.querySelector("button[type=submit]");

function fits() {
  const chosen = file.files[0];
  const fitting = !chosen || chosen.size <= Number(form.dataset.largest);
  tooLarge.hidden = fitting;
  if (fitting) file.removeAttribute("aria-invalid");
  else file.setAttribute("aria-invalid", "true");
  return fitting;
}

file.addEventListener("change", fits);
form.addEventListener("submit", (event) => {
  if (!fits()) {
    event.preventDefault();
    file.focus();
    return;
  }
  button.disabled = true;
  reading.hidden = false;
});
window.addEventListener("pageshow", () => {
  button.disabled = false;
  reading.hidden = true;
});
