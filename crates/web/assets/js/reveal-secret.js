// <reveal-secret show="Show" hide="Hide" src="/…">: fetches a secret only when asked for it (the server logs that), and hides it again.
import { icon } from "./icon.js";
import { toast } from "./toast-box.js";

class RevealSecret extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector("form");
    const mask = this.querySelector(".secret");
    if (!form || !mask) return;
    const masked = mask.textContent;
    const button = form.querySelector("button");
    const label = (shown) => {
      button.replaceChildren(icon(shown ? "eye-off" : "eye"), this.getAttribute(shown ? "hide" : "show"));
      button.setAttribute("aria-pressed", String(shown));
    };
    label(false);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.getAttribute("aria-pressed") === "true") {
        mask.textContent = masked;
        label(false);
        return;
      }
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { accept: "text/plain" },
        body: new URLSearchParams(new FormData(form)),
      });
      if (!answer.ok) {
        toast(this.getAttribute("failed"), "bad");
        return;
      }
      mask.textContent = await answer.text();
      label(true);
    });
  }
}
customElements.define("reveal-secret", RevealSecret);
