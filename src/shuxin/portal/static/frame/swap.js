// HTMX for parts that renew themselves: tables by search and order, live progress.
import "../vendor/htmx.min.js";

// what was typed into a search before HTMX was there is searched for now
document.addEventListener("DOMContentLoaded", () => {
  for (const field of document.querySelectorAll(".table-tools input[type=search]")) {
    if (field.value !== field.defaultValue) field.form.requestSubmit();
  }
});
