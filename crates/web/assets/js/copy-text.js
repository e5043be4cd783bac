// <copy-text label="Copy" done="Copied"><code>…</code></copy-text>: adds a button that copies the text inside.
import { icon } from "./icon.js";
import { toast } from "./toast-box.js";

class CopyText extends HTMLElement {
  connectedCallback() {
    if (this.querySelector("button.copy-button")) return;
    const text = () => this.getAttribute("value") ?? this.textContent.trim();
    const value = text();
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy-button";
    button.title = this.getAttribute("label") ?? document.body.dataset.copy ?? "";
    button.setAttribute("aria-label", `${button.title} ${value.length > 48 ? "" : value}`.trim());
    button.append(icon("copy"));
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(value);
      button.replaceChildren(icon("check"));
      toast(this.getAttribute("done") ?? document.body.dataset.copied ?? "", "ok");
      setTimeout(() => button.replaceChildren(icon("copy")), 1600);
    });
    this.append(button);
  }
}
customElements.define("copy-text", CopyText);
