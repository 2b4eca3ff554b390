// The focus, which is lost as the section tree is drawn again, goes to the section that was chosen. Its links are
// followed by follow.js, which hears of a click before this.
(() => {
  if (window.planciteReads) return;
  window.planciteReads = true;

  const focusCurrent = (looks, left) => {
    const link = document.querySelector("nav.tree a[aria-current]");
    if (link && link !== left) link.focus({ preventScroll: true });
    else if (looks) setTimeout(() => focusCurrent(looks - 1, left), 50);
  };

  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("nav.tree a");
    if (!link || !event.defaultPrevented) return;
    const current = document.querySelector("nav.tree a[aria-current]");
    if (current !== link) setTimeout(() => focusCurrent(100, current), 50);
  });
})();
