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
  let here = null; // "d12:leads": the cell where the keyboard stands
  let walk = { finding: -1, place: 0 }; // the finding that F came to last, and which of its places
  let shown = root()?.dataset.shown || "open"; // what the list shows
  let hush = 0;

  // While a mouse button is down nothing moves: a row that grew or shrank would take the click away from its button.
  let pressing = false;
  let waiting = [];
  const released = () => (pressing ? new Promise((go) => waiting.push(go)) : Promise.resolve());
  document.addEventListener("pointerdown", () => { pressing = true; }, true);
  for (const end of ["pointerup", "pointercancel", "dragend"]) {
    document.addEventListener(end, () => window.setTimeout(() => { pressing = false; for (const go of waiting.splice(0)) go(); }, 0), true); // after its click
  }

  // What is typed lies in the browser until the server has it, with what stood in the cell when the typing began.
  const read = (cell) => { try { return JSON.parse(localStorage.getItem(keep(cell))); } catch { return null; } };
  const write = (cell, text, seen) => localStorage.setItem(keep(cell), JSON.stringify({ text, seen }));
  const kept = (text) => ` Chữ anh/chị gõ “${text}” còn giữ ở đây: mở ô để xem.`;

  const say = (words, stuck) => {
    const place = document.querySelector("[data-saved]");
    place.textContent = words;
    place.classList.toggle("is-stuck", Boolean(stuck));
    window.clearTimeout(hush);
    if (!stuck) hush = window.setTimeout(() => { place.textContent = ""; }, 8000);
  };
  const cells = () => [...root().querySelectorAll("[data-cell]")];
  const textOf = (cell) => { const text = cell.querySelector(".text").textContent; return text === "–" ? "" : text; };

  function stand(cell, scroll = true) {
    if (!cell) return;
    point(cell);
    choose(cell.closest(".line"));
    cell.focus({ preventScroll: !scroll });
    if (scroll) cell.scrollIntoView({ block: "nearest" });
  }

  function point(cell) {
    for (const other of root().querySelectorAll("[data-cell][tabindex='0']")) other.tabIndex = -1;
    cell.tabIndex = 0;
    here = `${cell.closest(".line").id}:${cell.dataset.cell}`;
  }

  function choose(line) {
    const before = line?.getBoundingClientRect().top;
    for (const chosen of root().querySelectorAll(".line.is-chosen")) if (chosen !== line) chosen.classList.remove("is-chosen");
    for (const row of root().querySelectorAll(".from")) row.remove();
    for (const todo of root().querySelectorAll("[data-todo]")) todo.classList.toggle("is-here", Boolean(line) && todo.dataset.goto === line.id);
    if (!line) return;
    line.classList.add("is-chosen");
    showSource(line);
    window.scrollBy(0, line.getBoundingClientRect().top - before); // what was above it has gone: a second tap meets the same cell
  }

  // Where there is no room for the source beside the table, its line stands under the chosen row.
  function sourceUnder(line, source, page) {
    const words = source ? source.lastChild.textContent : "";
    if (!words && !page) return;
    const row = line.insertRow();
    row.className = "from";
    const place = row.insertCell();
    place.colSpan = 5;
    const name = document.createElement("b");
    name.textContent = "Văn bản gốc: ";
    place.append(name, words);
    if (!words) {
      const link = document.createElement("a");
      link.href = root().dataset.pictureUrl.replace(/1\.png$/, `${page}.png`);
      link.textContent = `trang ${page}`;
      place.append(link);
    }
  }

  function showSource(line) {
    const source = line.dataset.source && document.getElementById(line.dataset.source);
    const beside = root().querySelector(".src");
    if (beside && getComputedStyle(beside).display === "none") { sourceUnder(line, source, root().dataset.pictureUrl && line.dataset.page); return; }
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
    // what is shown may be what the server never got: then the typing began with what stood there before it
    const stood = before && before.text.trim() === textOf(cell).trim() ? before.seen : textOf(cell);
    editing = { cell, area, seen: stood, first: stood, text, timer: 0, stopped: false };
    text.hidden = true;
    text.after(area);
    area.rows = Math.min(10, Math.max(2, Math.ceil(area.value.length / 28)));
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
    area.addEventListener("input", () => {
      write(cell, area.value, editing.seen);
      window.clearTimeout(editing.timer);
      const mine = editing;
      editing.timer = window.setTimeout(() => save(mine, false), PAUSE);
    });
    area.addEventListener("blur", async () => { await released(); if (editing && editing.area === area && document.activeElement !== area) commit(); });
  }

  // Saves of one cell go one after the other: each says what it saw, and that is what the one before it wrote.
  const queues = new Map();
  function save(state, replace, last) {
    const key = keep(state.cell);
    if (last) return send(state, replace, true);
    const turn = (queues.get(key) || Promise.resolve()).then(() => send(state, replace, false));
    queues.set(key, turn);
    turn.finally(() => { if (queues.get(key) === turn) queues.delete(key); });
    return turn;
  }
  // Waits for what is on its way; whether all of it has arrived.
  const allSaved = async () => {
    let all = true;
    while (queues.size) all = (await Promise.all(queues.values())).every(Boolean) && all;
    return all;
  };

  async function send(state, replace, last) {
    const value = state.area.value.trim();
    const line = state.cell.closest(".line");
    if (!line || state.stopped || (value === state.seen.trim() && !replace)) return !state.stopped;
    const key = keep(state.cell);
    const body = new URLSearchParams({ csrfmiddlewaretoken: csrf(), row: `line:${line.dataset.line}`, [state.cell.dataset.cell]: value, [`seen-${state.cell.dataset.cell}`]: last ? state.sending ?? state.seen : state.seen });
    state.cell.classList.add("is-saving");
    state.wasSent = true;
    state.sending = value;
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
        return false;
      }
      if (!answer.ok) throw new Error(answer.status);
      state.seen = value;
      localStorage.removeItem(key);
      state.cell.classList.remove("is-stuck");
      say("Đã lưu.");
      if (replace) {
        const html = await answer.text();
        await released();
        const id = line.id;
        const fresh = new DOMParser().parseFromString(`<table>${html}</table>`, "text/html").querySelector("tbody");
        const field = state.cell.dataset.cell;
        const stay = here === `${id}:${field}` && !editing;
        const home = document.getElementById(id); // an earlier answer may have put another row in place
        if (!home || (editing && home.contains(editing.cell))) return true; // the save of the cell typed in now brings the row
        const before = [...home.querySelectorAll("[data-finding]")].map((row) => row.dataset.finding);
        home.replaceWith(document.adoptNode(fresh));
        for (const number of before) if (!fresh.querySelector(`[data-finding="${number}"]`)) settled(number);
        if (isElsewhereToo(fresh, field)) renewLists();
        if (stay) stand(document.getElementById(id).querySelector(`[data-cell="${field}"]`), false);
        else if (here && here.startsWith(`${id}:`) && !editing) stand(document.getElementById(id).querySelector(`[data-cell="${here.split(":")[1]}"]`), false);
        const undo = root().querySelector("[data-undo]");
        if (undo) undo.disabled = false;
      }
      return true;
    } catch {
      say("Chưa lưu được lên máy chủ; chữ vừa gõ còn giữ trong trình duyệt này. Sẽ thử lại.", true);
      state.cell.classList.add("is-stuck");
      return false;
    } finally {
      state.sending = undefined;
      state.cell.classList.remove("is-saving");
    }
  }

  // What was typed may raise something new to look at, or change an indicator: the lists beside the table show it too.
  function isElsewhereToo(line, field) {
    const unlisted = [...line.querySelectorAll("[data-finding]")].some((row) => !root().querySelector(`[data-todo="${row.dataset.finding}"]`));
    const measures = field !== "due" && (root().querySelector(`#chi-tieu [href$="#${line.id}"]`) || /\d/.test(line.querySelector('[data-cell="content"]')?.textContent || ""));
    return unlisted || Boolean(measures);
  }
  async function renewLists() {
    try {
      const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      await released();
      for (const place of ["#todo-box .wait", "#todo-box .filters", "#todo-h", "#chi-tieu", "h1"]) {
        const old = root().querySelector(place);
        const fresh = page.querySelector(`#review ${place}`);
        if (old && fresh && !old.contains(document.activeElement)) old.replaceWith(document.adoptNode(fresh));
      }
      filter(shown);
    } catch { /* the row itself is saved; the lists follow with the next answer */ }
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
    if (value !== state.first.trim() || state.wasSent) save(state, true);
    else localStorage.removeItem(keep(state.cell));
  }

  function cancel() {
    const state = close();
    localStorage.removeItem(keep(state.cell));
    state.area.value = state.first;
    state.text.textContent = (state.stopped ? state.theirs : state.first) || "–";
    if (state.cell.classList.contains("is-stuck")) say("Ô có lại chữ trên máy chủ.");
    state.cell.classList.remove("is-stuck");
    if (state.wasSent && !state.stopped) save(state, true);
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

  // The findings, one after the other as the list has them: each place in the table, or the entry of the list itself.
  function stops() {
    return [...root().querySelectorAll("[data-todo].is-open:not([hidden])")].flatMap((todo) => {
      const rows = [...root().querySelectorAll(`[data-finding="${todo.dataset.todo}"]`)];
      return (rows.length ? rows : [todo]).map((at, place) => ({ finding: Number(todo.dataset.todo), place, at }));
    });
  }
  function nextFinding() {
    const all = stops();
    const next = all.find((s) => s.finding > walk.finding || (s.finding === walk.finding && s.place > walk.place));
    if (!all.length) { say("Không còn chỗ nào cần xem."); return; }
    if (!next) say("Đã hết danh sách; trở lại chỗ đầu.");
    visit(next || all[0]);
  }
  function visit({ finding, place, at }) {
    const line = at.closest(".line");
    choose(line);
    if (line) point(oddCell(line, at));
    else {
      const box = at.closest("details");
      if (box) box.open = true;
      if (at.hidden) filter("open");
      sectionOf(at)?.scrollIntoView({ block: "center" });
    }
    for (const todo of root().querySelectorAll("[data-todo]")) {
      todo.classList.toggle("is-here", todo.dataset.todo === String(finding));
      if (line && todo.dataset.todo === String(finding)) reveal(todo);
    }
    at.focus({ preventScroll: true });
    walk = { finding, place };
    if (line) line.scrollIntoView({ block: line.offsetHeight > window.innerHeight - 80 ? "start" : "center" });
    else at.scrollIntoView({ block: "nearest" });
  }
  // The cell that a finding is about: its own field's, else the first one marked.
  const oddCell = (line, at) => (at?.dataset.field && line.querySelector(`[data-cell="${at.dataset.field}"]`)) || line.querySelector(".cell.is-odd") || line.querySelector("[data-cell]");
  const sectionOf = (todo) => root().querySelector(`[data-section="${CSS.escape((todo.dataset.places || "").split(/[ ,]/)[0])}"]`);
  function reveal(todo) { // within the list only: the page stays with the row
    const list = todo.closest(".todo");
    if (list && list.scrollHeight > list.clientHeight) list.scrollTop += todo.getBoundingClientRect().top - list.getBoundingClientRect().top - 90;
  }

  function filter(name) {
    shown = name;
    const fits = (todo) => (name === "seen" ? !todo.classList.contains("is-open") : todo.classList.contains("is-open") && (name === "open" || todo.dataset.severity === name));
    let count = 0;
    for (const todo of root().querySelectorAll("[data-todo]")) { todo.hidden = !fits(todo); count += !todo.hidden; }
    root().querySelector("[data-none]").hidden = count > 0;
    // in the table every row stays; what is asked of it is answered only where the list shows it
    for (const row of root().querySelectorAll(".hint-row[data-severity]")) {
      const acts = row.querySelector(".acts");
      if (acts) acts.hidden = !(name === "open" || row.dataset.severity === name);
    }
    for (const link of root().querySelectorAll("[data-filter]")) {
      if (link.dataset.filter === name) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    }
  }
  function settled(number) {
    for (const row of root().querySelectorAll(`[data-finding="${number}"]`)) row.remove();
    const todo = root().querySelector(`[data-todo="${number}"].is-open`);
    if (!todo) return;
    todo.classList.remove("is-open");
    const open = [...root().querySelectorAll("[data-todo].is-open")];
    for (const link of root().querySelectorAll("[data-filter]")) {
      const name = link.dataset.filter;
      const all = root().querySelectorAll("[data-todo]").length;
      link.querySelector(".count").textContent = name === "seen" ? all - open.length : open.filter((one) => name === "open" || one.dataset.severity === name).length;
    }
    root().querySelector("#todo-h .count").textContent = open.length;
    const title = root().querySelector("h1");
    title.textContent = title.textContent.replace(/\d+ chỗ cần xem\./, open.length ? `${open.length} chỗ cần xem.` : "Không còn chỗ nào cần xem.");
    filter(shown);
  }

  // What E does at a finding of the head or of a section: their own fields.
  function openFields(todo) {
    const [place, field] = (todo.dataset.places || "").split(",")[0].trim().split(" ");
    const input = place === "head" ? document.getElementById(`h-${field}`) || root().querySelector(".head-form input:not([type=hidden])") : sectionOf(todo)?.querySelector("input[name=title]") || todo.querySelector("input[name=text]");
    if (!input) { say("Chỗ này không có ô nào trong bảng để sửa: hãy ghi lý do rồi bấm Để lại."); return; }
    input.closest("details").open = true;
    input.focus();
  }

  function wrong(form, words) {
    const input = form.querySelector("input[name=reason]");
    form.querySelector(".wrong")?.remove();
    const said = document.createElement("p");
    said.className = "wrong";
    said.id = "reason-wrong";
    said.setAttribute("role", "alert");
    said.textContent = words;
    for (const other of root().querySelectorAll("#reason-wrong")) other.remove();
    form.append(said);
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", said.id);
    input.focus();
  }

  let tapped = null; // the cell of the last single click
  document.addEventListener("click", (event) => {
    const cell = event.target.closest?.("[data-cell]");
    if (!event.target.closest?.("textarea")) {
      if (event.detail < 2) tapped = cell;
      if (cell && event.detail < 2) stand(cell, false);
      else if (event.detail > 1 && tapped?.isConnected) { stand(tapped, false); begin(tapped); } // the row has moved meanwhile: the first tap counts
    }
    const goto = event.target.closest?.("[data-goto] b a");
    if (goto) {
      const line = document.getElementById(goto.closest("[data-goto]").dataset.goto);
      const number = goto.closest("[data-goto]").dataset.todo;
      const stop = stops().find((s) => String(s.finding) === number);
      if (stop) { event.preventDefault(); visit(stop); }
      else if (line) { event.preventDefault(); stand(oddCell(line)); line.scrollIntoView({ block: "center" }); }
    }
    const wanted = event.target.closest?.("[data-filter]");
    if (wanted) { event.preventDefault(); filter(wanted.dataset.filter); }
    const no = event.target.closest?.(".no a:not(.do)");
    if (no) { event.preventDefault(); stand(no.closest(".line").querySelector("[data-cell]"), false); }
  });

  document.addEventListener("focusin", (event) => {
    const row = !pressing && event.target.closest?.(".line");
    if (row && !row.classList.contains("is-chosen")) choose(row);
    const at = event.target.closest?.("[data-finding], [data-todo]");
    const stop = at && stops().find((s) => s.at === at || s.finding === Number(at.dataset.todo));
    if (stop) walk = { finding: stop.finding, place: stop.place };
  });

  // The letters are commands at a finding and on the page itself; in a cell they are what one types.
  const isPage = (target) => target === document.body || target === document.documentElement || target.matches("main, .line, h2, .scroll, .lines");

  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a" && target.matches?.("[data-cell]")) { event.preventDefault(); begin(target); editing.area.select(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const composing = event.isComposing || event.keyCode === 229 || event.key === "Process";
    if (composing && target.closest?.("[data-cell]") && target !== editing?.area) { begin(target.closest("[data-cell]")); return; }
    if (composing) return;
    if (editing && target === editing.area) {
      const cell = editing.cell;
      if (event.key === "Escape") { event.preventDefault(); cancel(); leave(cell); }
      else if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); commit(); stand(above(cell, 1) || cell); }
      else if (event.key === "Tab") { const to = beside(cell, event.shiftKey ? -1 : 1); if (to) { event.preventDefault(); commit(); stand(to); } }
      return;
    }
    if (target.matches("input, textarea, select")) return;
    const cell = target.closest?.("[data-cell]");
    if (!cell && target.matches(".line, [data-finding]") && event.key.startsWith("Arrow") && find(here)) { event.preventDefault(); stand(find(here)); return; }
    const keys = { ArrowRight: () => beside(cell, 1), ArrowLeft: () => beside(cell, -1), ArrowDown: () => above(cell, 1), ArrowUp: () => above(cell, -1) };
    if (cell && keys[event.key]) { event.preventDefault(); stand(keys[event.key]()); return; }
    if (cell && (event.key === "Enter" || event.key === "F2")) { event.preventDefault(); begin(cell); return; }
    if (cell && event.key === "Escape") { event.preventDefault(); leave(cell); return; }
    if (cell) { if ([...event.key].length === 1 || event.key === "Backspace") begin(cell); return; } // the letter falls into the opened cell
    const at = target.closest?.("[data-finding], [data-todo]");
    if (!at && !isPage(target)) return;
    switch (event.key.toLowerCase()) {
      case "f": event.preventDefault(); nextFinding(); break;
      case "e":
        event.preventDefault();
        if (at?.closest(".line")) begin(oddCell(at.closest(".line"), at));
        else if (at?.dataset.goto) begin(oddCell(document.getElementById(at.dataset.goto), at));
        else if (at) openFields(at);
        else if (find(here)) begin(find(here));
        break;
      case "y": {
        const number = at?.dataset.finding ?? at?.dataset.todo;
        const button = at && root().querySelector(`[data-finding="${number}"] [data-accept], [data-todo="${number}"] [data-accept]`);
        if (button) { event.preventDefault(); button.form.requestSubmit(button); }
        else if (at) say("Chỗ này không có gợi ý sẵn. Hãy sửa ô (E), hoặc ghi lý do rồi bấm Để lại.");
        else say("Hãy bấm F để tới một chỗ cần xem.");
        break;
      }
      case "u": root().querySelector("[data-undo]:not(:disabled)")?.form.requestSubmit(); break;
      default:
    }
  });
  // Out of a cell, back to where the letters are commands: its finding, or its row.
  function leave(cell) {
    const line = cell.closest(".line");
    (line.querySelector("[data-finding]") || line).focus({ preventScroll: true });
  }
  const find = (place) => { const [id, field] = (place || "").split(":"); return document.getElementById(id)?.querySelector(`[data-cell="${field}"]`); };

  // A form of the review answers with the whole review: put it in place, and stand where we stood.
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-swap]");
    if (!form || !root().contains(form)) return;
    event.preventDefault();
    if (editing) commit();
    if (!await allSaved()) return; // or the answer would show the cell as it was; what is stuck has been said
    const scroll = window.scrollY;
    const list = root().querySelector(".lines")?.scrollTop;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("review");
      if (!fresh) {
        const words = page.querySelector("main p:not(.over)")?.textContent || "Chưa làm được. Hãy tải lại trang.";
        if (form.matches(".aside")) wrong(form, words); else say(words, true);
        return;
      }
      sent(form, true);
      const boxes = [...root().querySelectorAll("details[id]")].map((box) => [box.id, box.open]);
      const at = document.activeElement.closest?.("[data-finding], [data-todo]");
      root().replaceWith(document.adoptNode(fresh));
      root().classList.add("is-live");
      window.scrollTo(0, scroll);
      const lines = root().querySelector(".lines");
      if (lines && list) lines.scrollTop = list;
      for (const [id, open] of boxes) { const box = document.getElementById(id); if (box) box.open = open; }
      filter(shown);
      bringBack(false);
      // Never into a cell: a further letter would be typed there.
      const moved = form.querySelector("[data-undo], [data-rows]") && document.getElementById(`d${new URL(answer.url).searchParams.get("dong")}`);
      const line = moved || document.getElementById((here || "").split(":")[0]);
      const stop = at && stops().find((s) => s.finding === Number(at.dataset.finding ?? at.dataset.todo) && s.place === walk.place);
      if (line) { point(find(here) || oddCell(line)); choose(line); }
      const rest = stop?.at || (at?.dataset.todo ? document.getElementById("todo-h") : line);
      if (moved) moved.scrollIntoView({ block: "nearest" });
      rest?.focus({ preventScroll: true });
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
  // What is typed in the other forms (a reason, a section's title, an indicator) lies in the browser until it is sent.
  const fieldsOf = (form) => [...form.elements].filter((field) => field.matches("input:not([type=hidden]), textarea:not([hidden])"));
  const place = (field) => {
    const named = (name) => field.form.elements[name]?.value ?? "";
    return `caicach:${token()}:form:${new URL(field.form.action).pathname}:${named("finding")}:${named("row")}:${named("act")}:${field.name}`;
  };
  const forms = () => [...root().querySelectorAll("form")];
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.form || !root().contains(field.form)) return;
    if (field.value === field.defaultValue) localStorage.removeItem(place(field));
    else localStorage.setItem(place(field), JSON.stringify({ text: field.value, was: field.defaultValue }));
  });
  function sent(form, isKnown) { // known: the server has answered; else the next page tells
    for (const field of fieldsOf(form)) {
      const before = localStorage.getItem(place(field));
      if (isKnown) localStorage.removeItem(place(field));
      else if (before) localStorage.setItem(place(field), JSON.stringify({ ...JSON.parse(before), sent: Number(root().dataset.batch) + 1 }));
    }
  }
  // What leads on waits until the cell is saved: the page that it leads to must show it. Where a save fails nothing goes on.
  const held = new WeakSet();
  function isFree(way) {
    if (editing) commit();
    const stuck = way.matches("[data-final]") && root().querySelector("[data-cell].is-stuck");
    if (stuck) { stand(stuck); say("Ô này chưa lưu được: mở ô để xem chữ còn giữ, sửa rồi Enter, hoặc Esc để lấy chữ trên máy chủ.", true); }
    return !queues.size && !stuck;
  }
  async function waitFor(way) {
    if (held.has(way)) return false;
    held.add(way);
    const all = await allSaved();
    held.delete(way);
    return all;
  }
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!root().contains(form) || form.matches("[data-swap]")) return;
    if (isFree(form)) { sent(form, false); return; }
    event.preventDefault();
    if (!queues.size || !await waitFor(form)) return;
    if (!form.isConnected) { form.hidden = true; root().append(form); } // its row was put in place anew
    form.requestSubmit(event.submitter);
  });
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[data-final]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || isFree(link)) return;
    event.preventDefault();
    if (queues.size && await waitFor(link)) window.location.assign(link.href);
  });
  function bringBack(isNew) {
    for (const field of forms().flatMap(fieldsOf)) {
      const before = JSON.parse(localStorage.getItem(place(field)) || "null");
      if (!before) continue;
      const isThere = before.text === field.defaultValue || (before.sent && isNew && Number(root().dataset.batch) >= before.sent);
      if (isThere) { localStorage.removeItem(place(field)); continue; }
      if (before.was !== field.defaultValue) say(`“${before.was}” đã được người khác sửa thành “${field.defaultValue}”. Chữ anh/chị gõ còn giữ ở ô ấy.`, true);
      field.value = before.text;
      const box = field.closest("details");
      if (box) box.open = true;
    }
  }
  bringBack(performance.getEntriesByType("navigation")[0]?.type === "navigate");

  const first = document.querySelector(".line:target .cell") || cells()[0];
  root()?.classList.add("is-live");
  if (first) point(first);
  const opened = document.querySelector(".line-form [autofocus]") || document.querySelector(".line-form textarea[name=content]");
  opened?.focus();
  if (opened) window.addEventListener("load", () => window.setTimeout(() => { if (!opened.form.contains(document.activeElement)) opened.focus(); }, 0)); // the address's own target takes it away
  if (window.matchMedia("(max-width: 760px)").matches) { const box = document.getElementById("todo-box"); if (box) box.open = false; }
  const hit = root()?.querySelector(".lines .hit");
  if (hit) hit.parentElement.scrollTop = hit.offsetTop - hit.parentElement.clientHeight / 2;
  retry();
})();
