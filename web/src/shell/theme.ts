import type { CSSVariablesResolver } from '@mantine/core';
import { createTheme } from '@mantine/core';
import { words } from '../words/words.ts';

export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 8, dark: 7 },
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  headings: { fontWeight: '650' },
  components: {
    // A word is never cut inside its badge; and a title is read on every colour of alert.
    Badge: { styles: { root: { minWidth: 'max-content' }, label: { overflow: 'visible' } } },
    // On a phone they take two lines.
    Breadcrumbs: { styles: { root: { rowGap: 2 }, breadcrumb: { lineHeight: 1.4 } } },
    // Their header is none of the page's.
    Modal: { defaultProps: { attributes: { header: { role: 'presentation' } } } },
    Drawer: { defaultProps: { attributes: { header: { role: 'presentation' } } } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': words.close } } },
    Alert: { styles: { title: { color: 'var(--mantine-color-text)' }, message: { color: 'var(--mantine-color-text)' } } },
  },
});

/** Quiet texts and links with at least the contrast that WCAG 2.2 AA asks for. */
export const variables: CSSVariablesResolver = ({ colors }) => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f7f8fa',
    '--mantine-color-dimmed': colors.gray?.[7] ?? '',
    '--mantine-color-anchor': colors.indigo?.[8] ?? '',
    '--mantine-color-placeholder': colors.gray?.[7] ?? '',
    '--mantine-color-error': '#a51111',
    '--patchboard-surface': '#ffffff',
    '--patchboard-amber': '#fff3d6',
    '--patchboard-selected': '#eef2ff',
  },
  dark: {
    '--mantine-color-dimmed': colors.dark?.[1] ?? '',
    '--mantine-color-anchor': colors.indigo?.[2] ?? '',
    '--mantine-color-placeholder': colors.dark?.[1] ?? '',
    '--mantine-color-error': '#ff9b9b',
    '--patchboard-surface': colors.dark?.[6] ?? '',
    '--patchboard-amber': '#3d3012',
    '--patchboard-selected': '#262d4a',
  },
});
