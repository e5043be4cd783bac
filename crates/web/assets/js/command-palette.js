// <command-palette src="/search">: Ctrl/Cmd+K. The pages come from the navigation of this page,
// everything else from the server: `src?q=…` answers [{label, sub, href, icon}].
import { icon } from "./icon.js";

class CommandPalette extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.input = this.querySelector("input");
    this.list = this.querySelector("[role=listbox]");
    this.none = this.querySelector(".none");
    if (!this.dialog) return;
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        this.open();
      }
    });
    document.querySelectorAll("[data-palette]").forEach((b) => b.addEventListener("click", () => this.open()));
    this.input.addEventListener("input", () => this.search());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("click", (event) => this.go(event.target.closest("[role=option]")));
  }

  open() {
    this.input.value = "";
    this.show(this.pages(""));
    this.dialog.showModal();
    this.input.focus();
  }

  pages(query) {
    const wanted = query.trim().toLowerCase();
    return [...document.querySelectorAll("nav a[data-icon], nav.storenav a")]
      .map((a) => ({ label: a.dataset.label ?? a.textContent.trim(), href: a.getAttribute("href"), icon: a.dataset.icon ?? "arrow-right", sub: "" }))
      .filter((entry) => entry.label.toLowerCase().includes(wanted));
  }

  async search() {
    const query = this.input.value;
    this.show(this.pages(query));
    const src = this.getAttribute("src");
    if (!src || query.trim().length < 2) return;
    this.request?.abort();
    this.request = new AbortController();
    try {
      const answer = await fetch(`${src}?q=${encodeURIComponent(query)}`, { signal: this.request.signal, headers: { accept: "application/json" } });
      if (answer.ok && this.input.value === query) this.show([...this.pages(query), ...(await answer.json())]);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }

  show(entries) {
    this.list.replaceChildren(
      ...entries.map((entry, n) => {
        const option = document.createElement("li");
        option.id = `palette-${n}`;
        option.setAttribute("role", "option");
        option.dataset.href = entry.href;
        const label = document.createElement("span");
        label.textContent = entry.label;
        const sub = document.createElement("span");
        sub.className = "sub";
        sub.textContent = entry.sub ?? "";
        option.append(icon(entry.icon ?? "arrow-right"), label, sub);
        return option;
      }),
    );
    this.none.hidden = entries.length > 0;
    this.select(0);
  }

  select(n) {
    const options = [...this.list.children];
    if (!options.length) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    this.at = (n + options.length) % options.length;
    options.forEach((option, k) => option.setAttribute("aria-selected", String(k === this.at)));
    options[this.at].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", options[this.at].id);
  }

  key(event) {
    const moves = { ArrowDown: () => this.at + 1, ArrowUp: () => this.at - 1, Home: () => 0, End: () => -1 };
    if (event.key === "Enter") {
      event.preventDefault();
      this.go(this.list.children[this.at]);
    } else if (moves[event.key]) {
      event.preventDefault();
      this.select(moves[event.key]());
    }
  }

  go(option) {
    if (option) location.assign(option.dataset.href);
  }
}
customElements.define("command-palette", CommandPalette);
