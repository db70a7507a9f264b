"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const WANTED = { most: data.most, least: data.least };
const STORE = `blackcamo-jury/${data.jury}/${data.annotator}`;
const by = (id) => document.getElementById(id);

let state = restore();
let showOriginal = false;
let enlarged = null;

function restore() {
  const empty = { at: 0, votes: data.images.map(() => ({ most: [], least: [] })) };
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? empty;
  } catch {
    return empty;
  }
}

function keep() {
  try {
    localStorage.setItem(STORE, JSON.stringify(state));
  } catch {
    say("This browser keeps no progress: please finish before you close the page.");
  }
}

const image = () => data.images[state.at];
const vote = () => state.votes[state.at];
const complete = (v) => v.most.length === WANTED.most && v.least.length === WANTED.least;
const unfinished = () => state.votes.findIndex((v) => !complete(v));
const letter = (n) => String.fromCharCode(65 + n);

function say(text) {
  // An open dialog covers the page's own line.
  by("notice").textContent = enlarged === null ? text : "";
  by("large-notice").textContent = enlarged === null ? "" : text;
}

function pick(number, kind) {
  const choice = image().choices[number];
  if (!choice) return;
  const token = choice.token;
  const mine = vote();
  const other = kind === "most" ? "least" : "most";
  say("");
  if (mine[kind].includes(token)) {
    mine[kind] = mine[kind].filter((t) => t !== token);
  } else if (mine[kind].length === WANTED[kind]) {
    say(`You have picked ${WANTED[kind]} as ${kind} appealing. Take one back to pick another.`);
  } else {
    mine[kind].push(token);
    mine[other] = mine[other].filter((t) => t !== token);
  }
  keep();
  mark();
}

function go(to) {
  if (to < 0 || to >= data.images.length) return;
  state.at = to;
  showOriginal = false;
  say("");
  keep();
  draw();
  scrollTo(0, 0);
}

function forward() {
  if (!complete(vote())) {
    say(`Pick ${WANTED.most} as most and ${WANTED.least} as least appealing to go on.`);
  } else if (unfinished() < 0) {
    save();
  } else {
    go(state.at + 1 < data.images.length ? state.at + 1 : unfinished());
  }
}

function save() {
  const file = {
    format: "blackcamo-jury-votes",
    version: 1,
    jury: data.jury,
    annotator: data.annotator,
    votes: state.votes,
  };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(
    new Blob([JSON.stringify(file, null, 2) + "\n"], { type: "application/json" }),
  );
  link.download = `votes-${data.annotator}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  say(`Thank you! Your votes are in ${link.download}, where your browser puts downloads: ` +
    "please send that file to whoever asked you.");
}

function button(className, text, label, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = text;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", action);
  return made;
}

function draw() {
  by("choices").replaceChildren(...image().choices.map((choice, n) => {
    const figure = document.createElement("figure");
    const picture = button("picture", "", `Enlarge version ${letter(n)}`, () => enlarge(n));
    const img = document.createElement("img");
    img.alt = `Version ${letter(n)}`;
    const tag = document.createElement("span");
    picture.append(img, tag);
    const caption = document.createElement("figcaption");
    caption.append(
      button("most", "▲ Most", `${letter(n)} is among the most appealing`, () => pick(n, "most")),
      button("least", "▼ Least", `${letter(n)} is among the least appealing`, () => pick(n, "least")),
    );
    figure.append(picture, caption);
    return figure;
  }));
  mark();
}

function mark() {
  const mine = vote();
  for (const [n, figure] of [...by("choices").children].entries()) {
    const choice = image().choices[n];
    const source = showOriginal ? image().original : choice.src;
    const img = figure.querySelector("img");
    if (img.src !== source) img.src = source;
    figure.querySelector("span").textContent = showOriginal ? "Original" : letter(n);
    for (const kind of ["most", "least"]) {
      const chosen = mine[kind].includes(choice.token);
      figure.classList.toggle(kind, chosen);
      figure.querySelector(`button.${kind}`).setAttribute("aria-pressed", chosen);
    }
  }
  for (const kind of ["most", "least"]) {
    const had = mine[kind].length;
    by(`${kind}-dots`).textContent = "●".repeat(had) + "○".repeat(WANTED[kind] - had);
    by(`${kind}-count`).textContent = `${kind} ${had} of ${WANTED[kind]}`;
  }
  const done = state.votes.filter(complete).length;
  by("where").textContent = `Photo ${state.at + 1} of ${data.images.length} · ${done} done`;
  for (const [n, step] of [...by("steps").children].entries()) {
    const v = state.votes[n];
    step.classList.toggle("done", complete(v));
    step.classList.toggle("begun", !complete(v) && v.most.length + v.least.length > 0);
    if (n === state.at) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  }
  by("original").setAttribute("aria-pressed", showOriginal);
  by("back").disabled = state.at === 0;
  by("next").textContent = unfinished() < 0 ? "Save votes" : "Next";
  by("next").classList.toggle("ready", complete(mine));
  if (enlarged !== null) markEnlarged();
}

function toggleOriginal() {
  showOriginal = !showOriginal;
  mark();
}

function enlarge(n) {
  enlarged = n;
  if (!by("large").open) by("large").showModal();
  markEnlarged();
}

function turn(by_) {
  const count = image().choices.length;
  enlarge((enlarged + by_ + count) % count);
}

function markEnlarged() {
  const choice = image().choices[enlarged];
  by("large-picture").src = showOriginal ? image().original : choice.src;
  by("large-name").textContent = showOriginal ? "Original" : `Version ${letter(enlarged)}`;
  by("large-original").setAttribute("aria-pressed", showOriginal);
  for (const kind of ["most", "least"]) {
    by(`large-${kind}`).setAttribute("aria-pressed", vote()[kind].includes(choice.token));
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  // The key's place, since Shift changes what it writes.
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  if (digit) pick(Number(digit[1]) - 1, event.shiftKey ? "least" : "most");
  else if (event.key === "o" || event.key === "O") toggleOriginal();
  else if (event.key === "ArrowRight") enlarged === null ? go(state.at + 1) : turn(1);
  else if (event.key === "ArrowLeft") enlarged === null ? go(state.at - 1) : turn(-1);
  else return;
  event.preventDefault();
});

by("back").addEventListener("click", () => go(state.at - 1));
by("next").addEventListener("click", forward);
by("original").addEventListener("click", toggleOriginal);
by("large-original").addEventListener("click", toggleOriginal);
by("large-previous").addEventListener("click", () => turn(-1));
by("large-next").addEventListener("click", () => turn(1));
by("large-most").addEventListener("click", () => pick(enlarged, "most"));
by("large-least").addEventListener("click", () => pick(enlarged, "least"));
by("large-close").addEventListener("click", () => by("large").close());
by("large").addEventListener("close", () => { enlarged = null; say(""); });

by("last-key").textContent = Math.min(9, data.images[0].choices.length);
by("steps").append(...data.images.map((_, n) => button("", "", `Photo ${n + 1}`, () => go(n))));
draw();
