"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const STORE = `blackcamo-jury/${data.jury}`;
const SIDES = ["left", "right"];
const by = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];

let viewer = recall(STORE) ?? "";
let state = null;

function recall(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

function keep() {
  try {
    localStorage.setItem(STORE, JSON.stringify(viewer));
    localStorage.setItem(`${STORE}/${viewer}`, JSON.stringify(state));
  } catch {
    say("This browser keeps no progress: please save before you close the page.");
  }
}

const empty = () => ({ post_left: "", post_right: "", better: "", reason: "" });
const pair = () => data.pairs[state.at];
const vote = () => state.votes[state.at];
const complete = (v) => Boolean(v.post_left && v.post_right && v.better);
const unfinished = () => state.votes.findIndex((v) => !complete(v));
const upright = () => getComputedStyle(document.querySelector(".tall")).display !== "none";
const say = (text) => { by("notice").textContent = text; };

function begin(name) {
  viewer = name;
  state = recall(`${STORE}/${viewer}`) ?? { at: 0, votes: data.pairs.map(empty) };
  by("start").hidden = true;
  by("judging").hidden = by("moves").hidden = by("progress").hidden = false;
  keep();
  draw();
}

function answer(name, value) {
  vote()[name] = value;
  say("");
  keep();
  mark();
}

function go(to) {
  if (to < 0 || to >= data.pairs.length) return;
  state.at = to;
  document.activeElement?.blur();
  say("");
  keep();
  draw();
  scrollTo(0, 0);
}

function missing() {
  const [first, second] = upright() ? ["upper", "lower"] : SIDES;
  return [
    vote().post_left ? "" : `whether you would post the ${first} one`,
    vote().post_right ? "" : `whether you would post the ${second} one`,
    vote().better ? "" : "which you like better",
  ].filter(Boolean).join(", and ");
}

function forward() {
  if (!complete(vote())) say(`Please say ${missing()}.`);
  else if (unfinished() < 0) save();
  else go(state.at + 1 < data.pairs.length ? state.at + 1 : unfinished());
}

function save() {
  const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = state.votes.flatMap((v, n) =>
    complete(v) ? [{ ...data.pairs[n], ...v, viewer }] : []);
  const lines = [data.columns, ...rows.map((row) => data.columns.map((name) => quoted(row[name])))];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(
    new Blob([lines.map((cells) => `${cells.join(",")}\n`).join("")], { type: "text/csv" }),
  );
  link.download = `votes-${viewer.replace(/[^\p{L}\p{N}_-]+/gu, "-")}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  const left = state.votes.length - rows.length;
  say(`${left ? `${left} pairs are open still.` : "Thank you!"} Your votes are in ${link.download}, ` +
    "where your browser puts downloads: please send that file to whoever asked you.");
}

function source(side) {
  return by(pair()[side]).textContent;
}

function draw() {
  // Pictures of other pairs stay text: only these two are decoded.
  for (const side of SIDES) {
    const img = document.querySelector(`[data-side="${side}"] img`);
    img.src = source(side);
    img.alt = `The ${side} picture`;
  }
  by("reason").value = vote().reason;
  mark();
}

function mark() {
  const mine = vote();
  for (const button of all("[data-answer]")) {
    const side = button.closest(".side").dataset.side;
    button.setAttribute("aria-pressed", mine[`post_${side}`] === button.dataset.answer);
  }
  for (const button of all("[data-better]")) {
    button.setAttribute("aria-pressed", mine.better === button.dataset.better);
  }
  const done = state.votes.filter(complete).length;
  by("where").textContent = `Pair ${state.at + 1} of ${data.pairs.length} · ${done} done`;
  by("progress").value = done;
  by("back").disabled = state.at === 0;
  by("save").hidden = done === 0 || unfinished() < 0;
  by("next").textContent = unfinished() < 0 ? "Save votes" : "Next";
  by("next").classList.toggle("ready", complete(mine));
}

const ARROWS = { ArrowLeft: "LEFT", ArrowRight: "RIGHT", ArrowUp: "SAME", ArrowDown: "NODIFF" };

document.addEventListener("keydown", (event) => {
  if (state === null || event.ctrlKey || event.altKey || event.metaKey) return;
  if (by("large").open) return;
  const typing = event.target === by("reason");
  // The key's place, since Shift changes what it writes.
  const digit = /^(?:Digit|Numpad)([12])$/.exec(event.code);
  if (event.key === "Enter" && (typing || event.target.tagName !== "BUTTON")) forward();
  else if (typing) return;
  else if (digit) answer(`post_${SIDES[digit[1] - 1]}`, event.shiftKey ? "NOT" : "POST");
  else if (event.key in ARROWS) answer("better", ARROWS[event.key]);
  else if (event.key === "Backspace") go(state.at - 1);
  else return;
  event.preventDefault();
});

// A click leaves no focus behind, so that Enter goes on; whoever tabs keeps their place.
document.addEventListener("click", (event) => {
  if (event.detail > 0) event.target.closest("button")?.blur();
});

for (const button of all("[data-answer]")) {
  const side = button.closest(".side").dataset.side;
  button.addEventListener("click", () => answer(`post_${side}`, button.dataset.answer));
}
for (const button of all("[data-better]")) {
  button.addEventListener("click", () => answer("better", button.dataset.better));
}
for (const side of SIDES) {
  const button = document.querySelector(`[data-side="${side}"] .picture`);
  button.setAttribute("aria-label", `Enlarge the ${side} picture`);
  button.addEventListener("click", () => {
    by("large-picture").src = source(side);
    by("large").showModal();
  });
}
by("large-close").addEventListener("click", () => by("large").close());
by("large").addEventListener("close", () => by("large-picture").removeAttribute("src"));
by("reason").addEventListener("input", () => {
  vote().reason = by("reason").value;
  keep();
});
by("back").addEventListener("click", () => go(state.at - 1));
by("next").addEventListener("click", forward);
by("save").addEventListener("click", save);
by("begin").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = by("viewer").value.trim().replace(/\s+/g, " ");
  if (name) begin(name);
});
by("viewer").value = viewer;
by("viewer").focus();
