import { escapeMarkup } from './plain-words.ts';
import type { Sandbox, SandboxCard, SandboxColumn } from './sandbox.ts';

/** A board page to look at and to move cards on: drag a card, or use its list. Reloads itself. */
export function boardPage(sandbox: Sandbox): string {
  const columns = sandbox.board();
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sandbox board</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${styles}</style>
<h1>Sandbox board</h1><p>Drag a card to another column, or choose one in its list. This page stands in for the tracker.</p>
<main>${columns.map((column) => columnHtml(column, columns)).join('')}</main><script>${script}</script></html>`;
}

function columnHtml(column: SandboxColumn, columns: readonly SandboxColumn[]): string {
  const cards = column.cards.map((card) => cardHtml(card, columns)).join('');
  return `<section data-state="${escapeMarkup(column.state)}"><h2>${escapeMarkup(column.label)} <span>${column.cards.length}</span></h2>${cards}</section>`;
}

function cardHtml(card: SandboxCard, columns: readonly SandboxColumn[]): string {
  const options = columns
    .map(
      (column) =>
        `<option value="${escapeMarkup(column.state)}"${column.state === card.state ? ' selected' : ''}>${escapeMarkup(column.label)}</option>`,
    )
    .join('');
  return `<article draggable="true" data-ref="${escapeMarkup(card.ref)}"><b>${escapeMarkup(card.title)}</b>
<p>${escapeMarkup(card.key)} · priority ${escapeMarkup(card.priority ?? 'none')}</p>
<label>Move to <select>${options}</select></label></article>`;
}

const styles = `
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 1.5rem; } h1 { font-size: 1.3rem; margin: 0; } main { display: flex; gap: 1rem; overflow-x: auto; padding-bottom: 1rem; }
section { background: color-mix(in srgb, CanvasText 7%, Canvas); border-radius: 8px; padding: .75rem; min-width: 15rem; flex: 1; }
h2 { font-size: .95rem; margin: 0 0 .5rem; } h2 span { opacity: .6; font-weight: normal; }
article { background: Canvas; border: 1px solid color-mix(in srgb, CanvasText 18%, Canvas); border-radius: 6px; padding: .6rem; margin-bottom: .5rem; cursor: grab; overflow-wrap: anywhere; }
article p { margin: .25rem 0; opacity: .75; font-size: .85rem; } label { font-size: .85rem; }`;

const script = `
const move = (ref, state) => fetch('/__sandbox/move', { method: 'POST', body: JSON.stringify({ ref, state }) }).then(() => location.reload());
document.querySelectorAll('article').forEach((card) => {
  card.addEventListener('dragstart', (event) => event.dataTransfer.setData('text/plain', card.dataset.ref));
  card.querySelector('select').addEventListener('change', (event) => move(card.dataset.ref, event.target.value));
});
document.querySelectorAll('section').forEach((column) => {
  column.addEventListener('dragover', (event) => event.preventDefault());
  column.addEventListener('drop', (event) => move(event.dataTransfer.getData('text/plain'), column.dataset.state));
});
setInterval(() => document.activeElement.tagName === 'SELECT' || location.reload(), 4000);`;
