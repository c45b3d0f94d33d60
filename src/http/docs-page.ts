/** What the page shows of an OpenAPI document. */
export interface Documented {
  readonly info: { readonly description?: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses?: Readonly<
    Record<string, { readonly description?: string; readonly content?: Content }>
  >;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: object;
}

type Content = Readonly<Record<string, { readonly schema?: object; readonly example?: unknown }>>;

/** The document as one page that opens like a book: no script, no foreign file, nothing that the policy for scripts forbids. */
export function docsPage(document: Documented): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? 'other'))];
  const chapters = tags.map((tag) => {
    const own = operations.filter(({ operation }) => (operation.tags?.[0] ?? 'other') === tag);
    return `<h2 id="${escape(tag)}">${escape(tag)}</h2>${own.map(operationPart).join('')}`;
  });
  const contents = tags.map((tag) => `<a href="#${escape(tag)}">${escape(tag)}</a>`).join(' · ');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Patchboard API</title><style>${style}</style></head><body><main>
<h1>Patchboard API</h1><p>${escape(document.info.description ?? '')}</p>
<p>For machines: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1).</p><nav aria-label="Contents">${contents}</nav>
${chapters.join('\n')}</main></body></html>`;
}

const style = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0}main{max-width:60rem;margin:0 auto;padding:1rem}
details{border:1px solid #8886;border-radius:6px;margin:.4rem 0;padding:.3rem .8rem}summary{cursor:pointer}summary code{font-weight:600}
pre{overflow:auto;background:#8881;padding:.6rem;border-radius:6px}table{border-collapse:collapse}td,th{text-align:left;padding:.1rem 1rem .1rem 0;vertical-align:top}`;

function operationPart({
  path,
  method,
  operation,
}: {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}): string {
  const parts = [
    operation.description === undefined ? '' : `<p>${escape(operation.description)}</p>`,
    parameterTable(operation.parameters ?? []),
    contentPart('Request', operation.requestBody?.content),
    ...Object.entries(operation.responses ?? {})
      .filter(([status]) => status !== 'default')
      .map(([status, response]) => contentPart(`Answer ${status}`, response.content)),
  ];
  return `<details><summary><code>${method} ${escape(path)}</code> ${escape(operation.summary ?? '')}</summary>${parts.join('')}</details>`;
}

function parameterTable(parameters: readonly Parameter[]): string {
  const rows = parameters.map(
    (one) =>
      `<tr><td><code>${escape(one.name)}</code></td><td>${one.in}${one.required === true ? ', needed' : ''}</td><td><code>${escape(JSON.stringify(one.schema ?? {}))}</code></td></tr>`,
  );
  return rows.length === 0
    ? ''
    : `<table><thead><tr><th>Name</th><th>In</th><th>Schema</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function contentPart(title: string, content: Content | undefined): string {
  const parts = Object.entries(content ?? {}).map(([type, { schema, example }]) => {
    const shown = example === undefined ? '' : `<p>For example</p><pre>${json(example)}</pre>`;
    return `<h4>${title} <code>${escape(type)}</code></h4>${shown}<pre>${json(schema ?? {})}</pre>`;
  });
  return parts.join('');
}

function json(value: unknown): string {
  return escape(JSON.stringify(value, null, 2));
}

function escape(text: string): string {
  return text.replace(/[&<>"]/gu, (sign) => `&#${sign.codePointAt(0)};`);
}
