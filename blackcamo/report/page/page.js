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
    slot.addEventListener("click", () => {
      if (!wiping()) flip(slots, slot.getAttribute("aria-pressed") !== "true");
    });
  });
  addSlider(pair, slots[1]);
}

function wiping() {
  return document.body.classList.contains("wiping");
}

/* How much of the original lies on the camouflage, by a slider or by a finger on the picture. */
function addSlider(pair, slot) {
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: 0, max: 100, value: 50, className: "wipe" });
  slider.setAttribute("aria-label", "Original up to here, camouflage beyond");
  slider.setAttribute("autocomplete", "off");
  const move = (percent) => {
    slider.value = percent;
    pair.style.setProperty("--at", `${slider.value}%`);
  };
  slider.addEventListener("input", () => move(slider.value));
  const follow = (event) => {
    if (!wiping() || event.buttons !== 1) return;
    const box = slot.querySelector("img").getBoundingClientRect();
    move(Math.round((100 * (event.clientX - box.left)) / box.width));
  };
  slot.addEventListener("pointerdown", follow);
  slot.addEventListener("pointermove", follow);
  slot.addEventListener("dragstart", (event) => event.preventDefault());
  pair.append(slider);
}

function wipe(wanted) {
  const pairs = [...document.querySelectorAll(".pair")];
  pairs.forEach((pair) => flip([...pair.querySelectorAll(".slot")], false));
  document.body.classList.toggle("wiping", wanted);
  by("wipe").setAttribute("aria-pressed", String(wanted));
  for (const slot of document.querySelectorAll(".slot:nth-child(2)")) {
    const [own, partner] = slot.dataset.labels.split("|");
    slot.querySelector(".label").textContent = wanted ? `${partner} ◂ ▸ ${own}` : own;
  }
  mark();
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
  if (!article || wiping()) return;
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
by("wipe").addEventListener("click", () => wipe(!wiping()));
addEventListener("scroll", follow, { passive: true });
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("select, input")) return;
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    event.preventDefault();
    go(at + (event.key === "ArrowLeft" ? -1 : 1));
  } else if (event.key === " " && !event.target.matches("button, summary, a")) {
    event.preventDefault();
    flipAll();
  }
});
/* On paper what is folded is there, too, and both pictures in place of a slider. */
let wipedBefore = false;
addEventListener("beforeprint", () => {
  for (const more of document.querySelectorAll(".more")) more.open = true;
  wipedBefore = wiping();
  if (wipedBefore) wipe(false);
});
addEventListener("afterprint", () => {
  if (wipedBefore) wipe(true);
});
by("order").value = "name";
follow();
if (main.dataset.view === "slider") wipe(true);
