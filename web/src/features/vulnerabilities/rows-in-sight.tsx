import { Table } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import type { ReactNode } from 'react';
import { useLayoutEffect, useRef, useState } from 'react';

interface Facts {
  readonly count: number;
  /** Of one row, as a first guess. */
  readonly height: number;
  /** In columns. */
  readonly width: number;
  readonly draw: (index: number) => ReactNode;
}

/** Of a long list only what is in sight, and a little more. */
export function RowsInSight({ count, height, width, draw }: Facts) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY), []);
  const virtual = useWindowVirtualizer({ count, estimateSize: () => height, overscan: 12, scrollMargin: top });
  const sight = virtual.getVirtualItems();
  return (
    <Table.Tbody ref={body}>
      <Space height={(sight[0]?.start ?? top) - top} width={width} />
      {sight.map(({ index }) => draw(index))}
      <Space height={virtual.getTotalSize() - ((sight.at(-1)?.end ?? top) - top)} width={width} />
    </Table.Tbody>
  );
}

function Space({ height, width }: Pick<Facts, 'height' | 'width'>) {
  return height <= 0 ? null : (
    <tr aria-hidden>
      <td colSpan={width} style={{ height, padding: 0 }} />
    </tr>
  );
}
