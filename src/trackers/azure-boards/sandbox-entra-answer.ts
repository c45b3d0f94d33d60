import { randomUUID } from 'node:crypto';
import { escapeHtml } from '../kit/rich-text.ts';
import { people } from './sandbox-organization.ts';

/** Entra's answers and pages: each error with its AADSTS number. */

function described(number: number, words: string, now: number): string {
  const at = new Date(now).toISOString().replace('T', ' ').replace(/\.\d+/u, '');
  return `AADSTS${number}: ${words} Trace ID: ${randomUUID()} Correlation ID: ${randomUUID()} Timestamp: ${at}`;
}

export function failed(status: number, error: string, number: number, words: string, now: number): Response {
  return json(status, {
    error,
    error_description: described(number, words, now),
    error_codes: [number],
    timestamp: new Date(now).toISOString().replace('T', ' ').replace(/\.\d+/u, ''),
    trace_id: randomUUID(),
    correlation_id: randomUUID(),
    error_uri: `https://login.microsoftonline.com/error?code=${number}`,
  });
}

export function refuseAt(back: URL, error: string, number: number, words: string): void {
  back.searchParams.set('error', error);
  back.searchParams.set('error_description', `AADSTS${number}: ${words}`);
  if (number === 65004) {
    back.searchParams.set('error_subcode', 'cancel');
  }
}

export function json(status: number, body: object): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store, no-cache',
      pragma: 'no-cache',
    },
  });
}

export function page(inner: string, status = 200): Response {
  const text = inner.startsWith('<') ? inner : `<p>${escapeHtml(inner)}</p>`;
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in to your account (sandbox)</title>
<style>:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:32rem;margin:4rem auto;padding:0 1rem}a{display:inline-block;padding:.5rem 1.25rem;margin-right:.75rem;border:1px solid;border-radius:6px;text-decoration:none}</style>
<h1>Sign in (sandbox)</h1>${text}</html>`;
  return new Response(html, { status, headers: { 'content-type': 'text/html; charset=utf-8' } });
}

export function choice(url: URL): string {
  const link = (decision: string, words: string) => {
    const to = new URL(url);
    to.searchParams.set('decision', decision);
    return `<a href="${escapeHtml(to.pathname + to.search)}">${words}</a>`;
  };
  return `<p>${escapeHtml(people.integration.uniqueName)}: the app Patchboard asks to read and write work items for you.</p><p>${link('accept', 'Accept')}${link('cancel', 'Cancel')}</p>`;
}
