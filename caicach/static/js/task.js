// The task's page: pages of a paper one after another, names after "@", details closed by Esc. The forms work without it.
"use strict";
(() => {
  for (const button of document.querySelectorAll("[data-next-page]")) {
    const image = button.parentElement.querySelector("img");
    let page = 1, pages = 1;
    button.parentElement.addEventListener("toggle", async () => {
      const answer = await fetch(image.src, { method: "HEAD" });
      pages = Number(answer.headers.get("X-Pages") ?? 1);
      button.hidden = page >= pages;
    }, { once: true });
    button.addEventListener("click", () => {
      const next = document.createElement("img");
      button.disabled = true;
      next.src = image.src.replace(/trang\/\d+\//, `trang/${page + 1}/`);
      next.alt = `Trang ${page + 1}`;
      next.width = 900;
      next.addEventListener("load", () => { page += 1; button.before(next); button.disabled = false; button.hidden = page >= pages; });
      next.addEventListener("error", () => { button.hidden = true; });
    });
  }
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
  for (const area of document.querySelectorAll("textarea[data-mentions]")) {
    const names = [...document.getElementById(area.dataset.mentions).options].map((option) => option.value);
    const list = document.createElement("ul");
    list.className = "names";
    list.hidden = true;
    area.after(list);
    const typed = () => /@([^@\n]{0,40})$/.exec(area.value.slice(0, area.selectionStart));
    const close = () => { list.hidden = true; list.replaceChildren(); };
    const take = (name) => {
      const found = typed();
      const at = area.selectionStart;
      if (!found) return close();
      const before = area.value.slice(0, at - found[0].length);
      area.value = `${before}@${name} ${area.value.slice(at)}`;
      area.selectionStart = area.selectionEnd = before.length + name.length + 2;
      close();
      area.focus();
    };
    area.addEventListener("input", () => {
      const found = typed();
      const fits = found ? names.filter((name) => ` ${fold(name)}`.includes(` ${fold(found[1]).trim()}`)).slice(0, 6) : [];
      list.replaceChildren(...fits.map((name) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = name;
        button.addEventListener("mousedown", (event) => event.preventDefault());
        button.addEventListener("click", () => take(name));
        const item = document.createElement("li");
        item.append(button);
        return item;
      }));
      list.hidden = !fits.length;
    });
    area.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      if (event.key === "Escape") { close(); event.stopPropagation(); }
      if (event.key === "Enter" || event.key === "Tab") { event.preventDefault(); list.querySelector("button").click(); }
      if (event.key === "ArrowDown") { event.preventDefault(); list.querySelector("button").focus(); }
    });
    list.addEventListener("keydown", (event) => {
      const items = [...list.querySelectorAll("button")];
      const here = items.indexOf(document.activeElement);
      if (event.key === "ArrowDown") { event.preventDefault(); items[Math.min(here + 1, items.length - 1)].focus(); }
      if (event.key === "ArrowUp") { event.preventDefault(); (here ? items[here - 1] : area).focus(); }
      if (event.key === "Escape") { close(); area.focus(); }
    });
    area.addEventListener("blur", () => { window.setTimeout(() => { if (!list.contains(document.activeElement)) close(); }, 0); });
  }
})();
