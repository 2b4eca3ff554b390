// Texts side by side scroll as one, each from where its own passage stands: whoever is scrolled leads,
// the others follow by as much. Only panes within a box whose class says "together" are bound.
(() => {
  if (window.planciteTogether) return;
  window.planciteTogether = true;
  const followed = new WeakMap();

  const anchor = (pane) => {
    const passage = pane.querySelector(".passage");
    if (!passage) return 0;
    return passage.getBoundingClientRect().top - pane.getBoundingClientRect().top + pane.scrollTop;
  };

  const follow = (event) => {
    const leader = event.target;
    if (!(leader instanceof Element) || !leader.matches('[class*="-together"] .pane')) return;
    if (followed.get(leader) === Math.round(leader.scrollTop)) {
      followed.delete(leader);
      return;
    }
    const moved = leader.scrollTop - anchor(leader);
    for (const pane of leader.closest('[class*="-together"]').querySelectorAll(".pane")) {
      if (pane === leader) continue;
      pane.scrollTop = anchor(pane) + moved;
      followed.set(pane, Math.round(pane.scrollTop));
    }
  };

  document.addEventListener("scroll", follow, { capture: true, passive: true });
})();
