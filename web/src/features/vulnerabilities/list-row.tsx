import { Anchor, Checkbox, Table, Text } from '@mantine/core';
import { IconAlertTriangle, IconExternalLink } from '@tabler/icons-react';
import type { CSSProperties, MouseEvent, PointerEvent } from 'react';
import { memo } from 'react';
import type { ListedVulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { Severity, Status } from '../../kit/faces.tsx';
import { Mark, markStyle } from '../../kit/mark.tsx';
import { ago, exactly } from '../../kit/time.ts';
import { words } from '../../words/words.ts';
import type { Column, Look } from './columns.ts';
import { placeOf } from './place.ts';

export interface RowFacts {
  readonly index: number;
  readonly row: ListedVulnerability;
  readonly look: Look;
  readonly selected: boolean;
  readonly isCurrent: boolean;
  readonly toggle: (id: string, range: boolean) => void;
  readonly open: (id: string) => void;
  /** The pointer is on its title. */
  readonly foresee: (id: string) => void;
}

const { tr, td } = Table.classes;
const box = Checkbox.classes;

/**
 * One row of plain elements with Mantine's own classes: fifty of its components' rows keep the browser busy for a tenth of a
 * second, fifty of these for a hundredth. A row that stays as it is is not drawn again.
 */
export const ListRow = memo(function OneRow({ index, row, look, selected, isCurrent, toggle, open, foresee }: RowFacts) {
  const lead = (event: MouseEvent) => {
    // Anything else than a plain press is the browser's: a new tab, a new window, a download.
    if (event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)) {
      event.preventDefault();
      open(row.id);
    }
  };
  const near = (event: PointerEvent) => event.pointerType === 'mouse' && foresee(row.id);
  return (
    <tr className={tr} data-index={index} data-hover data-with-row-border data-current={isCurrent ? true : undefined} style={isCurrent ? (selected ? styles.both : styles.current) : selected ? styles.selected : undefined}>
      <td className={td}>
        <div className={box.inner} style={styles.box}>
          <input type="checkbox" className={`${box.input} mantine-focus-auto`} aria-label={words.list.selectRow(row.id)} checked={selected} onChange={nothing} onClick={(event) => toggle(row.id, event.shiftKey)} />
          <svg className={box.icon} viewBox="0 0 10 7" fill="none" aria-hidden>
            <path d="M4 4.586 1.7 2.3A1 1 0 1 0 .3 3.7l3 3a1 1 0 0 0 1.4 0l5-5A1 1 0 1 0 8.3.3z" fill="currentColor" />
          </svg>
        </div>
      </td>
      <td className={td} style={styles.quiet}>
        #{row.id}
      </td>
      <td className={td}>
        <Severity severity={row.severity} />
      </td>
      <td className={td} style={styles.title}>
        <a className={`${Text.classes.root} ${Anchor.classes.root} mantine-focus-auto`} data-underline="hover" data-line-clamp style={look.dense ? styles.denseLink : styles.link} href={`/vulnerabilities/${row.id}`} onClick={lead} onPointerEnter={near}>
          {row.title}
        </a>
        <div className={Text.classes.root} data-truncate="end" style={styles.place} title={placeOf(row.location)}>
          {row.assetName} · {placeOf(row.location)}
        </div>
      </td>
      {look.columns.map((column) => (
        <td key={column} className={td}>
          <Cell column={column} row={row} />
        </td>
      ))}
    </tr>
  );
});

function Cell({ column, row }: { readonly column: Column; readonly row: ListedVulnerability }) {
  switch (column) {
    case 'status':
      return <Status status={row.status} />;
    case 'card':
      return <Cards row={row} />;
    case 'due':
      return <Due at={row.dueAt} />;
    case 'lastSeen':
      return <Moment at={row.lastSeenAt} />;
    case 'created':
      return <Moment at={row.firstSeenAt} />;
    case 'tool':
      return row.tool;
  }
}

export function Due({ at }: { readonly at: string | null }) {
  if (at === null) {
    return null;
  }
  return Date.parse(at) < Date.now() ? (
    <span style={styles.together}>
      <Mark style={styles.overdue} icon={<IconAlertTriangle size={12} aria-hidden />}>
        {words.list.overdue}
      </Mark>
      <Moment at={at} />
    </span>
  ) : (
    <Moment at={at} />
  );
}

function Moment({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={exactly(at)} style={styles.moment}>
      {ago(at)}
    </time>
  );
}

function Cards({ row }: { readonly row: ListedVulnerability }) {
  return (
    <span style={styles.cards}>
      {row.links.map((link) =>
        link.url === null || link.state !== 'linked' ? (
          <Mark key={link.id}>{words.link[link.state]}</Mark>
        ) : (
          <a key={link.id} className={`${Anchor.classes.root} mantine-focus-auto`} data-underline="hover" href={link.url} target="_blank" rel="noreferrer" style={styles.moment}>
            {link.key} <IconExternalLink size={13} aria-label={words.list.opensTracker} />
          </a>
        ),
      )}
    </span>
  );
}

const selected = { background: 'var(--patchboard-selected)' };
const current = { outline: '2px solid var(--mantine-primary-color-filled)', outlineOffset: -2 };
const link = { '--text-fz': 'var(--mantine-font-size-sm)', '--text-lh': 'var(--mantine-line-height-sm)', fontWeight: 550, overflow: 'hidden', textOverflow: 'ellipsis', WebkitBoxOrient: 'vertical' } as CSSProperties;

/** Made once, not for each row. */
const styles = {
  selected,
  current,
  both: { ...selected, ...current },
  box: { '--checkbox-size': '1.25rem', '--checkbox-radius': 'var(--mantine-radius-sm)', '--checkbox-color': 'var(--mantine-primary-color-filled)', '--checkbox-icon-color': 'var(--mantine-color-white)' } as CSSProperties,
  quiet: { color: 'var(--mantine-color-dimmed)' },
  title: { maxWidth: 520 },
  link: { ...link, WebkitLineClamp: 2 },
  denseLink: { ...link, WebkitLineClamp: 1 },
  place: { '--text-fz': 'var(--mantine-font-size-xs)', '--text-lh': 'var(--mantine-line-height-xs)', color: 'var(--mantine-color-dimmed)' } as CSSProperties,
  moment: { whiteSpace: 'nowrap' },
  together: { display: 'inline-flex', gap: 4, alignItems: 'center' },
  cards: { display: 'flex', flexWrap: 'wrap', gap: 6 },
  overdue: { ...markStyle('#a51111'), textTransform: 'none' },
} satisfies Record<string, CSSProperties>;

/** A press is heard as a click, which knows of Shift. */
function nothing(): void {}
