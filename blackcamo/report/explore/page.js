"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const by = (id) => document.getElementById(id);
const at = { photo: 0, style: 0, look: 0, scorer: 0, original: false };
const SVG = "http://www.w3.org/2000/svg";

function make(name, attributes = {}, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

function draw(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

const told = (value) =>
  value === null ? "-" : (Math.round(10 * value) / 10 || 0).toFixed(1).replace("-", "−");
const percent = (share) => (share === null ? "-" : `${Math.round(100 * share)} %`);
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

function isHigh(score, scorer) {
  return scorer.up ? score >= scorer.threshold : score <= scorer.threshold;
}

function options(select, names) {
  select.replaceChildren(...names.map((name, n) => make("option", { value: n }, name)));
}

const photo = () => data.photos[at.photo];
const style = () => data.styles[at.style];
const seen = () => photo().looks[at.style][at.look];

function update() {
  const look = style().looks[at.look];
  const shown = at.original ? photo() : seen();
  by("shown").src = shown.jpeg;
  by("shown").width = shown.width;
  by("shown").height = shown.height;
  const name = `${style().name}, look ${look.number}, ${Math.round(100 * look.strength)} %`;
  by("shown").alt = at.original ? `${photo().name}, unchanged` : `${photo().name}: ${name}`;
  by("label").textContent = at.original ? "Original" : `${style().name} · look ${look.number}`;
  for (const id of ["picture", "original"]) by(id).setAttribute("aria-pressed", at.original);
  by("photo").value = at.photo;
  by("style").value = at.style;
  by("scorer").value = at.scorer;
  by("strength").max = style().looks.length - 1;
  by("strength").value = at.look;
  by("strength").setAttribute("aria-valuetext", name);
  by("percent").textContent = `${Math.round(100 * look.strength)} %`;
  by("previous").disabled = at.style === 0;
  by("next").disabled = at.style === data.styles.length - 1;
  by("recipe").textContent = seen().recipe;
  numbers();
  dots();
  for (const button of document.querySelectorAll("[data-style]")) {
    button.setAttribute("aria-pressed", Number(button.dataset.style) === at.style);
  }
}

function numbers() {
  const row = (name, before, after, mark) => {
    const line = make("tr");
    const last = make("td");
    if (mark) last.append(mark);
    line.append(
      make("th", { scope: "row" }, name),
      make("td", {}, told(before)),
      make("td", {}, told(after)),
      last,
    );
    return line;
  };
  const liked = seen().appeal >= data.floor;
  const rows = [
    row("Appeal", photo().appeal, seen().appeal,
      make("span", { class: "pill" }, liked ? "liked" : "minded")),
  ];
  data.scorers.forEach((scorer, n) => {
    const after = seen().scores[n];
    const high = after !== null && isHigh(after, scorer);
    const pill = after === null
      ? null
      : make("span", { class: high ? "pill" : "pill low" }, high ? "high" : "low");
    rows.push(row(scorer.name, photo().scores[n], after, pill));
  });
  by("numbers").replaceChildren(...rows);
}

/* Where appeal and score are in the drawing of all looks; better scores are higher up. */
const BOX = { left: 44, right: 548, top: 12, bottom: 268 };

function axes() {
  const scorer = data.scorers[at.scorer];
  const scores = [scorer.threshold, photo().scores[at.scorer]];
  const appeals = [data.floor, photo().appeal];
  for (const look of photo().looks.flat()) {
    scores.push(look.scores[at.scorer]);
    appeals.push(look.appeal);
  }
  const known = scores.filter((score) => score !== null);
  const least = Math.min(...known);
  const most = Math.max(...known);
  const edge = 0.06 * (most - least || 1);
  const from = Math.max(0, 10 * Math.floor(Math.min(...appeals) / 10));
  const x = (appeal) => BOX.left + ((appeal - from) / (100 - from)) * (BOX.right - BOX.left);
  const y = (score) => {
    const up = (score - least + edge) / (most - least + 2 * edge);
    const share = scorer.up ? up : 1 - up;
    return BOX.bottom - share * (BOX.bottom - BOX.top);
  };
  return { x, y, from, scorer };
}

function dots() {
  const { x, y, from, scorer } = axes();
  const threshold = y(scorer.threshold);
  const floor = x(data.floor);
  const parts = [
    draw("rect", { class: "both", x: floor, y: threshold, width: Math.max(0, BOX.right - floor),
      height: Math.max(0, BOX.bottom - threshold) }),
    draw("line", { x1: BOX.left, x2: BOX.right, y1: threshold, y2: threshold }),
    draw("line", { x1: floor, x2: floor, y1: BOX.top, y2: BOX.bottom }),
    draw("text", { x: BOX.left, y: 292 }, `appeal ${from}`),
    draw("text", { x: BOX.right, y: 292, "text-anchor": "end" }, "100"),
    draw("text", { x: floor, y: 292, "text-anchor": "middle" }, String(data.floor)),
    draw("text", { x: BOX.left - 6, y: clamp(threshold + 4, 16, 266), "text-anchor": "end" },
      String(scorer.threshold)),
  ];
  const placed = [];
  photo().looks.forEach((looks, s) => looks.forEach((look, n) => {
    const score = look.scores[at.scorer];
    if (score === null || look.appeal === null) return;
    const here = s === at.style && n === at.look;
    const kind = here ? "here" : s === at.style ? "mine" : "other";
    placed.push({ kind, dot: draw("circle", { class: kind, cx: x(look.appeal), cy: y(score),
      r: here ? 9 : 5, "data-s": s, "data-n": n }) });
  }));
  const order = ["other", "mine", "here"];
  placed.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  parts.push(...placed.map((one) => one.dot));
  const before = photo().scores[at.scorer];
  if (before !== null) {
    parts.push(draw("circle", { class: "plain", cx: x(photo().appeal), cy: y(before), r: 8 }));
  }
  by("dots").replaceChildren(...parts);
  by("dots").setAttribute("aria-label",
    `${placed.length} looks of ${photo().name} by appeal and ${scorer.name}; the ring is the photo`);
}

function map() {
  const scorer = data.scorers[at.scorer];
  const reading = scorer.reading;
  by("mapped").textContent =
    `Of all ${data.count} photos, by how much a look is liked: the share that ${scorer.name} no ` +
    `longer calls high quality (${scorer.up ? "under" : "over"} ${scorer.threshold}), of the ` +
    "photos that it does; below it by how much the score gets worse in the mean.";
  const head = make("tr");
  head.append(make("th", { scope: "col" }, "appeal"));
  for (const [low, high] of reading.bands) {
    head.append(make("th", { scope: "col" }, `${low}–${high}`));
  }
  const rows = data.styles.map((one, n) => {
    const line = make("tr");
    const name = make("th", { scope: "row" });
    const button = make("button", { type: "button", "data-style": n }, one.name);
    button.addEventListener("click", () => go({ style: n }));
    name.append(button);
    line.append(name, ...reading.cells[one.name].map(cell));
    return line;
  });
  const top = make("thead");
  top.append(head);
  const body = make("tbody");
  body.append(...rows);
  by("map").replaceChildren(top, body);
}

function cell(one) {
  const box = make("td", one.pictures ? {} : { class: "none" });
  const inside = make("div", {}, one.pictures ? percent(one.below) : "·");
  if (one.pictures) {
    inside.append(make("small", {}, told(one.drop)));
    inside.style.background =
      `color-mix(in srgb, var(--heat) ${Math.round(100 * (one.below ?? 0))}%, var(--raised))`;
    box.title = `${one.pictures} pictures, ${one.high} of photos of high quality`;
  }
  box.append(inside);
  return box;
}

function looks() {
  const scorer = data.scorers[at.scorer];
  const found = scorer.reading.looks;
  by("liked").textContent = found.length
    ? `Looks with an appeal of ${data.floor} or more on at least half of the photos, by mean drop.`
    : `No look that lowers it has an appeal of ${data.floor} or more on half of the photos.`;
  by("looks").replaceChildren(...found.map((one, n) => {
    const item = make("li");
    const button = make("button", { type: "button" });
    button.append(
      make("span", {}, `${n + 1}.`),
      make("span", {}, `${one.style}, look ${one.number}`),
      make("b", {}, told(one.drop)),
      make("small", {}, `appeal ${told(one.appeal)} · low on ${percent(one.below)} of ` +
        `${one.high} photos · both on ${percent(one.camouflaged)}`),
    );
    button.addEventListener("click", () => {
      const s = data.styles.findIndex((other) => other.name === one.style);
      go({ style: s, look: data.styles[s].looks.findIndex((k) => k.number === one.number) });
      by("picture").scrollIntoView({ block: "nearest" });
    });
    item.append(button);
    return item;
  }));
}

function curves() {
  const reading = data.scorers[at.scorer].reading;
  const mine = reading.curves[style().name];
  by("curved").textContent = style().name;
  const all = Object.values(mine).flat();
  if (!all.length) {
    by("curves").replaceChildren();
    return;
  }
  const most = (key) => Math.max(...all.map((one) => one[key][2]));
  const least = (key) => Math.min(...all.map((one) => one[key][0]));
  const scale = {
    drop: [Math.min(0, least("drop")), Math.max(1, most("drop"))],
    appeal: [Math.min(60, least("appeal")), 100],
  };
  const important = reading.importances[style().name] ?? {};
  const names = Object.keys(mine).sort((a, b) => (important[b] ?? 0) - (important[a] ?? 0));
  by("curves").replaceChildren(...names.map((name) => curve(name, mine[name], scale, important)));
}

function curve(name, bins, scale, important) {
  const figure = make("figure");
  const told = data.params[name];
  const weight = important[name] === undefined ? "" : ` · ${percent(important[name])} of it`;
  figure.append(make("figcaption", {}, `${told.label}${weight}`));
  const box = draw("svg", { viewBox: "0 0 200 142", role: "img",
    "aria-label": `${told.label}: score drop and appeal along its range` });
  const [low, high] = [bins[0].low, bins[bins.length - 1].high];
  const x = (one) => 4 + (((one.low + one.high) / 2 - low) / (high - low || 1)) * 192;
  for (const [key, top] of [["drop", 4], ["appeal", 68]]) {
    const [least, most] = scale[key];
    const y = (value) => top + 54 - ((value - least) / (most - least)) * 54;
    const mark = key === "drop" ? 0 : data.floor;
    const points = (n) => bins.map((one) => `${x(one)},${y(one[key][n])}`);
    box.append(
      draw("line", { x1: 0, x2: 200, y1: y(mark), y2: y(mark) }),
      draw("polygon", { points: [...points(0), ...points(2).reverse()].join(" ") }),
      draw("polyline", { points: points(1).join(" ") }),
    );
  }
  const digits = high - low < 2 ? 2 : high - low < 20 ? 1 : 0;
  const factor = name === "strength" ? 100 : 1;
  box.append(
    draw("text", { x: 2, y: 138 }, (factor * low).toFixed(factor > 1 ? 0 : digits)),
    draw("text", { x: 198, y: 138, "text-anchor": "end" },
      `${(factor * high).toFixed(factor > 1 ? 0 : digits)} ${told.unit}`),
  );
  figure.append(box);
  return figure;
}

function go(to) {
  const scorer = at.scorer;
  const before = at.style;
  Object.assign(at, { original: false }, to);
  at.style = clamp(at.style, 0, data.styles.length - 1);
  at.look = clamp(at.look, 0, style().looks.length - 1);
  update();
  if (scorer !== at.scorer) {
    map();
    looks();
    update();
  }
  if (scorer !== at.scorer || before !== at.style) curves();
}

options(by("photo"), data.photos.map((one) => one.name));
options(by("style"), data.styles.map((one) => one.name));
options(by("scorer"), data.scorers.map((one) => one.name));
for (const name of ["photo", "style", "scorer"]) {
  by(name).addEventListener("change", () => go({ [name]: Number(by(name).value) }));
}
by("strength").addEventListener("input", () => go({ look: Number(by("strength").value) }));
by("previous").addEventListener("click", () => go({ style: at.style - 1 }));
by("next").addEventListener("click", () => go({ style: at.style + 1 }));
for (const id of ["picture", "original"]) {
  by(id).addEventListener("click", () => go({ original: !at.original }));
}
by("dots").addEventListener("click", (event) => {
  const box = by("dots").getBoundingClientRect();
  const [x, y] = [((event.clientX - box.left) / box.width) * 560,
    ((event.clientY - box.top) / box.height) * 300];
  let best = null;
  for (const dot of by("dots").querySelectorAll("[data-s]")) {
    const far = Math.hypot(dot.getAttribute("cx") - x, dot.getAttribute("cy") - y);
    if (far < 40 && (best === null || far < best.far)) best = { far, dot };
  }
  if (best) go({ style: Number(best.dot.dataset.s), look: Number(best.dot.dataset.n) });
});
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("select, input")) return;
  const turn = {
    ArrowLeft: { look: at.look - 1 },
    ArrowRight: { look: at.look + 1 },
    ArrowUp: { style: at.style - 1 },
    ArrowDown: { style: at.style + 1 },
  }[event.key];
  if (turn) {
    event.preventDefault();
    go(turn);
  } else if (event.key === " " && !event.target.matches("button")) {
    event.preventDefault();
    go({ original: !at.original });
  }
});

map();
looks();
curves();
update();
