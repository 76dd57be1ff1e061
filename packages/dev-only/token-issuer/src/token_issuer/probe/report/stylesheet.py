# DEV-ONLY: never ship to production.
"""The style sheet of the HTML page.

Text colours are named `--ink…`, background colours `--ground…`. Each ink has a contrast of at least
4.5:1 to each ground (WCAG 2.2, 1.4.3), so that any pair may be used. Printed pages are light.
"""

from typing import Final

STYLESHEET: Final = """
:root {
  color-scheme: light dark;
  --ground: #f7f6f2; --ground-card: #ffffff; --line: #dedbd3;
  --ink: #1d2025; --ink-soft: #555b65; --ink-link: #1f5687;
  --ink-critical: #98132a; --ground-critical: #fae8e9;
  --ink-high: #973a04; --ground-high: #fcecdf;
  --ink-medium: #715204; --ground-medium: #f9f0d4;
  --ink-low: #23588a; --ground-low: #e6eff7;
  --ink-clean: #1b6637; --ground-clean: #e4f2e7;
  --ink-stopped: #434954; --ground-stopped: #eaecef;
  --text: system-ui, sans-serif;
  --title: Charter, "Bitstream Charter", "Sitka Text", Cambria, "Noto Serif", serif;
  --code: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #15171a; --ground-card: #1c1f23; --line: #363b43;
    --ink: #e7e5df; --ink-soft: #a9afb9; --ink-link: #93c5f0;
    --ink-critical: #ff98a4; --ground-critical: #3a1b21;
    --ink-high: #ffab73; --ground-high: #372312;
    --ink-medium: #e6c362; --ground-medium: #312911;
    --ink-low: #93c5f0; --ground-low: #17293a;
    --ink-clean: #84d5a0; --ground-clean: #16301f;
    --ink-stopped: #c5cad3; --ground-stopped: #292d33;
  }
}
.critical { --tone: var(--ink-critical); --tint: var(--ground-critical); }
.high { --tone: var(--ink-high); --tint: var(--ground-high); }
.medium { --tone: var(--ink-medium); --tint: var(--ground-medium); }
.low { --tone: var(--ink-low); --tint: var(--ground-low); }
.clean { --tone: var(--ink-clean); --tint: var(--ground-clean); }
.stopped { --tone: var(--ink-stopped); --tint: var(--ground-stopped); }

* { box-sizing: border-box; margin: 0; padding: 0; }
html { font: 100%/1.55 var(--text); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { background: var(--ground); color: var(--ink); overflow-wrap: anywhere; }
.banner > *, main > *, footer > * { max-width: 60rem; margin-inline: auto; }
.banner, main, footer { padding-inline: 1.5rem; }
h1, h2, h3 { font-family: var(--title); font-weight: 600; line-height: 1.2; text-wrap: balance; }
h2 { font-size: 1.5rem; margin: 3rem 0 1rem; }
h3 { font-size: 1.1875rem; line-height: 1.3; }
p, dd, li { text-wrap: pretty; }
ul { list-style: none; }
a { color: var(--ink-link); text-underline-offset: .2em; text-decoration-thickness: .06em; }
a:focus-visible, .scroll:focus-visible { outline: .15rem solid var(--ink-link);
  outline-offset: .15rem; }
code { font: .84375em/1.5 var(--code); color: var(--ink-soft); }
.lines { white-space: pre-line; }

.banner { padding-block: 2.75rem 2.25rem; background: var(--tint);
  border-bottom: .1875rem solid var(--tone); }
.kicker { font-size: .8125rem; letter-spacing: .06em; color: var(--ink-soft); }
h1 { font-size: clamp(1.875rem, 1.2rem + 2.6vw, 2.75rem); letter-spacing: -.012em;
  margin: .375rem auto .5rem; color: var(--tone); }
h1 ~ p + p { margin-top: .5rem; }
.reason::first-letter { text-transform: uppercase; }
.tally { display: flex; flex-wrap: wrap; gap: .25rem 1.75rem; margin-top: 1.25rem; }
.tally li { color: var(--ink-soft); }
.tally b { font: 600 1.375rem/1.2 var(--title); font-variant-numeric: lining-nums; }
.tally .found, .tally .found b { color: var(--tone); }

.contents { margin-top: 1rem; padding-left: 1.5rem; }

.facts { display: flex; flex-wrap: wrap; gap: .75rem 3rem; margin-top: 1.75rem;
  font-size: .9375rem; }
dt { font-size: .8125rem; color: var(--ink-soft); }
.facts code { color: var(--ink); }

.finding { background: var(--ground-card); border: .0625rem solid var(--line);
  border-left: .25rem solid var(--tone); border-radius: .25rem; margin-top: 1.25rem;
  padding: 1.25rem 1.5rem 1.375rem; }
.finding header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .375rem .875rem; }
.finding h3 { flex: 1 1 20rem; }
.badge { padding: .0625rem .5rem; border-radius: .1875rem; background: var(--tint);
  color: var(--tone); font-size: .8125rem; font-weight: 600; letter-spacing: .02em; }
.finding dl { margin-top: .875rem; }
.finding dl div { display: grid; grid-template-columns: 8rem 1fr; gap: 0 1rem;
  padding-block: .3125rem; }
.finding dt { font-size: .875rem; line-height: 1.771; }
.finding dd { max-width: 42rem; }
.finding dl .remedy { background: var(--tint); border-radius: .25rem; margin: 0 -.75rem .375rem;
  padding: .5rem .75rem; }
.remedy dt { color: var(--tone); font-weight: 600; }
.finding dl .again { margin-top: .625rem; padding-top: .9375rem;
  border-top: .0625rem solid var(--line); }
.cases li + li { margin-top: .25rem; }
.cases .badge { margin-left: .375rem; }
.seen { display: block; font-size: .875rem; line-height: 1.45; color: var(--ink-soft); }
details { font-size: .875rem; }
summary { cursor: pointer; color: var(--ink-soft); }
.command { display: block; white-space: pre-wrap; margin-top: .25rem; padding: .5rem .75rem;
  background: var(--ground); border-radius: .25rem; }
.filter { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 0 0 1rem; padding: 0;
  border: 0; font-size: .875rem; color: var(--ink-soft); }
.filter legend { float: left; padding: 0; }
body:has(#least-medium:checked) .of-low,
body:has(#least-high:checked) :is(.of-low, .of-medium),
body:has(#least-critical:checked) :is(.of-low, .of-medium, .of-high) { display: none; }
.legend { margin-top: 1.5rem; font-size: .875rem; color: var(--ink-soft); }
.legend b { color: var(--ink); font-weight: 600; }

.scroll { overflow-x: auto; margin-top: 1.75rem; }
table { width: 100%; min-width: 44rem; table-layout: fixed; border-collapse: collapse;
  font-size: .9375rem; line-height: 1.4; }
caption { text-align: left; padding-bottom: .5rem; }
caption h3 { display: inline; margin-right: .75rem; }
caption span { color: var(--ink-soft); }
th, td { text-align: left; vertical-align: top; padding: .4375rem 1rem .4375rem 0;
  border-bottom: .0625rem solid var(--line); font-weight: 400; }
thead th { font-size: .8125rem; color: var(--ink-soft); border-bottom-color: var(--ink-soft); }
th:first-child { width: 40%; } .outcome { width: 6.5rem; }
.number { width: 3.75rem; text-align: right; font-variant-numeric: tabular-nums; }
.number:last-child { width: 5.25rem; padding-right: 0; }
tbody th > code { display: block; }
td.passed { color: var(--ink-clean); }
td.failed, td.failed a { color: var(--ink-critical); font-weight: 600; }
td.open { color: var(--ink-medium); }
td.skipped { color: var(--ink-soft); }
.sign { display: inline-block; width: 1.25em; }

footer { margin-top: 3.5rem; padding-block: 1.25rem 3rem; font-size: .875rem;
  color: var(--ink-soft); }

@media screen and (max-width: 47rem) {
  .finding dl div { grid-template-columns: 1fr; }
  table { min-width: 0; font-size: .875rem; }
  table, caption, tbody, tbody tr, tbody th, tbody td { display: block; }
  thead { position: absolute; width: .0625rem; height: .0625rem; overflow: hidden;
    clip-path: inset(50%); }
  tbody tr { padding-block: .5rem; border-bottom: .0625rem solid var(--line); }
  tbody th, tbody td, th:first-child, .outcome, .number, .number:last-child { width: auto;
    text-align: left; padding: .0625rem 0; border-bottom: none; }
  tbody td::before { content: attr(data-name) ": "; color: var(--ink-soft); font-weight: 400; }
  .blank { display: none; }
}
@media print {
  @page { margin: 16mm 14mm 18mm; }
  html { font-size: 9.5pt; }
  body { background: none; }
  main, footer { padding-inline: 0; }
  .banner > *, main > *, footer > * { max-width: none; }
  .banner, .badge, .remedy { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .banner { padding-block: 1.5rem; border-radius: .25rem; }
  .scroll { overflow: visible; }
  details:not([open]), .filter { display: none; }
  table { min-width: 0; }
  thead { display: table-header-group; }
  tr, li, .finding header, .finding dl div:not(.cases-row), .facts, .legend { break-inside: avoid; }
  .short { break-inside: avoid; }
  h2, h3, caption, .finding header, .remedy, .cases-row, .why { break-after: avoid; }
  a { color: inherit; text-decoration: none; }
}
"""
