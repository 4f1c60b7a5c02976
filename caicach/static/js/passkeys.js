// Passkeys: what the server asks goes to the browser, what the key answers goes back. Without this file the password works.
"use strict";
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const listed = (keys) => (keys ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

  const ask = async (address, fields) => {
    const answer = await fetch(address, { method: "POST", body: fields, headers: { "X-Fragment": "1" } });
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    const found = isJson ? await answer.json() : {};
    if (!answer.ok) throw Object.assign(new Error(found.words ?? "Trang đã cũ. Hãy tải lại trang rồi thử lại."), { field: found.field });
    return found;
  };
  const made = (key) => ({
    id: key.id, rawId: text(key.rawId), type: key.type, clientExtensionResults: key.getClientExtensionResults(),
    response: { clientDataJSON: text(key.response.clientDataJSON), attestationObject: text(key.response.attestationObject), transports: key.response.getTransports?.() ?? [] },
  });
  const answered = (key) => ({
    id: key.id, rawId: text(key.rawId), type: key.type, clientExtensionResults: key.getClientExtensionResults(),
    response: {
      clientDataJSON: text(key.response.clientDataJSON), authenticatorData: text(key.response.authenticatorData), signature: text(key.response.signature),
      userHandle: key.response.userHandle ? text(key.response.userHandle) : null,
    },
  });
  const add = async (asked) => made(await navigator.credentials.create({ publicKey: {
    ...asked, challenge: bytes(asked.challenge), user: { ...asked.user, id: bytes(asked.user.id) }, excludeCredentials: listed(asked.excludeCredentials),
  } }));
  const open = async (asked) => answered(await navigator.credentials.get({ publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: listed(asked.allowCredentials) } }));

  const words = (fault) => {
    if (fault.name === "InvalidStateError") return "Thiết bị này đã có khóa của anh/chị rồi.";
    if (fault instanceof DOMException) return "Chưa dùng được khóa, hoặc anh/chị đã bấm hủy. Hãy thử lại, hoặc dùng mật khẩu.";
    return fault instanceof TypeError ? "Không nối được máy chủ. Hãy thử lại." : fault.message;
  };
  const live = (form, use) => {
    const said = form.querySelector("[data-said]"), button = form.querySelector("button[type=submit]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      said.hidden = true;
      button.disabled = true;
      for (const wrong of form.querySelectorAll("[aria-invalid]")) wrong.removeAttribute("aria-invalid");
      try {
        const key = await use(await ask(form.dataset.begin, new FormData(form)));
        const fields = new FormData(form);
        fields.delete("password");
        fields.set("credential", JSON.stringify(key));
        window.location.assign((await ask(form.action, fields)).to);
      } catch (fault) {
        said.textContent = words(fault);
        said.hidden = false;
        button.disabled = false;
        const field = fault.field && form.elements[fault.field];
        if (field) { field.setAttribute("aria-invalid", "true"); field.focus(); }
      }
    });
  };
  for (const form of document.querySelectorAll("[data-passkey-add]")) live(form, add);
  for (const form of document.querySelectorAll("[data-passkey]")) live(form, open);
  for (const note of document.querySelectorAll("[data-no-passkey]")) note.hidden = true;
})();
