// The review by keyboard. Every cell is saved while it is typed and kept in this browser until the server has it.
// Without this file the page works by its links and forms.
"use strict";
(() => {
  const PAUSE = 700;
  const root = () => document.getElementById("review");
  const token = () => root().dataset.token;
  const csrf = () => root().querySelector("input[name=csrfmiddlewaretoken]").value;
  const keep = (cell) => `caicach:${token()}:${cell.closest(".line").dataset.line}:${cell.dataset.cell}`;
  let editing = null; // {cell, area, seen, timer, html}
  let here = null; // "d12:leads": where the keyboard stands

  // What is typed lies in the browser until the server has it, with what stood in the cell when the typing began.
  const read = (cell) => { try { return JSON.parse(localStorage.getItem(keep(cell))); } catch { return null; } };
  const write = (cell, text, seen) => localStorage.setItem(keep(cell), JSON.stringify({ text, seen }));
  const kept = (text) => ` Chữ anh/chị gõ “${text}” còn giữ ở đây: mở ô để xem.`;

  const say = (words, stuck) => {
    const place = root().querySelector("[data-saved]");
    place.textContent = words;
    place.classList.toggle("is-stuck", Boolean(stuck));
  };
  const cells = () => [...root().querySelectorAll("[data-cell]")];
  const textOf = (cell) => { const text = cell.querySelector(".text").textContent; return text === "–" ? "" : text; };

  function stand(cell, scroll = true) {
    if (!cell) return;
    for (const other of root().querySelectorAll("[data-cell][tabindex='0']")) other.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus({ preventScroll: !scroll });
    if (scroll) cell.scrollIntoView({ block: "nearest" });
    const line = cell.closest(".line");
    here = `${line.id}:${cell.dataset.cell}`;
    for (const chosen of root().querySelectorAll(".line.is-chosen")) chosen.classList.remove("is-chosen");
    line.classList.add("is-chosen");
    showSource(line);
    for (const todo of root().querySelectorAll("[data-todo]")) todo.classList.toggle("is-here", todo.dataset.goto === line.id);
  }

  function showSource(line) {
    const source = line.dataset.source && document.getElementById(line.dataset.source);
    if (source) {
      for (const hit of root().querySelectorAll(".lines .hit")) hit.classList.remove("hit");
      source.classList.add("hit");
      const list = source.parentElement;
      list.scrollTop = source.offsetTop - list.clientHeight / 2;
    }
    const picture = root().querySelector("[data-picture]");
    if (picture && line.dataset.page) {
      const address = root().dataset.pictureUrl.replace(/1\.png$/, `${line.dataset.page}.png`);
      if (!picture.src.endsWith(address)) { picture.src = address; picture.alt = `Trang ${line.dataset.page} của tệp gốc`; root().querySelector("[data-picture-link]").href = address; }
      root().querySelector("[data-page-number]").textContent = line.dataset.page;
      const svg = root().querySelector("svg[data-box]");
      svg.replaceChildren();
      const box = (line.dataset.box || "").split(" ").map(Number);
      if (box.length === 4) {
        const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        const [left, top, right, bottom] = box;
        for (const [name, value] of Object.entries({ x: left, y: top, width: right - left, height: bottom - top })) rect.setAttribute(name, value);
        svg.append(rect);
      }
    }
  }

  function begin(cell) {
    if (editing) commit();
    const text = cell.querySelector(".text");
    const before = read(cell);
    const area = document.createElement("textarea");
    area.value = before?.text ?? textOf(cell);
    area.setAttribute("aria-label", `${cell.dataset.name}, dòng ${cell.closest(".line").querySelector(".no").textContent.trim()}`);
    editing = { cell, area, seen: textOf(cell), first: textOf(cell), text, timer: 0, stopped: false };
    text.hidden = true;
    text.after(area);
    area.rows = Math.min(10, Math.max(2, Math.ceil(area.value.length / 28)));
    area.focus();
    area.select();
    area.addEventListener("input", () => {
      write(cell, area.value, editing.seen);
      window.clearTimeout(editing.timer);
      const mine = editing;
      editing.timer = window.setTimeout(() => save(mine, false), PAUSE);
    });
    area.addEventListener("blur", () => { if (editing && editing.area === area) commit(); });
  }

  async function save(state, replace, last) {
    const value = state.area.value.trim();
    const line = state.cell.closest(".line");
    if (!line || state.stopped || (value === state.seen.trim() && !replace)) return;
    const key = keep(state.cell);
    const body = new URLSearchParams({ csrfmiddlewaretoken: csrf(), row: `line:${line.dataset.line}`, [state.cell.dataset.cell]: value, [`seen-${state.cell.dataset.cell}`]: state.seen });
    state.cell.classList.add("is-saving");
    try {
      const answer = await fetch(root().dataset.cellUrl, { method: "POST", body, headers: { "X-Fragment": "1" }, keepalive: Boolean(last) });
      if (answer.status === 409) {
        const told = await answer.json();
        say(told.words + kept(value), true);
        state.cell.classList.add("is-stuck");
        write(state.cell, value, state.seen);
        state.stopped = true;
        state.theirs = told.theirs ?? state.seen;
        if (editing !== state) state.text.textContent = state.theirs || "–";
        return;
      }
      if (!answer.ok) throw new Error(answer.status);
      state.seen = value;
      localStorage.removeItem(key);
      state.cell.classList.remove("is-stuck");
      say("Đã lưu.");
      if (replace) {
        const html = await answer.text();
        const id = line.id;
        const fresh = new DOMParser().parseFromString(`<table>${html}</table>`, "text/html").querySelector("tbody");
        const field = state.cell.dataset.cell;
        const stay = here === `${id}:${field}` && !editing;
        line.replaceWith(document.adoptNode(fresh));
        if (stay) stand(document.getElementById(id).querySelector(`[data-cell="${field}"]`), false);
        else if (here && here.startsWith(`${id}:`) && !editing) stand(document.getElementById(id).querySelector(`[data-cell="${here.split(":")[1]}"]`), false);
        const undo = root().querySelector("[data-undo]");
        if (undo) undo.disabled = false;
      }
    } catch {
      say("Chưa lưu được lên máy chủ; chữ vừa gõ còn giữ trong trình duyệt này. Sẽ thử lại.", true);
      state.cell.classList.add("is-stuck");
    } finally {
      state.cell.classList.remove("is-saving");
    }
  }

  function close() {
    const state = editing;
    editing = null;
    window.clearTimeout(state.timer);
    state.area.remove();
    state.text.hidden = false;
    return state;
  }

  function commit() {
    const state = close();
    const value = state.area.value.trim();
    if (state.stopped) { state.text.textContent = state.theirs || "–"; return; }
    state.text.textContent = value || "–";
    if (value !== state.first.trim()) save(state, true);
    else localStorage.removeItem(keep(state.cell));
  }

  function cancel() {
    const state = close();
    localStorage.removeItem(keep(state.cell));
    state.area.value = state.first;
    if (state.stopped) state.text.textContent = state.theirs || "–";
    else if (state.seen.trim() !== state.first.trim()) save(state, true);
    stand(state.cell, false);
  }

  function beside(cell, step) {
    const all = cells();
    return all[all.indexOf(cell) + step];
  }
  function above(cell, step) {
    const same = [...root().querySelectorAll(`[data-cell="${cell.dataset.cell}"]`)];
    return same[same.indexOf(cell) + step];
  }
  function nextFinding() {
    const rows = [...root().querySelectorAll(".line.has-hint")];
    const now = root().querySelector(".line.is-chosen");
    const after = rows.find((row) => now && now.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING) || rows[0];
    if (!after) { say("Không còn chỗ nào cần xem trong bảng."); return; }
    const odd = after.querySelector(".cell.is-odd") || after.querySelector("[data-cell]");
    stand(odd);
    after.scrollIntoView({ block: "center" });
  }

  document.addEventListener("click", (event) => {
    const cell = event.target.closest?.("[data-cell]");
    if (cell && !event.target.closest("textarea")) { stand(cell, false); if (event.detail > 1) begin(cell); }
    const goto = event.target.closest?.("[data-goto] b a");
    if (goto) {
      const line = document.getElementById(goto.closest("[data-goto]").dataset.goto);
      if (line) { event.preventDefault(); stand(line.querySelector(".cell.is-odd") || line.querySelector("[data-cell]")); line.scrollIntoView({ block: "center" }); }
    }
    const no = event.target.closest?.(".no a");
    if (no) { event.preventDefault(); stand(no.closest(".line").querySelector("[data-cell]"), false); }
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target;
    if (editing && target === editing.area) {
      const cell = editing.cell;
      if (event.key === "Escape") { event.preventDefault(); cancel(); }
      else if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); commit(); stand(above(cell, 1) || cell); }
      else if (event.key === "Tab") { const to = beside(cell, event.shiftKey ? -1 : 1); if (to) { event.preventDefault(); commit(); stand(to); } }
      return;
    }
    if (target.matches("input, textarea, select")) return;
    const cell = target.closest?.("[data-cell]");
    const keys = { ArrowRight: () => beside(cell, 1), ArrowLeft: () => beside(cell, -1), ArrowDown: () => above(cell, 1), ArrowUp: () => above(cell, -1) };
    if (cell && keys[event.key]) { event.preventDefault(); stand(keys[event.key]()); return; }
    if (cell && (event.key === "Enter" || event.key === "F2")) { event.preventDefault(); begin(cell); return; }
    switch (event.key.toLowerCase()) {
      case "f": event.preventDefault(); nextFinding(); break;
      case "e": if (cell || here) { event.preventDefault(); begin(cell || find(here)); } break;
      case "y": {
        const line = root().querySelector(".line.is-chosen");
        const button = line?.querySelector("[data-accept]") || target.closest?.("[data-todo]")?.querySelector("[data-accept]");
        if (button) { event.preventDefault(); button.form.requestSubmit(button); } else say("Chỗ này không có gợi ý sẵn.");
        break;
      }
      case "u": root().querySelector("[data-undo]:not(:disabled)")?.form.requestSubmit(); break;
      default:
    }
  });
  const find = (place) => { const [id, field] = (place || "").split(":"); return document.getElementById(id)?.querySelector(`[data-cell="${field}"]`); };

  // A form of the review answers with the whole review: put it in place, and stand where we stood.
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-swap]");
    if (!form || !root().contains(form)) return;
    event.preventDefault();
    if (editing) commit();
    const scroll = window.scrollY;
    const list = root().querySelector(".lines")?.scrollTop;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("review");
      if (!fresh) { say(page.querySelector("main p:not(.over)")?.textContent || "Chưa làm được. Hãy tải lại trang.", true); return; }
      root().replaceWith(document.adoptNode(fresh));
      window.scrollTo(0, scroll);
      const lines = root().querySelector(".lines");
      if (lines && list) lines.scrollTop = list;
      if (here) stand(find(here) || cells()[0], false);
      say(`Đã ghi. ${root().querySelector("h1").textContent}`);
    } catch {
      say("Không nối được với máy chủ. Hãy thử lại.", true);
    }
  });

  window.addEventListener("pagehide", () => { if (editing) { window.clearTimeout(editing.timer); save(editing, false, true); } });
  window.addEventListener("online", retry);
  function retry() {
    for (const cell of cells()) {
      const before = read(cell);
      if (!before || (editing && editing.cell === cell)) continue;
      if (before.text.trim() === textOf(cell).trim()) {
        if (!cell.classList.contains("is-stuck")) { localStorage.removeItem(keep(cell)); continue; }
        begin(cell); // shown here, but the server hasn't got it yet
        editing.seen = editing.first = before.seen;
        commit();
        continue;
      }
      if (before.seen.trim() !== textOf(cell).trim()) { // somebody else was here: never overwrite in silence
        cell.classList.add("is-stuck");
        say(`Một ô đã được người khác sửa thành “${textOf(cell)}”.` + kept(before.text), true);
        continue;
      }
      begin(cell);
      commit();
    }
  }
  const first = document.querySelector(".line:target .cell") || cells()[0];
  if (first) { first.tabIndex = 0; here = `${first.closest(".line").id}:${first.dataset.cell}`; }
  const hit = root()?.querySelector(".lines .hit");
  if (hit) hit.parentElement.scrollTop = hit.offsetTop - hit.parentElement.clientHeight / 2;
  retry();
})();
