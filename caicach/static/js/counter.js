// The counter by keyboard: arrows choose a procedure, Ctrl+Enter saves, what is typed is kept as one goes. Without this file the
// sheet works by its buttons.
"use strict";
(() => {
  const PAUSE = 900;
  const sheet = () => document.getElementById("to-khai");
  let timer = 0;

  const options = () => [...document.querySelectorAll("#thu-tuc [role=option]")];
  function choose(by) {
    const all = options(), field = document.getElementById("q-find");
    if (!all.length || !field) return;
    const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const next = (at + by + all.length) % all.length;
    all.forEach((one, n) => one.setAttribute("aria-selected", String(n === next)));
    field.setAttribute("aria-activedescendant", all[next].id);
    all[next].scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    const form = sheet();
    if (!form || event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const save = form.querySelector("[data-save]");
      event.preventDefault();
      save.click(); // a click, so that htmx knows which button it was
    } else if (event.target.id === "q-find") {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); choose(event.key === "ArrowDown" ? 1 : -1); }
      const at = options().find((one) => one.getAttribute("aria-selected") === "true");
      if (event.key === "Enter" && at) { event.preventDefault(); at.click(); }
    } else if (event.key === "Enter" && event.target.matches("input[type=checkbox], input[type=radio]")) {
      event.preventDefault(); // Space ticks; Enter here would send what is not looked at yet
    }
  });

  document.addEventListener("change", (event) => {
    const form = sheet();
    if (!form || !form.contains(event.target)) return;
    if (event.target.matches("[data-all]")) for (const one of form.querySelectorAll("[data-required]")) one.checked = event.target.checked;
    if (event.target.matches("[data-look]")) form.querySelector("[value=xem]").click();
    keep();
  });
  document.addEventListener("input", (event) => { if (sheet()?.contains(event.target)) keep(); });

  function forget() { // what is being sent is kept by where it goes
    window.clearTimeout(timer);
    timer = 0;
  }
  function keep() {
    window.clearTimeout(timer);
    timer = window.setTimeout(send, PAUSE);
  }
  function send() {
    forget();
    const form = sheet();
    return form && fetch(form.dataset.keep, { method: "POST", body: new FormData(form), headers: { "X-Fragment": "1" }, keepalive: true }).catch(() => {});
  }
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && timer) { window.clearTimeout(timer); send(); } });

  document.addEventListener("click", async (event) => { // locking the computer: what is typed is kept first, and comes back
    const button = event.target.closest("[data-lock]"), form = sheet();
    if (!button || !form || button.dataset.kept) return;
    event.preventDefault();
    forget();
    const answer = await send();
    button.dataset.kept = "1";
    if (answer?.headers.get("X-Kept")) button.form.tiep.value = `/quay/?nhap=${form.token.value}`;
    button.click();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-plain]");
    if (!button) return;
    event.preventDefault(); // whole page, not htmx: whoever leaves is signed out
    forget();
    const form = sheet(), name = Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value });
    form.append(name);
    form.action = button.formAction;
    form.submit();
  });
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt === sheet()) forget();
  });
  function tell(words) {
    const form = sheet();
    if (!form) return;
    let place = document.getElementById("chua-gui");
    if (!place) {
      place = Object.assign(document.createElement("div"), { id: "chua-gui", className: "notice is-late" });
      place.setAttribute("role", "alert");
      form.prepend(place);
    }
    place.textContent = words;
    place.scrollIntoView({ block: "center" });
  }
  document.body.addEventListener("htmx:responseError", (event) => {
    if (event.detail.elt !== sheet()) return;
    const status = event.detail.xhr.status;
    tell(status === 403
      ? "Chưa lưu: trên máy này đã có người đăng nhập lại ở một trang khác. Hãy tải lại trang; những gì đã gõ nằm trong bản nháp."
      : "Chưa lưu: máy chủ chưa nhận được. Hãy bấm lại sau ít giây; những gì đã gõ vẫn còn đây.");
  });
  document.body.addEventListener("htmx:sendError", (event) => {
    if (event.detail.elt === sheet()) tell("Chưa lưu: mất kết nối với máy chủ. Hãy bấm lại khi có mạng; những gì đã gõ vẫn còn đây.");
  });
  document.body.addEventListener("htmx:afterSettle", () => {
    const at = document.querySelector("#to-khai [data-focus]");
    if (at && document.activeElement?.id !== at.id) at.focus();
  });
  document.querySelector("#to-khai [data-focus]")?.focus();
})();
