// Boxes open at their passage by CSS alone where a browser knows scroll-initial-target; elsewhere they are scrolled
// here, as what they hold comes and is laid out, until somebody scrolls them. shared.css says what they open at, and by
// its margin how much is above that; two pixels keep the target within the edge of its box.
(() => {
  if (window.planciteReaches || CSS.supports("scroll-initial-target: nearest")) return;
  window.planciteReaches = true;
  const targets = {
    ".source-text": ".passage",
    ".page-images": ".spot",
    "nav.tree": "a[aria-current]",
    ".stMain": '[class*="st-key-plan-row-open-"].stVerticalBlock',
  };
  const reached = new WeakMap();

  const reach = () => {
    for (const [boxes, target] of Object.entries(targets)) {
      for (const box of document.querySelectorAll(boxes)) {
        const found = box.querySelector(target);
        if (!found) reached.delete(box);
        if (!found || (box.matches(".stMain") && getComputedStyle(found, "::before").content === "none")) continue;
        if (Math.abs(box.scrollTop - (reached.get(box) ?? 0)) > 1) continue;
        const above = parseFloat(getComputedStyle(found, "::before").marginTop) || 0;
        box.scrollTop += found.getBoundingClientRect().top + above - box.getBoundingClientRect().top - 2;
        reached.set(box, box.scrollTop);
      }
    }
  };

  let due = 0;
  const soon = () => {
    cancelAnimationFrame(due);
    due = requestAnimationFrame(reach);
  };
  new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
  document.fonts.addEventListener("loadingdone", soon);
  soon();
})();
