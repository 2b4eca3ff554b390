// Links open what they lead to without loading the page anew: the address changes as it does at the Back button,
// which the app follows. The name of the page that is open, on top, leads to its beginning. What may open far from
// what was clicked is brought into view: a source, from answers beside one another or by a link from elsewhere, and
// the panel of a plan on a narrow screen.
(() => {
  if (window.planciteFollows) return;
  window.planciteFollows = true;

  const source = '.stMain [class*="st-key-source-"]';
  // What opens comes in steps; it has come when it is the same at two looks.
  const bringIntoView = (opened, looks, before) => {
    const box = document.querySelector(opened);
    const held = box ? box.textContent : "";
    if (held && held === before) box.scrollIntoView({ block: "nearest" });
    else if (looks) setTimeout(() => bringIntoView(opened, looks - 1, held), 200);
  };

  const opensPanel = '[class*="st-key-plan-row-"] button';
  const named = '[data-testid="stTopNavLinkContainer"] a[href]';
  const followed = `.stHtml a[href], ${named}`;
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest(opensPanel)) setTimeout(() => bringIntoView(".st-key-panel-head", 10, ""), 200);
    const link = event.target.closest(followed);
    if (!link || link.origin !== location.origin || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.matches(named) && (link.pathname !== location.pathname || !location.search)) return;
    event.preventDefault();
    event.stopPropagation();
    history.pushState(null, "", link.href);
    dispatchEvent(new PopStateEvent("popstate"));
    if (new URL(link.href).pathname.endsWith("/compare")) setTimeout(() => bringIntoView(source, 50, ""), 200);
  });

  if (new URLSearchParams(location.search).has("open")) bringIntoView(source, 50, "");
})();
