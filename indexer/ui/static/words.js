// The page says its language and, for the other scripts, the app's own words in it: window.planciteSays gives them.
(() => {
  if (window.planciteSays) return;
  let [written, words] = ["", {}];

  const read = () => {
    const given = document.querySelector(".stHtml > .words");
    if (!given || given.dataset.words === written) return;
    written = given.dataset.words;
    words = JSON.parse(written);
    document.documentElement.lang = given.lang;
  };

  window.planciteSays = (text) => {
    read();
    return words[text] ?? text;
  };
  new MutationObserver(read).observe(document.body, { childList: true, subtree: true });
  read();
})();
