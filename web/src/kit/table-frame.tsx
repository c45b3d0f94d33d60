import { Paper, Table } from '@mantine/core';
import type { ReactNode } from 'react';

/** A table on its own surface, which scrolls sideways by itself where it is too wide. */
export function TableFrame({ label, minWidth, dense, children }: { readonly label: string; readonly minWidth: number; readonly dense?: boolean; readonly children: ReactNode }) {
  return (
    <Paper withBorder bg="var(--patchboard-surface)" style={{ overflow: 'hidden' }}>
      <Table.ScrollContainer minWidth={minWidth} type="native" scrollAreaProps={{ tabIndex: 0 }}>
        <Table highlightOnHover verticalSpacing={dense === true ? 4 : 'sm'} horizontalSpacing="md" aria-label={label}>
          {children}
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
