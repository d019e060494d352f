// The page of the app: sends its forms without leaving the page, puts the answer in place, draws the course.
// Without this script the forms work as forms, and everything that is drawn stands in a table.

import { drawCourse } from "./course.js";

const REGION = "[data-region]";
const announce = document.getElementById("announce");
let asked = 0;
/** By address, what was asked there last. */
const newest = {};
/** Settles when everything asked so far was answered. */
let answered = Promise.resolve();
/** What a save came to, while the page shown is to be that of a newer question. */
let outcome = null;

function courseOf(page) {
  return JSON.parse(page.getElementById("course-data").textContent);
}

function draw() {
  drawCourse(document.getElementById("picture"), courseOf(document));
}

/** Put each region of a new page in the place of the old one, and keep everything else, the focus included. */
function show(page) {
  for (const old of document.querySelectorAll(REGION)) {
    const fresh = page.getElementById(old.id);
    if (fresh && fresh.innerHTML !== old.innerHTML) old.replaceChildren(...document.adoptNode(fresh).childNodes);
  }
  for (const title of document.querySelectorAll("h2[id]")) {
    title.textContent = page.getElementById(title.id)?.textContent ?? title.textContent;
  }
  if (outcome && !document.querySelector("#saved, #not-saved")) document.getElementById("saving").prepend(document.adoptNode(outcome));
  outcome = null;
  document.querySelector(".failed")?.remove();
  document.title = page.title;
  document.body.className = page.body.className;
  draw();
  const said = [".banner p", ".changed ul", "#saved, #not-saved"].map((one) => document.querySelector(one)?.textContent);
  announce.textContent = said.filter(Boolean).join(" ").replace(/\s+/g, " ");
}

/**
 * Ask the service, and show its answer unless something newer was asked by then.
 * The service gets one question at a time: of two at once it might take the older one last, and keep its answers.
 */
function ask(address, form) {
  const turn = ++asked;
  newest[address] = turn;
  document.body.setAttribute("aria-busy", "true");
  answered = answered.then(() => exchange(turn, address, form));
}

async function exchange(turn, address, form) {
  // Asked anew before its turn came: a form holds everything, so the newer one is enough.
  if (newest[address] !== turn) return;
  try {
    const token = form.get("csrf");
    const answer = await fetch(address, {
      method: "POST", headers: { "X-CSRF-Token": token, Accept: "text/html" }, body: new URLSearchParams(form), credentials: "same-origin",
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn !== asked) outcome = page.querySelector("#saved, #not-saved") ?? outcome;
    else if (answer.ok) show(page);
    else fail(page.querySelector("h1")?.textContent, page.querySelector("main p")?.textContent);
  } catch {
    if (turn === asked) fail("The service could not be reached.", "What is shown is unchanged.");
  } finally {
    if (turn === asked) document.body.removeAttribute("aria-busy");
  }
}

function fail(...words) {
  const said = words.filter(Boolean).join(" ");
  announce.textContent = said;
  const box = document.createElement("p");
  box.className = "warn failed";
  box.textContent = said;
  document.querySelector(".failed")?.remove();
  document.getElementById("advice-body").before(box);
}

const answers = document.getElementById("answers");
const suppose = document.getElementById("suppose");

for (const form of [answers, suppose]) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const saves = event.submitter?.formAction && event.submitter.hasAttribute("formaction");
    ask(saves ? event.submitter.formAction : form.action, new FormData(form));
  });
}

answers.addEventListener("change", (event) => {
  excludeNone(event.target);
  clear(suppose);
  ask(answers.action, new FormData(answers));
});
suppose.addEventListener("change", () => {
  settle();
  if (suppose.checkValidity()) ask(suppose.action, new FormData(suppose));
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
  ask(suppose.action, new FormData(suppose));
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
