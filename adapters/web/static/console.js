// The console works without this file, by plain form posts. With it, posts do not reload the page, what happens
// elsewhere arrives by itself, and forms open as modals. No library: what follows is all there is.
"use strict";

const page = document.body;
const find = (query, at = document) => at.querySelector(query);
const all = (query, at = document) => [...at.querySelectorAll(query)];
const logs = all(".log");

// ---- messages -------------------------------------------------------------------------------------------------

// put shows a message that is new or has changed. It comes by the answer to a post, by the event stream, or by both.
function put(p) {
  const log = logs.find((l) => l.dataset.chat === p.chat);
  const old = document.getElementById("m-" + p.id);
  if (!log || (old && +old.dataset.rev >= p.rev)) return;
  const shape = document.createElement("template");
  shape.innerHTML = p.html; // made by the server's templates, which escape
  const message = shape.content.firstElementChild;
  const low = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  message.classList.add("fresh");
  if (old) {
    const typed = find(".remark input[name=text]", old); // what is being written there stays
    const held = typed && document.activeElement === typed;
    old.replaceWith(message);
    const fresh = typed && find(".remark input[name=text]", message);
    if (fresh) fresh.value = typed.value;
    if (held) fresh?.focus();
  } else {
    let before = log.lastElementChild;
    while (before && before.dataset.key > p.key) before = before.previousElementSibling;
    before ? before.after(message) : log.prepend(message);
  }
  log.tabIndex = 0; // it can be scrolled now
  if (low) log.scrollTop = log.scrollHeight;
  const pane = log.closest(".pane");
  if (pane.id !== page.dataset.tab) notice(pane.id);
  ask(pane);
}

// ask puts the open question into the pane's input, as a forced reply would.
function ask(pane) {
  const input = find(".say input[name=text]", pane);
  const last = all(".direct .msg.bot", pane).pop();
  input.dataset.usual ??= input.placeholder;
  input.placeholder = (last && last.dataset.ask) || input.dataset.usual;
}

function notice(tab) {
  find(`[data-tab-to="${tab}"]`)?.classList.add("news");
}

// ---- posts ----------------------------------------------------------------------------------------------------

async function send(form, button) {
  if (form.getAttribute("aria-busy")) return; // pressed twice
  const filled = new FormData(form, button);
  const data = form.enctype === "multipart/form-data" ? filled : new URLSearchParams(filled);
  const pane = form.closest(".pane");
  const dialog = form.closest("dialog");
  const busy = (on) => [form, button].forEach((e) => (on ? e?.setAttribute("aria-busy", "true") : e?.removeAttribute("aria-busy")));
  busy(true);
  say(pane, "");
  try {
    const out = await post(form, data);
    say(pane, out.problem || "");
    if (dialog?.isConnected && !out.problem && !(out.open && dialog.id === "d-" + out.open)) dialog.close();
    settle(out, null, pane);
  } catch {
    say(pane, page.dataset.offline);
    dialog?.close();
  }
  busy(false);
}

async function post(form, data) {
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body: data, headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.status);
  const out = await answer.json();
  (out.messages || []).forEach(put);
  return out;
}

// renew gives a form the id of its next delivery.
function renew(id) {
  id.value = Date.now().toString(36) + Math.random().toString(36).slice(2);
}

// write sends what was typed. The input is free at once: what is typed meanwhile goes out next, in its turn, and what could not
// be sent comes back into the input, under the id that it had.
const outbox = new WeakMap(); // form → when all before it was sent

function write(form) {
  const text = find("[name=text]", form);
  const id = find("[name=id]", form);
  if (!text.value.trim()) return;
  const data = new URLSearchParams(new FormData(form));
  text.value = "";
  renew(id);
  const before = outbox.get(form) || Promise.resolve();
  outbox.set(form, before.then(() => deliver(form, data, text, id)));
}

async function deliver(form, data, text, id) {
  const pane = form.closest(".pane");
  form.setAttribute("aria-busy", "true");
  say(pane, "");
  let problem = page.dataset.offline;
  try {
    const out = await post(form, data);
    problem = out.problem || "";
    settle(out, text, pane);
  } catch {
    // told below
  }
  if (problem) {
    if (!text.value) id.value = data.get("id");
    text.value = [data.get("text"), text.value].filter(Boolean).join(" ");
  }
  say(pane, problem);
  form.removeAttribute("aria-busy");
}

// settle puts the focus where the conversation goes on, unless the person is busy in another pane meanwhile.
function settle(out, text, pane) {
  if (document.activeElement !== page && !pane.contains(document.activeElement)) return;
  const modal = out.open && document.getElementById("d-" + out.open);
  const message = out.focus && document.getElementById("m-" + out.focus);
  message?.scrollIntoView({ block: "nearest" });
  if (modal) open(modal);
  else if (text) text.focus();
  else message?.focus({ preventScroll: true });
}

// say shows a problem above the pane's input, or takes it away.
function say(pane, text) {
  find(".problem", pane).textContent = text;
}

// A file goes out when it was chosen: there is nothing else to say of it. The same one can be chosen again.
document.addEventListener("change", async (e) => {
  const form = e.target.closest(".upload");
  if (!form || !e.target.files?.length) return;
  if (e.target.files[0].size > page.dataset.largest) say(form.closest(".pane"), page.dataset.large);
  else await send(form);
  e.target.value = "";
  renew(find("[name=id]", form));
});

document.addEventListener("submit", async (e) => {
  const form = e.target;
  if (e.submitter?.formMethod === "dialog" || form.method !== "post" || form.enctype === "multipart/form-data") return;
  e.preventDefault();
  if (form.matches(".say, .remark")) return write(form);
  if (e.submitter?.matches("[data-sure]") && !(await sure(e.submitter))) return;
  send(form, e.submitter);
});

// sure asks again before what cannot be taken back.
function sure(button) {
  const dialog = find("#sure");
  find("[value=yes]", dialog).textContent = button.textContent.trim().slice(0, 30); // Slack: 30 characters
  dialog.returnValue = "no";
  place(dialog, button.closest(".pane"));
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
}

// ---- modals ---------------------------------------------------------------------------------------------------

function open(dialog) {
  if (dialog.open) dialog.close();
  const message = dialog.closest(".msg");
  if (message) place(dialog, message.closest(".pane"));
  dialog.showModal();
  const wrong = find("[aria-invalid]", dialog);
  turn(dialog, wrong ? all(".fields > fieldset", dialog).indexOf(wrong.closest(".fields > fieldset")) : 0);
  const first = wrong?.matches("fieldset") ? find("input", wrong) : wrong;
  (first || find(".fields input:checked, .fields input, .fields select, .fields textarea", dialog))?.focus();
  dialog.addEventListener("close", () => document.activeElement === page && message?.focus({ preventScroll: true }), { once: true });
}

// place centres a modal over its pane where there is room for that.
function place(dialog, pane) {
  const box = pane.getBoundingClientRect();
  const half = Math.min(innerWidth - 24, 460) / 2;
  const middle = Math.min(Math.max(box.left + box.width / 2, half + 12), innerWidth - half - 12);
  dialog.style.setProperty("--middle", middle + "px");
}

// turn shows one page of a modal that has more fields than the platform allows in one.
function turn(dialog, to) {
  const pages = all(".fields > fieldset", dialog);
  if (pages.length < 2) return;
  pages.forEach((p, i) => (p.hidden = i !== to));
  find("[data-page='-1']", dialog).hidden = to === 0;
  find("[data-page='1']", dialog).hidden = to === pages.length - 1;
  find("[data-submit]", dialog).hidden = to !== pages.length - 1;
  dialog.dataset.at = to;
}

document.addEventListener("click", async (e) => {
  const at = e.target.closest("[data-open],[data-page],[data-letter],[data-tab-to],[data-theme-to],dialog");
  if (!at) return;
  if (at.dataset.open) {
    e.preventDefault();
    open(document.getElementById(at.dataset.open));
  } else if (at.dataset.page) {
    const dialog = at.closest("dialog");
    turn(dialog, +dialog.dataset.at + +at.dataset.page);
    find(".fields > fieldset:not([hidden]) :is(input,select,textarea)", dialog)?.focus();
  } else if (at.dataset.letter) {
    e.preventDefault();
    const answer = await fetch(at.dataset.letter);
    if (!answer.ok) return;
    find("#letter").innerHTML = await answer.text();
    find("#letter").showModal();
    find("#letter-title").focus();
  } else if (at.dataset.tabTo) {
    e.preventDefault();
    show(at.dataset.tabTo);
  } else if (at.dataset.themeTo) {
    e.preventDefault();
    document.documentElement.dataset.theme = at.dataset.themeTo;
    document.cookie = `console_theme=${at.dataset.themeTo};path=/c/;max-age=31536000;samesite=lax`;
    find(`[data-theme-to="${at.dataset.themeTo === "dark" ? "light" : "dark"}"]`).focus();
  } else if (e.target === at && at.matches("#letter")) {
    at.close(); // beside the window
  }
});

// ---- panes ----------------------------------------------------------------------------------------------------

// show brings a pane to the front of a narrow screen.
function show(tab) {
  page.dataset.tab = tab;
  all("[data-tab-to]").forEach((a) => {
    a.toggleAttribute("aria-current", a.dataset.tabTo === tab);
    if (a.dataset.tabTo === tab) a.classList.remove("news");
  });
  remember({ tab });
  logs.forEach((l) => (l.scrollTop = l.scrollHeight));
}

// remember keeps the address right for a reload, without what was done already.
function remember(values = {}) {
  const url = new URL(location);
  ["form", "mail", "problem"].forEach((name) => url.searchParams.delete(name));
  Object.entries(values).forEach(([name, value]) => url.searchParams.set(name, value));
  url.hash = "";
  history.replaceState(null, "", url);
}

document.addEventListener("change", (e) => e.target.closest(".seat")?.requestSubmit());

// suggest offers the commands while "/" is typed: a combobox, as the chats have it.
function suggest(input) {
  const form = input.form;
  const list = find(".words", form);
  const known = all("datalist option", form).map((o) => [o.value, o.textContent]);
  input.removeAttribute("list"); // the browser's own, for pages without this file
  Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })
    .forEach(([name, value]) => input.setAttribute(name, value));
  let active = 0;
  const choose = (i) => {
    active = (i + list.children.length) % list.children.length;
    [...list.children].forEach((o, n) => o.setAttribute("aria-selected", n === active));
    input.setAttribute("aria-activedescendant", list.children[active].id);
    list.children[active].scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const take = () => {
    input.value = find("b", list.children[active]).textContent + " ";
    input.focus();
    close();
  };
  input.addEventListener("input", () => {
    const typed = input.value.toLowerCase();
    const fitting = /^\/\S*$/.test(typed) ? known.filter(([word]) => word.startsWith(typed)) : [];
    list.replaceChildren(...fitting.map(([word, about], i) => {
      const option = document.createElement("li");
      const name = document.createElement("b");
      Object.assign(option, { id: `${list.id}-${i}`, role: "option" });
      name.textContent = word;
      option.append(name, " ", about);
      option.addEventListener("mousedown", (e) => { e.preventDefault(); choose(i); take(); });
      return option;
    }));
    if (!fitting.length) return close();
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    choose(0);
  });
  input.addEventListener("keydown", (e) => {
    if (list.hidden || e.isComposing) return;
    const whole = known.some(([word]) => word === input.value.trim().toLowerCase());
    if (e.key === "ArrowDown" || e.key === "ArrowUp") choose(active + (e.key === "ArrowDown" ? 1 : -1));
    else if (e.key === "Escape") close();
    else if ((e.key === "Enter" && !whole) || (e.key === "Tab" && !e.shiftKey)) take();
    else return e.key === "Enter" && close();
    e.preventDefault();
  });
  input.addEventListener("blur", close);
}

// ---- live -----------------------------------------------------------------------------------------------------

function listen() {
  const live = new EventSource(page.dataset.events);
  const state = (text, lost) => { find("#state").textContent = text; find("#state").classList.toggle("lost", lost); };
  live.addEventListener("open", () => state(page.dataset.live, false));
  live.addEventListener("messages", (e) => JSON.parse(e.data).forEach(put));
  live.addEventListener("office", (e) => {
    for (const [id, html] of Object.entries(JSON.parse(e.data))) {
      const list = document.getElementById(id);
      const held = list.contains(document.activeElement) && document.activeElement.dataset.letter;
      list.innerHTML = html;
      if (held) find(`[data-letter="${CSS.escape(held)}"]`, list)?.focus();
    }
  });
  live.addEventListener("error", () => {
    state(page.dataset.lost, true);
    if (live.readyState === EventSource.CLOSED) setTimeout(listen, 3000); // the browser has given up: we do not
  });
}

document.documentElement.classList.add("js");
logs.forEach((l) => (l.scrollTop = l.scrollHeight));
all(".pane").forEach(ask);
all(".say input[name=text]").forEach(suggest);
all("dialog[open]").forEach((d) => { d.close(); d.matches(".letter") ? d.showModal() : open(d); });
remember();
listen();
