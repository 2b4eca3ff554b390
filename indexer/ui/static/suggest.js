// The box for a question offers what the page lists in its data list, while one types.
(() => {
  if (window.planciteSuggests) return;
  window.planciteSuggests = true;

  document.addEventListener("focusin", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || !box.closest(".st-key-question")) return;
    if (!document.getElementById("suggestions")) return;
    box.setAttribute("list", "suggestions");
    box.removeAttribute("autocomplete"); // off, it silences the list as well in some browsers
  });
})();
