// Links open what they lead to without loading the page anew: the address changes as it does at the Back button,
// which the app follows. A source that was opened from answers beside one another, or by a link
// from elsewhere, may stand far from what was clicked: it is brought into view.
(() => {
  if (window.planciteFollows) return;
  window.planciteFollows = true;

  // What a source holds comes in steps; it has come when it is the same at two looks.
  const bringIntoView = (looks, before) => {
    const source = document.querySelector('.stMain [class*="st-key-source-"]');
    const held = source ? source.textContent : "";
    if (held && held === before) source.scrollIntoView({ block: "nearest" });
    else if (looks) setTimeout(() => bringIntoView(looks - 1, held), 200);
  };

  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest(".stHtml a[href]");
    if (!link || link.origin !== location.origin || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    history.pushState(null, "", link.href);
    dispatchEvent(new PopStateEvent("popstate"));
    if (new URL(link.href).pathname.endsWith("/compare")) setTimeout(() => bringIntoView(50, ""), 200);
  });

  if (new URLSearchParams(location.search).has("open")) bringIntoView(50, "");
})();
