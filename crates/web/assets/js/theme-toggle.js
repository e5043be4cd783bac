// <theme-toggle>: its form sets the theme on the server; with scripts the page changes at once and the choice is sent behind.
class ThemeToggle extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector("form");
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      const theme = event.submitter.value;
      const root = document.documentElement;
      if (theme === "system") delete root.dataset.theme;
      else root.dataset.theme = theme;
      for (const button of form.querySelectorAll("button")) {
        button.toggleAttribute("aria-current", button === event.submitter);
      }
      const body = new URLSearchParams(new FormData(form));
      body.set("theme", theme);
      fetch(form.action, { method: "POST", body, redirect: "manual" });
    });
  }
}
customElements.define("theme-toggle", ThemeToggle);
