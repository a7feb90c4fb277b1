"use strict";
// The page of `herald watch`. It holds nothing but what is selected; all that it shows comes from /view.
const $ = (id) => document.getElementById(id);
const number = (n) => n.toLocaleString("en");
const start = new URLSearchParams(location.search);
const chosen = { campaign: start.get("campaign"), customer: start.get("customer") };
const how = { device: start.get("device") || "wide", dark: start.has("dark") };
let shown = null, asked = 0, worstAt = -1;

/** An element with text and children; text is never read as markup. */
function make(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") e.onclick = value;
    else if (value !== null && value !== undefined && value !== false) e.setAttribute(name, value === true ? "" : value);
  }
  e.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
  return e;
}

/** Puts children in place of others, and lets it glow if they say something new. */
function put(id, ...children) {
  const e = $(id), before = e.textContent;
  e.replaceChildren(...children.filter((c) => c !== null && c !== undefined && c !== ""));
  if (before && before !== e.textContent) {
    e.classList.remove("glow");
    void e.offsetWidth;
    e.classList.add("glow");
  }
}

async function look(extra = {}) {
  const mine = ++asked;
  const query = new URLSearchParams();
  for (const [k, v] of Object.entries({ ...chosen, ...extra })) if (v !== null && v !== undefined && v !== "") query.set(k, v);
  let view;
  try {
    view = await (await fetch("/view?" + query)).json();
  } catch {
    return; // the event stream tells when the program is back
  }
  if (mine !== asked) return; // a later question was asked meanwhile
  show(view);
}

function show(view) {
  shown = view;
  chosen.campaign = view.campaign;
  if (view.customer) chosen.customer = String(view.customer.person.id);
  const address = new URLSearchParams();
  for (const [k, v] of Object.entries({ ...chosen, device: how.device })) if (v) address.set(k, v);
  if (how.dark) address.set("dark", "");
  history.replaceState(null, "", "?" + address);
  document.body.classList.toggle("stale", view.stale || (!view.built.sound && Boolean(view.mail)));
  document.title = view.mail ? view.mail.subject : "Herald preview";
  campaigns(view);
  customer(view);
  notes(view);
  inbox(view);
  mail(view);
  audience(view);
  counted(view);
  why(view);
}

function campaigns(view) {
  put("campaigns", ...view.campaigns.map((c) =>
    make("li", {}, make("button", { class: c.name === view.campaign ? "on" : null, onclick: () => { chosen.campaign = c.name; chosen.customer = null; worstAt = -1; look(); } },
      c.title, make("small", {}, c.file)))));
}

function named(person) {
  return person.name ? `${person.name} (${person.id})` : `customer ${person.id}`;
}

function go(id) {
  chosen.customer = String(id);
  look();
}

function customer(view) {
  const c = view.customer, of = view.audience ? number(view.audience.count) : "0";
  put("who", c ? make("b", {}, named(c.person)) : "nobody", make("br"),
    make("span", { class: "quiet" }, c ? (c.place ? `${number(c.place)} of ${of} in the audience` : "not in the audience; this is what they would get") : ""));
}

function notes(view) {
  const list = [];
  if (view.stopped && view.built.sound) list.push(make("div", { class: "note error" }, view.stopped));
  if (view.unwritable) list.push(make("div", { class: "note error" }, "This mail cannot be written: " + view.unwritable));
  const errors = view.findings.filter((f) => f.severity === "error");
  for (const f of errors.length ? errors : view.findings) list.push(finding(f));
  if (errors.length && view.mail) list.unshift(make("p", { class: "quiet" }, "The mail below is as of the last save without errors."));
  for (const w of view.mail ? view.mail.warnings : []) list.push(make("div", { class: "note" }, w));
  put("notes", ...list);
}

function finding(f) {
  const lines = f.excerpt.map((l) => {
    const gutter = make("i", {}, String(l.line).padStart(4) + "  ");
    if (!l.marked) return [gutter, l.text + "\n"];
    const letters = [...l.text], [from, to] = l.marked;
    return [gutter, letters.slice(0, from).join(""), make("mark", {}, letters.slice(from, to).join("") || " "), letters.slice(to).join("") + "\n"];
  });
  return make("div", { class: "note " + f.severity },
    make("span", { class: "place" }, `${f.place.file}:${f.place.line}:${f.place.column} ${f.code}`),
    make("b", {}, f.message), make("pre", {}, ...lines.flat()),
    f.help ? make("div", {}, f.help) : f.fix ? make("div", {}, f.fix.title) : null);
}

function inbox(view) {
  const m = view.mail;
  put("from", m ? m.from : "");
  put("due", m ? m.due : "");
  put("subject", m ? m.subject : "no mail");
  put("preheader", m ? m.preheader : "");
  put("size", m ? `${m.template}${m.variant ? ", version " + m.variant : ""} · HTML ${Math.ceil(m.html_bytes / 1024)} KB, message ${Math.ceil(m.bytes / 1024)} KB` : "");
}

/** The mail as dark or light readers see it, whatever this browser is set to. */
function mode(page) {
  return page.replace(/\(\s*prefers-color-scheme:\s*(dark|light)\s*\)/g, (_, which) => ((which === "dark") === how.dark ? "(min-width: 0px)" : "(max-width: 0px)"));
}

function mail(view) {
  for (const b of document.querySelectorAll("nav [data-device]")) b.classList.toggle("on", b.dataset.device === how.device);
  $("dark").setAttribute("aria-pressed", String(how.dark));
  const wanted = !view.mail ? [] : how.device === "text" ? ["text"] : how.device === "both" ? ["wide", "phone"] : [how.device];
  const stage = $("stage");
  if ([...stage.children].map((f) => f.dataset.kind).join() !== wanted.join()) {
    stage.replaceChildren(...wanted.map((kind) => make("div", { class: "frame " + kind, "data-kind": kind, style: kind === "text" ? null : `width:${kind === "phone" ? 375 : 640}px` })));
  }
  for (const frame of stage.children) {
    if (frame.dataset.kind === "text") frame.textContent = view.mail.text;
    else page(frame, mode(view.mail.page));
  }
}

/** Loads a mail behind the one that is shown, and swaps them when it is there: nothing jumps, and the scroll stays. */
function page(frame, html) {
  if (frame.html === html) return;
  frame.html = html;
  for (const old of frame.querySelectorAll(".coming")) old.remove();
  const next = make("iframe", { sandbox: "allow-same-origin", title: "the mail", class: "coming", scrolling: "no" });
  next.srcdoc = html;
  next.onload = () => {
    // The height is read before anything is taken away: a frame that is empty for a moment would lose the scroll.
    next.style.height = next.contentDocument.documentElement.scrollHeight + "px";
    const old = frame.querySelectorAll("iframe:not(.coming)");
    next.classList.remove("coming");
    for (const gone of old) gone.remove();
    document.body.dataset.mail = String(shown.built.build);
  };
  frame.append(next);
}

function audience(view) {
  const a = view.audience;
  if (!a) { put("audience", "—"); put("change"); return; }
  const share = a.all ? ` · ${(100 * a.count / a.all).toFixed(1)} % of ${number(a.all)}` : "";
  put("audience", make("span", { class: "count" }, number(a.count)), make("span", { class: "quiet" }, share), make("br"), make("span", { class: "quiet" }, a.words));
  const people = (list) => list.flatMap((p, i) => [i ? ", " : "", make("a", { href: "#", onclick: (e) => { e.preventDefault(); go(p.id); } }, named(p))]);
  const change = [];
  if (a.entered) change.push(make("p", {}, make("b", { class: "in" }, "+" + number(a.entered)), " came in: ", ...people(a.newcomers), a.entered > a.newcomers.length ? " …" : ""));
  if (a.left) change.push(make("p", {}, make("b", { class: "out" }, "−" + number(a.left)), " left: ", ...people(a.leavers), a.left > a.leavers.length ? " …" : ""));
  put("change", ...change);
}

function counted(view) {
  const c = view.counted;
  if (!c) { put("plan"); put("worst"); return; }
  const row = (n, text, style) => make("tr", { class: style || null }, make("td", { class: "n" }, n), make("td", {}, text));
  const s = c.survey, rows = [];
  for (const [gate, [n, reason]] of Object.entries(s.excluded)) rows.push(row("−" + number(n), `${gate}: ${reason}`));
  for (const [variant, n] of Object.entries(s.messages)) rows.push(row(number(n), variant ? `mails, version ${variant}` : "mails"));
  if (s.unwritable) rows.push(row(number(s.unwritable[0]), "could not be written: " + s.unwritable[1], "out"));
  if (s.all_from_fallback) rows.push(row(number(s.all_from_fallback), "get only the fallback's products"));
  if (s.short_lists) rows.push(row(number(s.short_lists), "get fewer products than `take`"));
  put("plan", make("table", {}, ...rows), make("p", { class: "quiet" }, c.looked_at < c.of ? `counting … ${number(c.looked_at)} of ${number(c.of)}` : c.of < s.audience || (view.audience && c.of < view.audience.count) ? `counted over the first ${number(c.of)}` : ""));
  put("worst", ...c.worst.map((w, i) => make("li", {}, make("button", { class: chosen.customer === String(w.customer) && i === worstAt ? "on" : null, onclick: () => { worstAt = i; go(w.customer); } }, w.what, make("small", {}, "customer " + w.customer)))));
}

function why(view) {
  const c = view.customer;
  if (!c) { for (const id of ["gates", "products", "valued", "values"]) put(id); return; }
  put("gates", ...c.gates.map((g) => make("li", { class: g.passed ? null : "no" }, g.asked, g.reason ? make("span", { class: "quiet" }, ": " + g.reason) : null)));
  put("products", ...(c.products.length ? c.products.map(product) : [make("p", { class: "quiet" }, "none")]));
  put("valued", ...(c.valued ? [tree(c.valued, true)] : []));
  put("values", ...c.values.map(([name, value]) => make("tr", {}, make("td", { class: "quiet" }, name), make("td", {}, plain(value)))));
}

function product(p) {
  return make("div", { class: "product" + (p.picked ? "" : " out") },
    make("span", { class: "score" }, p.score.toFixed(3)), p.picked ? make("b", {}, p.product) : p.product,
    ...(p.picked ? p.parts.map(([part, score]) => make("div", { class: "quiet" }, `${score.toFixed(3)} from ${part}`)) : []),
    p.because ? make("div", { class: "quiet" }, "because of " + p.because) : null,
    !p.picked && p.removed ? make("div", { class: "quiet" }, p.removed) : null);
}

function plain(value) {
  if (value === null) return "missing";
  if (value === true) return "yes";
  if (value === false) return "no";
  if (typeof value === "object" && "minor" in value) return new Intl.NumberFormat("en", { style: "currency", currency: value.currency }).format(value.minor / 100);
  return String(value);
}

function tree(node, top) {
  return make("div", { class: "tree" + (top ? " top" : "") }, make("code", {}, node.words),
    make("span", { class: "is " + (node.value === true || node.value === 1 ? "in" : node.value === false || node.value === 0 ? "out" : "") }, plain(node.value)),
    ...node.parts.map((p) => tree(p, false)));
}

let typing;
$("search").oninput = (e) => {
  clearTimeout(typing);
  const text = e.target.value;
  typing = setTimeout(async () => {
    if (!text.trim()) return put("found");
    const people = await (await fetch("/search?" + new URLSearchParams({ campaign: chosen.campaign || "", text }))).json();
    if ($("search").value !== text) return;
    put("found", ...people.map((p) => make("li", {}, make("button", { onclick: () => go(p.id) }, named(p)))), people.length ? null : make("li", { class: "quiet" }, "nobody"));
  }, 120);
};
$("search").onkeydown = (e) => {
  if (e.key === "Enter") $("found").querySelector("button")?.click();
  if (e.key === "Escape") { e.target.value = ""; put("found"); e.target.blur(); }
};
const step = (n) => look({ step: n });
const somebody = () => look({ random: Math.floor(Math.random() * 2 ** 31) });
const device = (kind) => { how.device = kind; show(shown); };
const dark = () => { how.dark = !how.dark; show(shown); };
function worst() {
  const cases = shown?.counted?.worst || [];
  if (!cases.length) return;
  worstAt = (worstAt + 1) % cases.length;
  go(cases[worstAt].customer);
}
$("next").onclick = () => step(1);
$("back").onclick = () => step(-1);
$("random").onclick = somebody;
$("dark").onclick = dark;
for (const b of document.querySelectorAll("nav [data-device]")) b.onclick = () => device(b.dataset.device);
document.addEventListener("keydown", (e) => {
  if (e.target.matches("input") || e.ctrlKey || e.metaKey || e.altKey || !shown) return;
  const kinds = ["wide", "phone", "both"];
  const act = {
    j: () => step(1), k: () => step(-1), r: somebody, w: worst, d: dark, t: () => device(how.device === "text" ? "wide" : "text"),
    p: () => device(kinds[(kinds.indexOf(how.device) + 1) % kinds.length]), "/": () => $("search").focus(),
  }[e.key];
  if (act) { e.preventDefault(); act(); }
});

const news = new EventSource("/events");
news.onopen = () => { $("live").classList.add("on"); look(); };
news.onerror = () => $("live").classList.remove("on");
news.onmessage = (e) => {
  if (e.data.startsWith("built") || e.data === "counted " + chosen.campaign) look();
};
