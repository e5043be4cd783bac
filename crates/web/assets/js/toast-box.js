// <toast-box role="status">: short confirmations. The server sends them with the header `HX-Trigger: {"toast": {...}}`.
import { icon } from "./icon.js";

const icons = { ok: "circle-check", bad: "circle-alert", warn: "triangle-alert", info: "info" };

export function toast(text, tone = "info") {
  const box = document.querySelector("toast-box");
  if (!box || !text) return;
  const note = document.createElement("div");
  note.className = `notice ${tone}`;
  const span = document.createElement("span");
  span.className = "text";
  span.textContent = text;
  note.append(icon(icons[tone] ?? "info"), span);
  box.append(note);
  setTimeout(() => note.remove(), tone === "bad" ? 10000 : 4000);
}

class ToastBox extends HTMLElement {
  connectedCallback() {
    document.body.addEventListener("toast", (event) => toast(event.detail.text, event.detail.tone));
    document.body.addEventListener("htmx:sendError", () => toast(this.getAttribute("offline"), "bad"));
  }
}
customElements.define("toast-box", ToastBox);
