// Entry of every page: marks that scripts run, loads the small components, and wires what is too small for one.
import "./copy-text.js";
import "./reveal-secret.js";
import "./qty-stepper.js";
import "./theme-toggle.js";
import "./command-palette.js";
import "./toast-box.js";
import "./dialogs.js";

document.documentElement.dataset.js = "";

// A form is sent once: while it is on its way its submit buttons say so and do not fire again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-once]") && !event.defaultPrevented) {
    const button = event.submitter;
    if (button?.dataset.busy) {
      setTimeout(() => {
        button.disabled = true;
        button.textContent = button.dataset.busy;
      });
    }
  }
});

// Selects that apply themselves; without scripts the button beside them does it.
document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-autosubmit]")) event.target.form.requestSubmit();
});

// Menus close on Escape and on a click elsewhere.
const closeMenus = (except) =>
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (menu !== except) menu.open = false;
  });
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

// A part that refreshes itself waits while somebody reads or works inside it.
document.addEventListener("htmx:beforeRequest", (event) => {
  const part = event.target;
  if (part.id !== "live") return;
  if (part.contains(document.activeElement) || part.querySelector("dialog[open], details[open]")) event.preventDefault();
});

// Morphing keeps elements but takes away what scripts added to them.
document.addEventListener("htmx:afterSettle", () => {
  document.querySelectorAll("copy-text, qty-stepper").forEach((element) => element.connectedCallback?.());
});
