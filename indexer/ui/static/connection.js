// When the server cannot be reached Streamlit asks for a command of its developers: our own words instead.
(() => {
  if (window.planciteConnects) return;
  window.planciteConnects = true;
  const title = "The connection is lost";
  const advice =
    "Plancite does not answer at the moment. This page reconnects by itself as soon as it does; what you typed stays. " +
    "If it takes longer than a minute, tell the people who run the server.";

  const reword = () => {
    for (const dialog of document.querySelectorAll('[role="dialog"]')) {
      if (!/Is Streamlit still running|streamlit run/.test(dialog.textContent)) continue;
      const body = dialog.querySelector('[data-testid="stConnectionError"]') || dialog.querySelector("p, pre, code")?.parentElement;
      if (!body) continue;
      const said = document.createElement("p");
      said.textContent = `${title}. ${advice}`;
      body.replaceChildren(said);
    }
  };
  new MutationObserver(reword).observe(document.body, { childList: true, subtree: true });
})();
