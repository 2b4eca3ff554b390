// Links of the section tree open a section without loading the page anew: the address changes as it does at the
// Back button, which the page follows. The focus, which is lost as the tree is drawn again, goes to the section
// that was chosen.
(() => {
  if (window.planlensReads) return;
  window.planlensReads = true;

  const focusCurrent = (looks, left) => {
    const link = document.querySelector("nav.tree a[aria-current]");
    if (link && link !== left) link.focus({ preventScroll: true });
    else if (looks) setTimeout(() => focusCurrent(looks - 1, left), 50);
  };

  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("nav.tree a");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const current = document.querySelector("nav.tree a[aria-current]");
    history.pushState(null, "", link.href);
    dispatchEvent(new PopStateEvent("popstate"));
    if (current !== link) setTimeout(() => focusCurrent(100, current), 50);
  });
})();
