import { createHash } from 'node:crypto';

/** The one style of the member's pages. Its hash stands in their policy: no other style is taken, and no script at all. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #f4f5f2; --card: #fff; --ink: #1c2321; --soft: #57625e; --line: #dfe4e0;
  --brand: #0b6b57; --brand-ink: #fff; --tint: #e6f2ee; --warm: #9a5b00; --warm-tint: #fdf3e0; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #111614; --card: #1a211e; --ink: #e9eeeb; --soft: #a5b2ac; --line: #2d3733; --brand: #5fd0b0;
    --brand-ink: #06241c; --tint: #16332b; --warm: #f2b964; --warm-tint: #33270f; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
a { color: var(--brand); text-underline-offset: .15em; }
a:focus-visible, button:focus-visible, summary:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px; border-radius: 6px; }
.top { display: flex; justify-content: space-between; align-items: center; gap: 1rem; max-width: 64rem; margin: 0 auto;
  padding: .9rem 1rem .2rem; }
.top strong { font-size: 1.05rem; overflow-wrap: anywhere; }
.top a { white-space: nowrap; font-size: .9rem; padding: .4rem 0; }
main { max-width: 64rem; margin: 0 auto; padding: .5rem 1rem 1rem; }
main.small { max-width: 32rem; }
footer { max-width: 64rem; margin: 0 auto; padding: 0 1rem 2.5rem; color: var(--soft); font-size: .85rem; }
h1 { margin: 0 0 .3rem; font-size: 1.25rem; line-height: 1.3; font-weight: 650; overflow-wrap: anywhere; }
main.small h1 { font-size: 1.5rem; line-height: 1.25; margin-bottom: .6rem; }
h2 { margin: 0 0 .75rem; font-size: 1.1rem; line-height: 1.3; }
h3 { margin: 0; font-size: 1rem; line-height: 1.35; overflow-wrap: anywhere; }
p { margin: 0; overflow-wrap: anywhere; }
ul { list-style: none; margin: 0; padding: 0; }
section, .panel { background: var(--card); border: 1px solid var(--line); border-radius: 16px; padding: 1.15rem; margin-top: .9rem; }
.soft { color: var(--soft); font-size: .9rem; }
.gap { margin-top: .6rem; }
.hero .big { font-size: clamp(3rem, 16vw, 4.5rem); line-height: 1.05; font-weight: 700; letter-spacing: -.02em; margin: .1rem 0; }
.hero .big.long { font-size: clamp(1.9rem, 10vw, 3.25rem); }
.hero .big.longest { font-size: clamp(1.3rem, 6vw, 2.25rem); }
.hero .big.long, .hero .big.longest { overflow-wrap: normal; }
.hero .big small { font-size: 1.1rem; font-weight: 500; letter-spacing: 0; color: var(--soft); }
.worth { font-size: 1.1rem; font-weight: 600; color: var(--brand); }
.hints { display: grid; gap: .6rem; margin-top: 1rem; }
.hint { background: var(--tint); border-radius: 12px; padding: .7rem .9rem; }
.hint.warm { background: var(--warm-tint); }
.hint strong { display: block; font-size: .9rem; color: var(--brand); }
.hint.warm strong { color: var(--warm); }
.rows > li { padding: .85rem 0; border-top: 1px solid var(--line); }
.rows > li:first-child { border-top: 0; padding-top: 0; }
.rows > li:last-child { padding-bottom: 0; }
.pair { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
.pair > :last-child { white-space: nowrap; }
.num { font-variant-numeric: tabular-nums; font-weight: 600; }
.plus { color: var(--brand); }
.code { display: inline-block; margin: .45rem 0 .2rem; padding: .35rem .7rem; border: 1.5px dashed var(--brand); border-radius: 10px;
  font: 600 1.1rem/1.3 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; letter-spacing: .04em; overflow-wrap: anywhere;
  -webkit-user-select: all; user-select: all; }
.wide { font-size: .85rem; letter-spacing: 0; word-break: break-all; }
details { margin-top: .35rem; }
summary:not(.button) { display: inline-block; cursor: pointer; color: var(--brand); font-size: .9rem; padding: .35rem 0; text-decoration: underline;
  text-underline-offset: .15em; }
summary { list-style: none; }
summary::-webkit-details-marker { display: none; }
.qr { display: block; width: min(100%, 13rem); margin: .5rem auto; background: #fff; border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
.qr svg { display: block; width: 100%; height: auto; shape-rendering: crispEdges; }
.cardno { font: 600 1.15rem/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; letter-spacing: .06em;
  -webkit-user-select: all; user-select: all; }
.mid { text-align: center; }
progress { display: block; width: 100%; height: .7rem; margin: .7rem 0 .5rem; appearance: none; border: 0; border-radius: 99px; overflow: hidden;
  background: var(--line); accent-color: var(--brand); }
progress::-webkit-progress-bar { background: var(--line); }
progress::-webkit-progress-value { background: var(--brand); border-radius: 99px; }
progress::-moz-progress-bar { background: var(--brand); border-radius: 99px; }
.tier { font-size: 1.35rem; font-weight: 700; overflow-wrap: anywhere; }
.chips { display: flex; flex-wrap: wrap; gap: .4rem; margin-top: .5rem; }
.chips li { background: var(--tint); color: var(--brand); border-radius: 99px; padding: .15rem .7rem; font-size: .85rem; font-weight: 600; }
.reward { display: flex; gap: .9rem; align-items: flex-start; }
.reward img { width: 4.5rem; height: 4.5rem; object-fit: cover; border-radius: 12px; flex: none; background: var(--tint); }
.reward > div { flex: 1; min-width: 0; }
.price { white-space: nowrap; font-weight: 700; }
.button { display: inline-block; margin-top: .6rem; min-height: 44px; padding: .6rem 1.2rem; border: 1.5px solid var(--brand); border-radius: 12px;
  background: var(--brand); color: var(--brand-ink); font: inherit; font-weight: 600; text-decoration: none; text-align: center; cursor: pointer; }
.button.plain { background: transparent; color: var(--brand); }
.button.full { display: block; width: 100%; margin-top: .8rem; }
.sum { margin: 1rem 0; border-top: 1px solid var(--line); }
.sum div { display: flex; justify-content: space-between; gap: 1rem; padding: .55rem 0; border-bottom: 1px solid var(--line); }
.sum dt { color: var(--soft); }
.sum dd { margin: 0; font-weight: 600; text-align: right; }
@media (min-width: 56rem) {
  .cols { display: grid; grid-template-columns: minmax(0, 1.25fr) minmax(0, 1fr); gap: 0 1rem; align-items: start; }
  .hero { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 2rem; align-items: center; padding: 1.6rem; }
  .hints { margin-top: 0; }
}
@media print { .top a, .button, footer { display: none; } }
`;

const HASH = createHash('sha256').update(STYLE).digest('base64');

/** `pictures`: origins of pictures beside our own; none. Nobody may frame a page on which points are spent. */
export const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${HASH}'`,
  "img-src 'self' data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
