// The keyboard of every page: / searches, J and K walk a list, Enter opens, ? tells. Without this file all of it works by links.
"use strict";
(() => {
  const typing = (at) => at && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName));
  const seen = (one) => one && one.offsetParent !== null;

  // --- on a phone the bar and the tabs are wider than the screen: where one is stands in sight ---
  for (const tab of document.querySelectorAll(".bar nav a[aria-current], .tabs a[aria-current]")) { // no further than it takes to see the whole of it, and no other tab cut at its left
    const row = tab.parentElement, from = (one) => one.offsetLeft - row.offsetLeft;
    const past = from(tab) + tab.offsetWidth + 24 - row.clientWidth;
    if (past > 24) row.scrollLeft = from([...row.children].find((one) => from(one) >= past) || tab);
  }

  // --- the field in the bar and what is found while one types ---
  const field = document.querySelector(".bar [data-seek]");
  const list = document.getElementById("tim-thay");
  const options = () => [...list.querySelectorAll("[role=option]")];
  let chosen = -1;

  function choose(at) {
    const all = options();
    chosen = all.length ? (at + all.length + 1) % (all.length + 1) : -1;
    if (chosen === all.length) chosen = -1; // back in the field
    all.forEach((one, n) => one.setAttribute("aria-selected", String(n === chosen)));
    if (chosen >= 0) { field.setAttribute("aria-activedescendant", all[chosen].id); all[chosen].scrollIntoView({ block: "nearest" }); } else field.removeAttribute("aria-activedescendant");
  }

  function show(open) {
    list.hidden = !open;
    field.setAttribute("aria-expanded", String(open));
    if (!open) choose(-1);
  }

  if (field) {
    document.body.addEventListener("htmx:afterSwap", (event) => {
      if (event.detail.target !== list) return;
      choose(-1);
      show(document.activeElement === field && Boolean(field.value.trim()) && options().length > 0);
    });
    field.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (list.hidden) { if (options().length && field.value.trim()) show(true); else return; }
        event.preventDefault();
        choose(event.key === "ArrowDown" ? chosen + 1 : chosen < 0 ? options().length - 1 : chosen - 1);
      } else if (event.key === "Enter" && chosen >= 0) {
        event.preventDefault();
        options()[chosen].click();
      } else if (event.key === "Escape") {
        if (list.hidden) field.blur();
        show(false);
        event.preventDefault();
      }
    });
    field.addEventListener("input", () => { if (!field.value.trim()) { list.replaceChildren(); show(false); } });
    field.addEventListener("focus", () => { if (field.value.trim() && options().length) show(true); });
    document.addEventListener("pointerdown", (event) => { if (!event.target.closest(".seek")) show(false); });
    field.form.addEventListener("focusout", (event) => { if (!field.form.contains(event.relatedTarget)) show(false); });
  }

  // --- walking lists ---
  const ROWS = "[data-walk] > li, [data-walk] > tbody > tr:not(.section), .work > li, table.ribbon tbody > tr:not(.section)";
  const link = (row) => row.querySelector("a[href]");
  const rows = () => [...document.querySelectorAll(ROWS)].filter((row) => seen(row) && link(row));
  let here = null;

  function stand(row) {
    if (here) here.classList.remove("is-here");
    here = row;
    if (!row) return;
    row.classList.add("is-here");
    link(row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = rows();
    if (!all.length) return false;
    const focused = document.activeElement && document.activeElement.closest(ROWS);
    const at = all.indexOf(focused || (here && here.isConnected ? here : null));
    stand(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, at + by))]);
    return true;
  }

  // --- the keys ---
  const help = document.getElementById("phim");
  document.addEventListener("keydown", (event) => { // also while one types: whoever gets up has no hand free
    if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyL") return;
    const lock = document.querySelector("[data-lock]");
    if (lock) { event.preventDefault(); lock.click(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (document.getElementById("review")) { if (event.key !== "/") return; } // the review has keys of its own
    const go = { "[": "[data-before]", "]": "[data-next]" }[event.key];
    if (event.key === "/") {
      const at = [...document.querySelectorAll("main [data-seek], [data-seek]")].find(seen);
      if (at) { at.focus(); at.select(); event.preventDefault(); }
    } else if (event.key === "j" || event.key === "J") {
      if (step(1)) event.preventDefault();
    } else if (event.key === "k" || event.key === "K") {
      if (step(-1)) event.preventDefault();
    } else if (event.key === "Enter" && here && document.activeElement === document.body) {
      link(here).click();
    } else if (event.key === " " && here && here.querySelector("[data-tick]") && (document.activeElement === document.body || here.contains(document.activeElement))) {
      here.querySelector("[data-tick]").click();
      event.preventDefault();
    } else if (event.key === "?" && help) {
      help.showModal();
      event.preventDefault();
    } else if (/^[a-z]$/i.test(event.key) && document.querySelector(`[data-key="${event.key.toLowerCase()}"]`)) {
      document.querySelector(`[data-key="${event.key.toLowerCase()}"]`).click();
      event.preventDefault();
    } else if (go) {
      const to = document.querySelector(go);
      if (to) { to.click(); event.preventDefault(); }
    }
  });
  if (help) help.addEventListener("click", (event) => { if (event.target === help) help.close(); });
})();
