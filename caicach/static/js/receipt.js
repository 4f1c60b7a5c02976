// The receipt of a dossier that was just saved goes to the printer at once. Without this file the button or Ctrl+P does it.
"use strict";
(() => {
  const paper = document.querySelector("[data-receipt]");
  if (!paper || !new URLSearchParams(window.location.search).has("in")) return;
  history.replaceState(null, "", window.location.pathname); // loaded again it is not printed again
  const go = () => window.print();
  if (paper.complete) go(); else paper.addEventListener("load", go, { once: true });
})();
