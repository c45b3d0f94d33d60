import { useLocalStorage } from '@mantine/hooks';
import { words } from '../../words/words.ts';

/** Columns beside ID, severity and title, which always stand. */
export const choosable = ['status', 'card', 'due', 'lastSeen', 'created', 'tool'] as const;
export type Column = (typeof choosable)[number];

export interface Look {
  readonly columns: readonly Column[];
  readonly dense: boolean;
}

/** Kept in this browser. */
export function useLook() {
  return useLocalStorage<Look>({ key: 'patchboard-list', defaultValue: { columns: ['status', 'card', 'due', 'lastSeen'], dense: false }, getInitialValueInEffect: false });
}

export function columnLabel(column: string): string {
  return words.list.columns[column] ?? column;
}
