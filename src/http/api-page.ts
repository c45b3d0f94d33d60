interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses?: Readonly<Record<string, unknown>>;
}

/** As far as the reference page looks into it. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** The reference page of the HTTP API: every call, what it is for, who may call it. The whole is the OpenAPI document. */
export function apiPage({ paths }: ApiDocument): string {
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const parts = [...new Set(calls.map(({ operation }) => partOf(operation)))].sort();
  const tables = parts.map((part) => {
    const rows = calls.filter(({ operation }) => partOf(operation) === part).map(row);
    return `## ${part}\n\n| call | what it does | query | answers | who |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}`;
  });
  return `# HTTP API

<!-- Made by a test (src/http/document.test.ts) from the OpenAPI document. Do not edit. -->

The whole, with bodies and examples, is at \`/api/docs\` of a running Patchboard, as OpenAPI 3.1 at \`/api/v1/openapi.json\`.
JSON with camelCase names; ids are strings; times are RFC 3339 in UTC. Lists answer \`items\` and \`nextCursor\`. Errors are
\`application/problem+json\`. \`Authorization: Bearer\` with an API token.

${tables.join('\n\n')}
`;
}

function partOf({ tags }: Operation): string {
  return tags?.[0] ?? 'other';
}

function row({ path, method, operation }: { path: string; method: string; operation: Operation }): string {
  const query = (operation.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => `\`${name}\``);
  const answers = Object.keys(operation.responses ?? {}).filter((status) => status !== 'default');
  const cells = [`\`${method} ${path}\``, operation.summary ?? '', query.join(', '), answers.join(', '), operation.description ?? ''];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}
