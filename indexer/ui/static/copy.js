// Buttons that carry a text take it to the clipboard, and say so for two seconds. A browser lends its clipboard to
// pages of this machine and of https alone; elsewhere the text is selected and copied, or else shown to be.
(() => {
  if (window.planciteCopies) return;
  window.planciteCopies = true;

  const copySelected = (text) => {
    const box = document.createElement("textarea");
    box.value = text;
    box.style.position = "fixed";
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    if (!done) throw new Error("The browser copies nothing for a page.");
  };

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      copySelected(text);
    }
  };

  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element && event.target.closest(".actions button[data-copied]");
    if (!button || button.classList.contains("copied")) return;
    const [label, text] = [button.textContent, JSON.parse(button.dataset.copied)];
    try {
      await copy(text);
    } catch {
      window.prompt(planciteSays("Copy the quote from here:"), text);
      return;
    }
    button.focus();
    button.style.minWidth = `${button.offsetWidth}px`;
    button.firstChild.textContent = planciteSays("Copied");
    button.classList.add("copied");
    button.setAttribute("aria-live", "polite");
    setTimeout(() => {
      button.firstChild.textContent = label;
      button.classList.remove("copied");
    }, 2000);
  });
})();
