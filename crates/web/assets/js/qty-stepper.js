// <qty-stepper less="…" more="…"><input type="number"></qty-stepper>: two buttons around a number field.
import { icon } from "./icon.js";

class QtyStepper extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    if (!input || this.querySelector("button")) return;
    const add = (name, label, move, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-label", label);
      button.append(icon(name));
      button.addEventListener("click", () => {
        move();
        input.dispatchEvent(new Event("input", { bubbles: true }));
        input.dispatchEvent(new Event("change", { bubbles: true }));
      });
      this[place](button);
    };
    add("minus", this.getAttribute("less"), () => input.stepDown(), "prepend");
    add("plus", this.getAttribute("more"), () => input.stepUp(), "append");
  }
}
customElements.define("qty-stepper", QtyStepper);
