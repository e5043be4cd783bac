// Dialogs: opened by a button with `commandfor`, also where the browser does not know invoker commands yet;
// a click on the backdrop closes those that may be dismissed.
const native = "commandForElement" in HTMLButtonElement.prototype;

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[commandfor]");
  if (button && !native) {
    const dialog = document.getElementById(button.getAttribute("commandfor"));
    if (button.getAttribute("command") === "show-modal") dialog?.showModal();
    else dialog?.close();
  }
  if (event.target.matches("dialog[data-dismiss]")) event.target.close();
});
