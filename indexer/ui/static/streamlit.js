// Streamlit has its own words in English alone: where they stand they are replaced by those of the page's language.
// What Streamlit wrote is remembered, so that it is there again when the language changes.
(() => {
  if (window.planciteReplaces) return;
  window.planciteReplaces = true;
  const places =
    '[data-testid="stSkipToContent"], [data-testid="stFileUploaderDropzone"], [data-testid="stStatusWidget"], [role="listbox"]';
  const perFile = /^(.+) per file(.*)$/;
  const written = new WeakMap();

  const say = (text) => {
    const says = window.planciteSays ?? ((words) => words);
    const size = perFile.exec(text);
    return size ? says("{size} per file").replace("{size}", size[1]) + size[2] : says(text);
  };

  const replace = () => {
    for (const place of document.querySelectorAll(places)) {
      const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const node = texts.currentNode;
        const before = written.get(node);
        const own = before && node.data === before.shown ? before.own : node.data;
        const shown = say(own);
        if (shown === node.data) continue;
        written.set(node, { own, shown });
        node.data = shown;
      }
    }
  };
  new MutationObserver(replace).observe(document.body, { childList: true, characterData: true, subtree: true });
  replace();
})();
