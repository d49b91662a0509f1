// The script of briefgen studio. Every page works without it, but for the marks on the page, which a strict content policy
// allows a script alone to place.

const PARTS = ["main"];
const PAGE = Math.random().toString(36).slice(2); // tells this page from others of the same campaign

function place(root) {
  for (const mark of root.querySelectorAll("[data-box]")) {
    const [left, top, width, height] = mark.dataset.box.split(" ");
    Object.assign(mark.style, { left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` });
  }
}

let running = 0, underway = 0;

// Load another state of the page and put it in the place of this one; a newer request makes an older one void.
async function swap(address, { push = true, method = "GET", body = undefined, sent = null } = {}) {
  const mine = ++running;
  underway += 1;
  const timer = setTimeout(showBusy, 300);
  try {
    const answer = await fetch(address, { method, body, headers: { "x-page": PAGE }, credentials: "same-origin", redirect: "follow" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== running) return;
    if (!page.querySelector("main")) { complain(page.body.textContent.trim()); return; }
    await decodePictures(page);
    if (mine !== running) return;
    const stays = method === "POST" && !answer.redirected; // refused: its address is that of the form, not of a page
    show(page, { sent, isSame: stays || samePlace(answer.url), isSaved: method === "POST" && answer.ok });
    if (push && !stays) history.pushState(null, "", answer.url);
  } catch {
    if (mine === running) complain("briefgen studio does not answer. Start it again; what you typed is still here.");
  } finally {
    clearTimeout(timer);
    underway -= 1;
    if (mine === running) document.querySelector(".busy")?.remove();
  }
}

function samePlace(address) {
  const url = new URL(address);
  return url.pathname + url.search === location.pathname + location.search;
}

// Say what went wrong, and leave the page as it is.
function complain(words) {
  document.querySelector(".trouble")?.remove();
  const note = document.createElement("div");
  note.className = "note b trouble";
  note.setAttribute("role", "alert");
  note.textContent = words;
  document.querySelector("main").before(note);
  note.scrollIntoView({ block: "nearest" });
}

const FIELDS = "main input[id]:not([type=file], #find), main textarea[id]";

function isTyped(field) {
  return field.value !== field.defaultValue || field.ariaInvalid === "true";
}

// Carry into the next state of a page what was typed meanwhile, and answers that were not saved, with the reason.
function keepTyped(page, sent) {
  for (const field of [...document.querySelectorAll(FIELDS)].filter((one) => one.form !== sent && isTyped(one))) {
    const twin = page.getElementById(field.id);
    if (!twin || twin.ariaInvalid === "true") continue;
    if (field.ariaInvalid === "true") twin.form.replaceWith(document.adoptNode(field.form.cloneNode(true)));
    else twin.value = field.value;
  }
}

function showBusy() {
  if (document.querySelector(".busy")) return;
  const bar = document.createElement("div");
  bar.className = "busy";
  document.body.append(bar);
}

// The old page stays until the new one can be painted.
function decodePictures(page) {
  const first = page.querySelector(".sheet img");
  if (!first) return;
  const picture = new Image();
  picture.src = first.getAttribute("src");
  return picture.decode().catch(() => {});
}

function show(page, { sent, isSame, isSaved }) {
  document.querySelector(".trouble")?.remove();
  if (isSame) keepTyped(page, sent);
  const scrolled = { people: document.getElementById("people")?.scrollTop, desk: document.getElementById("desk")?.scrollTop };
  const sameLetter = page.querySelector("h1")?.textContent === document.querySelector("h1")?.textContent;
  const active = document.activeElement, focus = active?.getAttribute("href"), typing = active?.id;
  const caret = active?.matches("textarea, input[type=text]") ? [active.selectionStart, active.selectionEnd] : null;
  const button = active?.matches("button") ? nameButton(active) : "";
  const found = document.getElementById("find")?.value ?? "";
  for (const name of [...PARTS, ".top"]) {
    const next = page.querySelector(name), old = document.querySelector(name);
    if (next && old) old.replaceWith(document.adoptNode(next));
  }
  document.title = page.title;
  document.body.dataset.version = page.body.dataset.version ?? "";
  place(document);
  const people = document.getElementById("people"), desk = document.getElementById("desk");
  if (people && scrolled.people !== undefined) people.scrollTop = scrolled.people;
  if (desk && sameLetter && scrolled.desk !== undefined) desk.scrollTop = scrolled.desk;
  const finder = document.getElementById("find");
  if (finder && found) { finder.value = found; filter(found); }
  const why = document.getElementById("why-heading");
  const kept = focus && [...document.querySelectorAll("a[href]")].find((one) => one.getAttribute("href") === focus && one.tabIndex >= 0);
  if (kept) kept.focus({ preventScroll: true });
  else if (typing && document.getElementById(typing)) {
    const field = document.getElementById(typing);
    field.focus({ preventScroll: true });
    if (caret && field.setSelectionRange) field.setSelectionRange(...caret);
  } else if (button) ([...document.querySelectorAll("button")].find((one) => nameButton(one) === button) ?? main()).focus({ preventScroll: true });
  else if (active !== document.body && !active.isConnected) main().focus({ preventScroll: true });
  if (isSaved) announce(document.querySelector(".undo")?.textContent.replace("Undo:", "Saved:") ?? "");
  if (why) announce(why.parentElement.parentElement.querySelector("blockquote")?.textContent ?? "");
}

function main() {
  return document.getElementById("main");
}

function nameButton(button) {
  return `${button.form?.getAttribute("action")} ${button.textContent}`;
}

function announce(text) {
  const live = document.getElementById("live");
  if (live) live.textContent = text;
}

function filter(words) {
  const wanted = words.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  for (const one of document.querySelectorAll("#people > *")) {
    const text = one.textContent.toLocaleLowerCase();
    one.hidden = !wanted.every((word) => text.includes(word));
  }
}

function step(by) {
  const all = [...document.querySelectorAll("#people a")].filter((one) => !one.closest("[hidden]"));
  const at = all.findIndex((one) => one.getAttribute("aria-current"));
  if (at < 0) { all[all.indexOf(document.activeElement) + by]?.focus(); return; } // a list in which nothing is open
  const next = all[at + by];
  if (next) { next.focus(); swap(next.href); }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-swap]");
  if (link?.closest("#leaf") && markedWords()) { event.preventDefault(); return; } // the end of marking, no click
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (link.tabIndex < 0) {
    const first = [...document.querySelectorAll("a.st")].find((one) => one.href === link.href && one.tabIndex >= 0);
    first?.focus({ preventScroll: true });
  }
  swap(link.href);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-swap]")) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  swap(form.getAttribute("action"), { method: "POST", body, sent: form }); // a button may be called action
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-auto]")) { form.requestSubmit(); return; }
  if (event.target.matches("[data-go]")) swap(event.target.value);
});

document.addEventListener("input", (event) => {
  if (event.target.id === "find") filter(event.target.value);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.target.matches("input, textarea, select")) {
    const close = document.querySelector("[data-close]");
    if (close) { event.preventDefault(); swap(close.href); }
    return;
  }
  if (!event.target.closest?.("#people") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j" || event.key === "ArrowDown") { event.preventDefault(); step(1); }
  if (event.key === "k" || event.key === "ArrowUp") { event.preventDefault(); step(-1); }
});

addEventListener("popstate", () => swap(location.href, { push: false }));

// Files that change elsewhere: the page is shown again with them, unless something is being typed.
function follow() {
  const source = new EventSource(document.body.dataset.events);
  source.addEventListener("changed", (event) => {
    if (underway || event.data === document.body.dataset.version) return; // what is on its way is newer
    if (document.activeElement?.matches("input, textarea, select") || document.querySelector("form[data-touched]")) return;
    if ([...document.querySelectorAll(FIELDS)].some(isTyped)) return;
    swap(location.href, { push: false });
  });
}

document.documentElement.classList.add("scripted");
place(document);
if (document.body.dataset.events) follow();

// Progress of a run: numbers in place, and the page again when it has ended.
async function watchRun() {
  const box = document.querySelector("[data-progress]");
  if (box) {
    try {
      const state = await (await fetch(box.dataset.progress)).json();
      if (state.over) await swap(location.href, { push: false });
      else {
        box.querySelector("[data-done]").textContent = state.done;
        box.querySelector("[data-total]").textContent = state.total;
        box.querySelector("[data-failed]").textContent = state.failed ? `, ${state.failed} failed` : "";
        Object.assign(box.querySelector("progress"), { max: state.total || 1, value: state.done });
      }
    } catch { /* the next look may reach it again */ }
  }
  setTimeout(watchRun, 700);
}
watchRun();

// A file that was dropped or chosen: its bytes are sent as they are.
async function upload(box, file) {
  const error = document.getElementById("upload-error");
  error.textContent = "";
  showBusy();
  try {
    const headers = { "x-file-name": encodeURIComponent(file.name) };
    const answer = await (await fetch(box.dataset.upload, { method: "POST", body: file, headers })).json();
    if (answer.to) await swap(answer.to);
    else error.textContent = answer.error;
  } catch {
    error.textContent = "The file could not be sent. Is briefgen studio still running?";
  } finally {
    document.querySelector(".busy")?.remove();
  }
}

document.addEventListener("change", (event) => {
  const box = event.target.closest?.("[data-upload]");
  if (box && event.target.files?.[0]) upload(box, event.target.files[0]);
});

for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const box = event.target.closest?.("[data-upload]");
    document.querySelector(".drop.over")?.classList.remove("over");
    if (!box) return;
    event.preventDefault();
    if (kind === "dragover") box.classList.add("over");
    if (kind === "drop" && event.dataTransfer.files[0]) upload(box, event.dataTransfer.files[0]);
  });
}

// Words of a source that are marked, by mouse or by keyboard, open the editor of a statement that quotes them.
function markedWords() {
  const leaf = document.getElementById("leaf"), selection = getSelection();
  if (!leaf || !selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0).cloneRange();
  if (!leaf.contains(range.startContainer)) return null;
  if (!leaf.contains(range.endContainer)) range.setEndAfter(leaf.lastElementChild); // a triple click reaches beyond
  const quote = range.toString().replace(/\s+/g, " ").trim();
  const start = range.startContainer.nodeType === Node.TEXT_NODE ? range.startContainer.parentElement : range.startContainer;
  const lead = document.createRange();
  lead.setStart(start.closest("p") ?? leaf, 0);
  lead.setEnd(range.startContainer, range.startOffset);
  const before = lead.toString().trim().split(/\s+/).slice(-5).join(" ");
  return quote ? { quote: quote.slice(0, 4000), before } : null;
}

async function useMarkedWords() {
  const words = markedWords(), form = document.querySelector("form.new-statement");
  if (!words) return;
  if (form) { // what was typed stays
    Object.assign(form.elements.quote, { value: words.quote });
    form.elements.before.value = words.before;
    form.querySelector("blockquote").textContent = `“${words.quote}”`;
    scheduleCheck(form);
  } else {
    await swap(`${document.getElementById("leaf").dataset.write}?${new URLSearchParams(words)}`);
  }
  document.getElementById("say")?.focus();
}

let marking = 0;
document.addEventListener("mouseup", (event) => {
  if (!event.target.closest?.("#leaf") || event.button) return;
  clearTimeout(marking);
  marking = setTimeout(useMarkedWords, 300); // a double click may become a triple one
});

// Arrow keys mark the next word or line of the text, Shift marks more, Enter takes the marked words.
document.addEventListener("keydown", (event) => {
  const leaf = event.target;
  if (leaf.id !== "leaf" || event.metaKey || event.altKey) return;
  if (event.key === "Enter") { event.preventDefault(); useMarkedWords(); return; }
  const across = { ArrowRight: "forward", ArrowLeft: "backward" }[event.key], down = { ArrowDown: "forward", ArrowUp: "backward" }[event.key];
  if (!across && !down) return;
  event.preventDefault();
  const selection = getSelection();
  if (!selection.anchorNode || !leaf.contains(selection.anchorNode)) {
    selection.collapse(leaf.querySelector("p")?.lastChild ?? leaf, 0);
    selection.modify("extend", "forward", "word");
  } else if (event.shiftKey) {
    selection.modify("extend", across ?? down, across ? "word" : "line");
  } else {
    markNextWord(selection, across, down);
  }
  selection.focusNode?.parentElement?.scrollIntoView({ block: "nearest" });
  announce(selection.toString());
});

function markNextWord(selection, across, down) {
  if (across === "forward") selection.collapseToEnd();
  else selection.collapseToStart();
  selection.modify("move", across ?? down, across ? "word" : "line");
  if (across !== "backward") { // from the end of a word to its beginning
    if (down) selection.modify("move", "forward", "word");
    selection.modify("move", "backward", "word");
  }
  selection.modify("extend", "forward", "word");
}

// A statement is checked at each pause in typing; nothing is written.
let pause = 0, checks = 0;

function scheduleCheck(form) {
  form.dataset.touched = "";
  clearTimeout(pause);
  pause = setTimeout(() => check(form), 800);
}

async function check(form) {
  const box = document.getElementById("checks"), mine = ++checks;
  if (!box || !form.isConnected) return;
  try {
    const answer = await fetch(form.dataset.check, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("checks");
    if (mine !== checks || !found || found.textContent === box.textContent) return; // changes alone are spoken
    box.replaceChildren(...found.childNodes);
  } catch { /* the next pause may reach it again */ }
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.dataset.check) scheduleCheck(form);
});
