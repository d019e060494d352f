// The page of the app: sends its forms without leaving the page, puts the answer in place, draws the course.
// Without this script the forms work as forms, and everything that is drawn stands in a table.

import { drawCourse } from "./course.js";

const REGION = "[data-region]";
const announce = document.getElementById("announce");
const answers = document.getElementById("answers");
const suppose = document.getElementById("suppose");
let asked = 0;
/** What was asked up to here is not to be asked any more: something before it failed. */
let dropped = 0;
/** The save that is not answered yet. */
let saving = 0;
/** By address, what was asked there last. */
const newest = {};
/** Settles when everything asked so far was answered. */
let answered = Promise.resolve();
/** What a save came to, while the page shown is to be that of a newer question. */
let outcome = null;
/** A page that came while something newer was asked, with the fields that it rests on. */
let unseen = null;
/** The fields that the page shown rests on. */
let counted = fieldsNow();

function courseOf(page) {
  return JSON.parse(page.getElementById("course-data").textContent);
}

function draw() {
  drawCourse(document.getElementById("picture"), courseOf(document));
}

/** Put each region of a new page in the place of the old one, and keep everything else, the focus and what is unfolded included. */
function show(page) {
  const held = document.activeElement;
  for (const old of document.querySelectorAll(REGION)) {
    const fresh = page.getElementById(old.id);
    for (const one of old.querySelectorAll("details[id]")) page.getElementById(one.id)?.toggleAttribute("open", one.open);
    if (fresh && fresh.innerHTML !== old.innerHTML) old.replaceChildren(...document.adoptNode(fresh).childNodes);
  }
  for (const title of document.querySelectorAll("h2[id]")) {
    title.textContent = page.getElementById(title.id)?.textContent ?? title.textContent;
  }
  if (outcome && !document.querySelector("#saved, #not-saved")) document.getElementById("saving").prepend(document.adoptNode(outcome));
  outcome = null;
  if (!held.isConnected) successor(held)?.focus({ preventScroll: true });
  document.querySelector(".failed")?.remove();
  document.title = page.title;
  document.body.className = page.body.className;
  draw();
  const said = [".banner p", ".changed ul", "#saved, #not-saved"].map((one) => document.querySelector(one)?.textContent);
  announce.textContent = said.filter(Boolean).join(" ").replace(/\s+/g, " ");
}

/** What gets the focus of an element that went with its region: the same one in the new page; for a button that saved, what came of it. */
function successor(gone) {
  if (gone.matches("details[id] > summary")) return document.querySelector(`#${gone.parentElement.id} > summary`);
  return document.getElementById(gone.id) ?? (gone.id === "save" ? document.getElementById("saved") : null);
}

/**
 * Ask the service, and show its answer unless something newer was asked by then.
 * The service gets one question at a time: of two at once it might take the older one last, and keep its answers.
 */
function ask(address, form, saves = false) {
  // A second click on the same button is no second answer: the EHR might file what it filed already.
  if (saves && saving && saving === asked) return;
  const turn = ++asked;
  if (saves) saving = turn;
  newest[address] = turn;
  document.body.setAttribute("aria-busy", "true");
  const [sent, fields] = [new FormData(form), fieldsNow()];
  answered = answered.then(() => exchange(turn, address, sent, fields, saves)).then(() => {
    if (turn === saving) saving = 0;
  });
}

async function exchange(turn, address, sent, fields, saves) {
  // Asked anew before its turn came: a form holds everything, so the newer one is enough.
  if (turn <= dropped || newest[address] !== turn) return;
  const { status, page } = await reply(address, sent);
  if (status === 200 && page.getElementById("advice-body")) {
    unseen = { page, fields };
    if (turn === asked) showUnseen();
    else outcome = page.querySelector("#saved, #not-saved") ?? outcome;
  } else {
    dropped = asked;
    fail(consequence(status, saves), page);
  }
  if (turn === asked || dropped === asked) document.body.removeAttribute("aria-busy");
}

/** The status (0: none) and the page that came back. */
async function reply(address, sent) {
  try {
    const answer = await fetch(address, {
      method: "POST", headers: { "X-CSRF-Token": sent.get("csrf"), Accept: "text/html" }, body: new URLSearchParams(sent), credentials: "same-origin",
    });
    return { status: answer.status, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
  } catch {
    return { status: 0, page: null };
  }
}

function showUnseen() {
  const { page, fields } = unseen;
  unseen = null;
  counted = fields;
  show(page);
}

/** How each answer and each supposition is set. */
function fieldsNow() {
  return [...document.querySelectorAll("#answers input, #suppose input, #suppose select")].map((field) => [field, field.checked, field.value]);
}

function consequence(status, saves) {
  // A service that refuses has filed nothing; one that breaks may have.
  if (saves) return 400 <= status && status < 500 ? "Not saved." : "Whether the answers were saved is not known: read the record again.";
  return "Not counted: the page shows what it showed before.";
}

/**
 * Say that a question came to nothing, in view wherever the page is scrolled to, and set the fields back to what the page rests on:
 * one that shows what does not count would pass for a fact.
 */
function fail(come, page) {
  if (unseen) showUnseen();
  settle();
  for (const [field, checked, value] of counted) {
    if (field.type === "radio" || field.type === "checkbox") field.checked = checked;
    else field.value = value;
  }
  const title = page?.querySelector("h1")?.textContent ?? (page ? "The service failed" : "The service could not be reached");
  const said = [come, `${title}.`, ...[...page?.querySelectorAll("main p") ?? []].map((one) => one.textContent)].join(" ");
  announce.textContent = said;
  const box = document.createElement("p");
  box.className = "warn failed";
  box.textContent = said;
  document.querySelector(".failed")?.remove();
  document.getElementById("banner").append(box);
}

for (const form of [answers, suppose]) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const saves = Boolean(event.submitter?.hasAttribute("formaction"));
    ask(saves ? event.submitter.formAction : form.action, form, saves);
  });
}

answers.addEventListener("change", (event) => {
  excludeNone(event.target);
  clear(suppose);
  ask(answers.action, answers);
});
suppose.addEventListener("change", () => {
  settle();
  if (suppose.checkValidity()) ask(suppose.action, suppose);
});
// The browser's own bubble is gone in seconds, and some embedded browsers show none: the reason is written beside the field instead.
suppose.addEventListener("invalid", (event) => {
  event.preventDefault();
  refuse(event.target);
}, true);

document.addEventListener("click", (event) => {
  const back = event.target.closest?.("#back-to-record");
  if (!back) return;
  event.preventDefault();
  clear(suppose);
  ask(suppose.action, suppose);
  document.getElementById("advice-title").focus();
});

/** "Never" and anything else exclude each other. */
function excludeNone(input) {
  if (input.type !== "checkbox" || !input.checked) return;
  for (const other of answers.querySelectorAll(`input[name="${CSS.escape(input.name)}"]`)) {
    if (other !== input && (other.value === "none") !== (input.value === "none")) other.checked = false;
  }
}

/** Say why a value is not taken: beside its field, which names the words as its description, and aloud. */
function refuse(field) {
  field.setAttribute("aria-invalid", "true");
  document.getElementById(`${field.id}-refused`).textContent = field.dataset.refused;
  announce.textContent = field.dataset.refused;
}

function settle() {
  for (const field of suppose.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    document.getElementById(`${field.id}-refused`).textContent = "";
  }
}

function clear(form) {
  settle();
  for (const field of form.elements) {
    if (field.name?.startsWith("suppose.")) field.value = "";
  }
}

// A page that comes back from the browser's memory may be out of date, and may be of a session that has ended.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

draw();
