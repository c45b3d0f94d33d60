import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Severity } from '../core/vocabulary.ts';
import { isAtLeast, severities, workingStatuses } from '../core/vocabulary.ts';
import { addSource } from './add-source.ts';
import { call } from './client.ts';
import type { Command, CommandIo, Given } from './command.ts';
import { WrongUse } from './command.ts';
import { assetName } from './lists.ts';

interface Scan {
  readonly id: string;
  readonly assetId: string;
  readonly status: string;
  readonly progress: { readonly findings: number };
  readonly summary: Readonly<Record<string, number>> | null;
  readonly error: {
    readonly message: string;
    readonly where: string | null;
    readonly hint: string | null;
  } | null;
}

const pollMs = 500;
const query = [
  'format',
  'trigger',
  'tool',
  'branch',
  'category',
  'coverage',
  'commit',
  'started-at',
] as const;

export const upload: Command = {
  name: 'upload',
  summary: 'Upload a scanner’s report',
  usage: ['REPORT --asset ASSET [options]'],
  options: {
    asset: { type: 'string', short: 'a', describes: 'The asset: its key, or id:<id>.' },
    format: { type: 'string', describes: 'The report’s format (default: recognised).' },
    trigger: { type: 'string', describes: 'ci (default), scheduled or manual.' },
    tool: { type: 'string', describes: 'The tool’s name (default: as the report says).' },
    branch: {
      type: 'string',
      describes: 'The branch that was scanned (default: the asset’s default branch).',
    },
    category: { type: 'string', describes: 'What tells this scan from others of the tool.' },
    coverage: { type: 'string', describes: 'complete (default) or partial.' },
    commit: { type: 'string', describes: 'The commit that was scanned.' },
    'started-at': { type: 'string', describes: 'When the scan started (RFC 3339; default: now).' },
    'idempotency-key': { type: 'string', describes: 'The same key gives the same scan.' },
    source: {
      type: 'string',
      describes: 'The folder that was scanned: adds the flagged lines to a SARIF report.',
    },
    wait: { type: 'boolean', describes: 'Wait until the scan is processed.' },
    'fail-on': {
      type: 'string',
      describes: 'With --wait: exit 1 if the asset has an open vulnerability this severe or worse.',
    },
  },
  examples: [
    'patchboard upload results.sarif --asset web-shop',
    'patchboard upload results.sarif --asset web-shop --source .',
    'patchboard upload results.sarif.gz -a web-shop --branch main --wait --fail-on critical',
  ],
  run,
};

async function run(given: Given, io: CommandIo): Promise<number> {
  const [file] = given.positionals;
  const asset = given.text('asset');
  const failOn = severityOf(given.text('fail-on'));
  if (file === undefined || asset === undefined) {
    throw new WrongUse('Name the report and the asset: patchboard upload REPORT --asset ASSET');
  }
  if (failOn !== null && !given.is('wait')) {
    throw new WrongUse('--fail-on needs --wait: before the scan is processed there is nothing to judge.');
  }
  const started = await send(given, io, file, assetName(asset));
  const scan = given.is('wait') ? await wait(io, started.id) : started;
  tell(given, io, scan);
  if (scan.status === 'failed') {
    return 1;
  }
  return failOn === null ? 0 : judge(io, scan, failOn);
}

function severityOf(text: string | undefined): Severity | null {
  const severity = severities.find((one) => one === text);
  if (text !== undefined && severity === undefined) {
    throw new WrongUse(`--fail-on takes one of: ${severities.join(', ')}.`);
  }
  return severity ?? null;
}

async function send(given: Given, io: CommandIo, file: string, asset: string): Promise<Scan> {
  const search = new URLSearchParams();
  for (const option of query) {
    const value = given.text(option);
    if (value !== undefined) {
      search.set(option === 'started-at' ? 'startedAt' : option, value);
    }
  }
  const key = given.text('idempotency-key');
  const folder = given.text('source');
  const stream = folder === undefined ? await bytesOf(file, io) : await extended(file, folder, io);
  return call<Scan>(io, {
    method: 'POST',
    path: `/api/v1/assets/${encodeURIComponent(asset)}/scans?${search.toString()}`,
    stream,
    headers: {
      'content-type': 'application/octet-stream',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
  });
}

async function bytesOf(file: string, io: CommandIo): Promise<ReadableStream<Uint8Array>> {
  const { size } = await stat(file).catch(() => {
    throw new WrongUse(`There is no file ${file}.`);
  });
  let sent = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform: (part, controller) => {
      sent += part.length;
      io.progress(`Uploading ${Math.round((100 * sent) / Math.max(1, size))} %`);
      controller.enqueue(part);
    },
  });
  return (Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>).pipeThrough(counted);
}

async function extended(file: string, folder: string, io: CommandIo): Promise<ReadableStream<Uint8Array>> {
  await stat(file).catch(() => {
    throw new WrongUse(`There is no file ${file}.`);
  });
  const { bytes, added } = await addSource(file, folder);
  io.progress(`Added the source of ${added} results`);
  return new Blob([new Uint8Array(bytes)]).stream();
}

async function wait(io: CommandIo, id: string): Promise<Scan> {
  while (true) {
    const scan = await call<Scan>(io, { method: 'GET', path: `/api/v1/scans/${id}` });
    if (scan.status !== 'queued' && scan.status !== 'processing') {
      io.progress('');
      return scan;
    }
    io.progress(`${scan.status}: ${scan.progress.findings} findings`);
    await sleep(pollMs);
  }
}

function tell(given: Given, io: CommandIo, scan: Scan): void {
  if (given.is('json')) {
    io.out(JSON.stringify(scan));
    return;
  }
  if (scan.error !== null) {
    const { message, where, hint } = scan.error;
    io.error(
      [message, where === null ? null : `Where: ${where}.`, hint].filter((part) => part !== null).join(' '),
    );
    return;
  }
  const { summary } = scan;
  const names = ['created', 'unchanged', 'reappeared', 'fixed', 'held'];
  io.out(
    `Scan ${scan.id}: ${scan.status}${summary === null ? '' : `, ${names.map((name) => `${summary[name] ?? 0} ${name}`).join(', ')}`}`,
  );
}

async function judge(io: CommandIo, scan: Scan, failOn: Severity): Promise<number> {
  const search = new URLSearchParams({ assetId: scan.assetId, limit: '1', count: 'true' });
  for (const status of workingStatuses) {
    search.append('status', status);
  }
  for (const severity of severities.filter((one) => isAtLeast(one, failOn))) {
    search.append('severity', severity);
  }
  const list = await call<{ total: number }>(io, {
    method: 'GET',
    path: `/api/v1/vulnerabilities?${search.toString()}`,
  });
  if (list.total > 0) {
    io.error(`${list.total} open vulnerabilities are ${failOn} or worse.`);
  }
  return list.total > 0 ? 1 : 0;
}
