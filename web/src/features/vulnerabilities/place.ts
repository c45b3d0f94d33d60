import { words } from '../../words/words.ts';

/** Where a vulnerability is, in one line. */
export function placeOf(location: Readonly<Record<string, unknown>>): string {
  const text = (name: string) => (location[name] === undefined ? '' : String(location[name]));
  if (location['path'] !== undefined && location['package'] === undefined) {
    return location['startLine'] === undefined ? text('path') : `${text('path')}:${text('startLine')}`;
  }
  if (location['url'] !== undefined) {
    return `${text('method')} ${text('url')}`.trim();
  }
  if (location['package'] !== undefined) {
    return `${text('package')} ${text('version')}`.trim();
  }
  return location['host'] === undefined ? words.list.noPlace : text('host');
}
