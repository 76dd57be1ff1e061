# DEV-ONLY: never ship to production.
"""The style sheet of the pages.

Each text colour has a contrast of at least 4.5:1 to the background on which it stands, and the
border of each control one of at least 3:1 (WCAG 2.2, 1.4.3 and 1.4.11).
"""

from typing import Final

STYLESHEET: Final = """
:root {
  color-scheme: light dark;
  --ground: #edf0f4; --card: #ffffff; --hover: #eef3fb; --line: #d9dde3; --edge: #747a83;
  --ink: #1c1f24; --soft: #4f5661; --accent: #0f55b8; --on-accent: #ffffff;
  --bad: #a3161b; --bad-ground: #fdecea;
  --code: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #16181c; --card: #1f2227; --hover: #292e36; --line: #383d46; --edge: #8a919c;
    --ink: #e8eaed; --soft: #b3bac4; --accent: #a5c8ff; --on-accent: #0a2a5c;
    --bad: #ffb4ab; --bad-ground: #40201f;
  }
}
* { box-sizing: border-box; margin: 0; padding: 0; }
html { font: 100%/1.5 system-ui, sans-serif; -webkit-text-size-adjust: 100%;
  text-size-adjust: 100%; }
body { min-height: 100vh; display: flex; flex-direction: column; background: var(--ground);
  color: var(--ink); overflow-wrap: anywhere; }
.banner { padding: .75rem 1.5rem; background: #ffc53d; color: #1c1400; text-align: center;
  line-height: 1.35; border-top: .5rem solid #1c1400;
  border-image: repeating-linear-gradient(135deg, #1c1400 0 .75rem, #ffc53d .75rem 1.5rem) 8; }
.banner strong { letter-spacing: .04em; }
.card { width: 100%; max-width: 60rem; margin: 0 auto; padding: 1.75rem 1.25rem 2rem; flex: 1;
  background: var(--card); }
h1 { font-size: 1.75rem; font-weight: 500; line-height: 1.2; letter-spacing: -.01em;
  text-wrap: balance; }
h2 { font-size: .875rem; font-weight: 600; }
.about p { margin-top: .75rem; text-wrap: pretty; }
.about h2, .actions, .details { margin-top: 1.5rem; }
.soft, .scopes code { color: var(--soft); font-size: .875rem; }
code, .code { font-family: var(--code); font-size: .875em; }
bdi { font-weight: 600; }
.problem { background: var(--bad-ground); color: var(--bad); padding: .75rem 1rem;
  border-radius: .5rem; border-left: .25rem solid; }
.actions .problem { margin-bottom: 1rem; }
.actions > .soft { margin-bottom: .75rem; }
.scopes { list-style: none; font-size: .9375rem; }
.scopes li { margin-top: .25rem; }
.code { display: block; margin-top: .5rem; padding: .75rem; border: .0625rem solid var(--line);
  border-radius: .5rem; font-size: 1.625rem; font-weight: 600; letter-spacing: .08em;
  text-align: center; }

.users { list-style: none; border-block: .0625rem solid var(--line); }
.users.many { max-height: 22rem; overflow-y: auto; }
.users li + li { border-top: .0625rem solid var(--line); }
.user, summary { display: flex; align-items: center; gap: .875rem; width: 100%; min-height: 3.75rem;
  padding: .5rem .75rem; font: inherit; text-align: start; color: var(--ink); background: none;
  border: 0; cursor: pointer; }
.user:hover, summary:hover { background: var(--hover); }
.user > span:last-child { min-width: 0; }
.name, .detail, .expected { display: block; line-height: 1.35; }
.detail bdi { font-weight: 400; }
.name { font-weight: 500; }
.detail { font-size: .875rem; color: var(--soft); }
.expected { font-size: .875rem; color: var(--accent); }
.avatar { flex: none; width: 2.25rem; height: 2.25rem; border-radius: 50%; display: grid;
  place-items: center; font-weight: 600; color: #ffffff; background: #5b4db2; }
.tone-1 { background: #0b6e6e; }
.tone-2 { background: #a8410f; }
.tone-3 { background: #2661ad; }
.tone-4 { background: #9c2a6b; }
.tone-5 { background: #3d6b21; }
.other { color: var(--soft); background: none; border: .125rem dashed var(--edge); }
summary { list-style: none; font-weight: 500; }
summary::-webkit-details-marker { display: none; }
details { border-bottom: .0625rem solid var(--line); }
details form { padding: .25rem .75rem 1.25rem; }
label { display: block; font-size: .875rem; font-weight: 600; }
input, select { width: 100%; min-height: 3rem; margin-top: .375rem; padding: .5rem .75rem;
  font: inherit; color: var(--ink); background: var(--card); border: .0625rem solid var(--edge);
  border-radius: .375rem; }
input[aria-invalid] { border-color: var(--bad); }
.user-code { font-family: var(--code); font-size: 1.375rem; letter-spacing: .08em;
  text-transform: uppercase; }
.row { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: .75rem; margin-top: 1rem; }
.button { min-height: 2.75rem; padding: .5rem 1.5rem; font: inherit; font-weight: 600;
  border-radius: 1.375rem; cursor: pointer; background: none; color: var(--accent);
  border: .0625rem solid var(--edge); }
.button:hover { background: var(--hover); }
.primary { background: var(--accent); color: var(--on-accent); border-color: var(--accent); }
.primary:hover { background: var(--accent); text-decoration: underline; }
:focus-visible { outline: .1875rem solid var(--accent); outline-offset: .125rem; }
.user:focus-visible, summary:focus-visible { outline-offset: -.1875rem; }

@media (min-width: 48rem) {
  body { padding-bottom: 3rem; }
  .card { flex: none; max-width: 40rem; margin-top: 3rem; padding: 2.5rem 2.25rem;
    border-radius: 1.25rem; }
  .card:has(.actions) { display: grid; max-width: 60rem; gap: 0 3rem;
    grid-template: auto 1fr / minmax(0, 1fr) minmax(0, 1.1fr); }
  h1 { font-size: 2.125rem; }
  .actions { grid-area: 1 / 2 / 3 / 3; margin-top: 0; }
  .users { border-top: 0; }
}
"""
