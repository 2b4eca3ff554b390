// When the server cannot be reached Streamlit asks for a command of its developers: our own words instead.
(() => {
  if (window.planciteConnects) return;
  window.planciteConnects = true;
  const sentences = [
    "The connection is lost.",
    "Plancite does not answer at the moment. This page reconnects by itself as soon as it does; what you typed stays. " +
      "If it takes longer than a minute, tell the people who run the server.",
  ];

  const reword = () => {
    const words = sentences.map(planciteSays).join(" ");
    for (const dialog of document.querySelectorAll('[role="dialog"]')) {
      if (!/Is Streamlit still running|streamlit run/.test(dialog.textContent)) continue;
      const body = dialog.querySelector('[data-testid="stConnectionError"]') || dialog.querySelector("p, pre, code")?.parentElement;
      // what is changed here is observed, too: without this it would go on for ever
      if (!body || body.textContent === words) continue;
      const said = document.createElement("p");
      said.textContent = words;
      body.replaceChildren(said);
    }
  };
  new MutationObserver(reword).observe(document.body, { childList: true, subtree: true });
})();
