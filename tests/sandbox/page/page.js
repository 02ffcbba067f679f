"use strict";
// Keeps the page as the server has it, without losing what is typed, and sends what a person does.
// It is there before the page is, so that nothing is pressed in vain.
const here = () => document.body.dataset;
const known = new Map();
const live = (root) => [...root.querySelectorAll("[data-live]")];

function toast(text) {
  if (!text) return;
  const note = document.createElement("p");
  note.textContent = text;
  const box = document.getElementById("toasts");
  box.append(note);
  box.hidePopover();
  box.showPopover(); // above whatever dialog is open
  setTimeout(() => note.remove(), 8000);
}

async function send(url, what, button) {
  button?.setAttribute("aria-busy", "true");
  if (button) button.disabled = true;
  try {
    const answer = await fetch(url, { method: "POST", body: JSON.stringify(what) });
    toast(answer.ok ? (await answer.json()).toast : await answer.text());
  } catch {
    toast("The workspace does not answer; is it still running?");
  } finally {
    button?.removeAttribute("aria-busy");
    if (button) button.disabled = false;
    await refresh();
  }
}
const act = (what, button) => send(`/-/act/${here().person}`, { place: here().place, ...what }, button);

// -- what is typed ---------------------------------------------------------------------------------------------------
async function held(name, scope) {
  const fields = [...scope.querySelectorAll(`[name="${CSS.escape(name)}"]`)], first = fields[0];
  if (first.type === "checkbox") return fields.filter((box) => box.checked).map((box) => box.value);
  if (first.type === "radio") return fields.find((dot) => dot.checked)?.value ?? "";
  if (first.type !== "file") return first.value;
  const read = (file) => new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done({ name: file.name, data: reader.result.split(",")[1] ?? "" });
    reader.readAsDataURL(file);
  });
  return Promise.all([...first.files].map(read));
}
async function values(form) {
  const names = new Set([...form.querySelectorAll("[data-kind]")].map((field) => field.name));
  return Object.fromEntries(await Promise.all([...names].map(async (name) => [name, await held(name, form)])));
}

// -- the server's page in place of ours, part by part ----------------------------------------------------------------
let waiting = null;
function refresh() {
  waiting ??= new Promise((done) => setTimeout(async () => {
    waiting = null;
    try {
      const answer = await fetch(location.href, { headers: { "X-Live": "1" } });
      if (answer.ok) swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { /* the banner of the live connection says it */ }
    done();
  }, 40));
  return waiting;
}
function swap(fresh) {
  for (const part of live(fresh)) {
    const old = document.getElementById(part.id);
    if (!old || known.get(part.id) === part.outerHTML) continue;
    known.set(part.id, part.outerHTML);
    replace(old, part);
  }
  showModal();
}
function replace(old, part) {
  const focus = old.contains(document.activeElement) ? document.activeElement : null;
  const mark = focus && { id: focus.id, name: focus.name, text: focus.textContent, at: focus.selectionStart };
  const open = [...old.querySelectorAll("details[open][id]")].map((each) => each.id);
  const scroller = old.matches(".posts") ? old : old.querySelector(".posts");
  const below = !scroller || scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  const top = scroller?.scrollTop, body = old.querySelector("dialog .body")?.scrollTop;
  const view = (root) => root.querySelector("dialog[data-view]")?.dataset.view;
  const dirty = view(old) === view(part) || part.id === "thread"
    ? [...old.querySelectorAll("input:not([type=file]), textarea, select")].filter(changed) : [];
  const typed = dirty.map((field) => [field.name, field.type, field.value, field.checked]);
  old.replaceWith(part);
  for (const [name, type, value, checked] of typed) {
    const mine = [...part.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
    if (type === "checkbox" || type === "radio") mine.filter((each) => each.value === value).forEach((each) => { each.checked = checked; });
    else if (mine[0]?.type === type) mine[0].value = value;
  }
  open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  showModal();
  const now = part.matches(".posts") ? part : part.querySelector(".posts");
  if (now) now.scrollTop = below ? now.scrollHeight : top;
  if (body && view(part)) part.querySelector(".body").scrollTop = body;
  const again = mark && ((mark.id && document.getElementById(mark.id)) || (mark.name && part.querySelector(`[name="${CSS.escape(mark.name)}"]`)));
  again?.focus({ preventScroll: true });
  if (again && mark.at != null && again.type?.startsWith("text")) again.setSelectionRange(mark.at, mark.at);
}
function changed(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") return [...field.options].some((each) => each.selected !== each.defaultSelected) && field.value !== "";
  return field.value !== field.defaultValue;
}
function showModal() {
  const dialog = document.querySelector("#modal dialog");
  if (!dialog || dialog.open) return;
  dialog.showModal();
  (dialog.querySelector(".body :is(input:not([type=radio]), input:checked, textarea, select)") ?? dialog.querySelector(".body")).focus(); // never a button that buys
}

// -- what a person does ------------------------------------------------------------------------------------------------
function asks(dialog) {
  const box = document.getElementById("asked"), [no, yes] = box.querySelectorAll("button");
  box.querySelector("h2").textContent = dialog.title;
  box.querySelector("p").textContent = dialog.text;
  [no.textContent, yes.textContent, yes.className] = [dialog.deny, dialog.confirm, dialog.style || "primary"];
  box.returnValue = "no";
  box.showModal();
  return new Promise((done) => box.addEventListener("close", () => done(box.returnValue === "yes"), { once: true }));
}
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-act], [data-world]");
  document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  if (!button) return;
  const { world, order, act: name, seen, name: field, value, everything, confirm } = button.dataset;
  if (world) return void send("/-/world", { act: world, order }, button);
  button.closest("details.menu")?.removeAttribute("open");
  if (confirm && !(await asks(JSON.parse(confirm)))) return;
  const fields = name === "press" ? await values(button.closest("form")) : undefined;
  act({ act: name, seen, name: field, value, label: button.textContent.trim(), everything: everything !== undefined, fields }, button);
});
document.addEventListener("change", async (event) => {
  const field = event.target, form = field.closest("#modal form");
  if (!field.dataset.kind) return;
  if (form) return void act({ act: "fill", fields: field.dataset.dispatch === undefined ? await values(form) : { [field.name]: await held(field.name, form) } });
  const box = field.closest("article, #home"), button = box?.querySelector("[data-seen]");
  act({ act: box?.id === "home" ? "click_home" : "click", seen: button?.dataset.seen, name: field.name, value: await held(field.name, box) });
});
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  event.preventDefault();
  const button = form.querySelector("button.primary");
  if (button.disabled) return;
  if (form.matches(".composer")) {
    const text = form.elements.text.value;
    form.elements.text.value = "";
    return void act({ act: "say", text, thread: form.dataset.thread }, button);
  }
  button.disabled = true;
  act({ act: "submit", view: form.closest("dialog").dataset.view, fields: await values(form) }, button);
});
document.addEventListener("cancel", (event) => {
  if (event.target.closest("#modal")) { event.preventDefault(); act({ act: "close" }); }
}, true);

addEventListener("DOMContentLoaded", () => {
  live(document).forEach((part) => known.set(part.id, part.outerHTML));
  const news = new EventSource("/-/news");
  news.onmessage = refresh;
  news.onerror = () => toast("The connection to the workspace was lost; trying again.");
  showModal();
  document.querySelectorAll(".posts").forEach((list) => { list.scrollTop = list.scrollHeight; });
  if (performance.getEntriesByType("navigation")[0]?.type === "reload" && here().person) act({ act: "dismiss" });
});
