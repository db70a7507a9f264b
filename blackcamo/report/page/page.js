"use strict";

const main = document.querySelector("main");
const by = (id) => document.getElementById(id);
const articles = () => [...main.querySelectorAll("article")];
let at = 0;

/* Every slot gets its partner's picture, which the file need not hold twice. */
for (const pair of document.querySelectorAll(".pair")) {
  const slots = [...pair.querySelectorAll(".slot")];
  const shown = slots.map((slot) => slot.querySelector("img"));
  slots.forEach((slot, n) => {
    if (slot.querySelectorAll("img").length === 1) {
      const partner = shown[1 - n].cloneNode();
      partner.hidden = true;
      slot.append(partner);
    }
    slot.setAttribute("aria-pressed", "false");
    slot.addEventListener("click", () => flip(slots, slot.getAttribute("aria-pressed") !== "true"));
  });
}

function flip(slots, flipped) {
  for (const slot of slots) {
    const [own, partner] = slot.querySelectorAll("img");
    own.hidden = flipped;
    partner.hidden = !flipped;
    slot.classList.toggle("flipped", flipped);
    slot.setAttribute("aria-pressed", String(flipped));
    slot.querySelector(".label").textContent = slot.dataset.labels.split("|")[Number(flipped)];
  }
}

function flipAll() {
  const article = articles()[at];
  if (!article) return;
  const slots = [...article.querySelectorAll(".slot")];
  flip(slots, slots[0].getAttribute("aria-pressed") !== "true");
}

function mark() {
  by("where").textContent = `${articles().length ? at + 1 : 0} of ${articles().length}`;
  by("previous").disabled = at <= 0;
  by("next").disabled = at >= articles().length - 1;
}

function go(to) {
  if (to < 0 || to >= articles().length) return;
  at = to;
  articles()[at].scrollIntoView();
  articles()[at].focus({ preventScroll: true });
  mark();
}

/* The photo at hand is the one that crosses the upper third of the window. */
function follow() {
  const line = innerHeight / 3;
  const found = articles().findLastIndex((a) => a.getBoundingClientRect().top <= line);
  at = Math.max(0, found);
  mark();
}

const ORDERS = {
  name: () => 0,
  outcome: (a, b) => a.dataset.succeeded - b.dataset.succeeded,
  appeal: (a, b) => a.dataset.appeal - b.dataset.appeal,
};
const named = articles();

by("order").addEventListener("change", () => {
  main.append(...[...named].sort(ORDERS[by("order").value]));
  scrollTo(0, 0);
  follow();
});
by("previous").addEventListener("click", () => go(at - 1));
by("next").addEventListener("click", () => go(at + 1));
by("flip").addEventListener("click", flipAll);
addEventListener("scroll", follow, { passive: true });
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("select")) return;
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    event.preventDefault();
    go(at + (event.key === "ArrowLeft" ? -1 : 1));
  } else if (event.key === " " && !event.target.matches("button, summary, a")) {
    event.preventDefault();
    flipAll();
  }
});
by("order").value = "name";
follow();
