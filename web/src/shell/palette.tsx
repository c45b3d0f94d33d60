import '@mantine/spotlight/styles.css';
import { useMantineColorScheme } from '@mantine/core';
import type { SpotlightActionData, SpotlightActionGroupData } from '@mantine/spotlight';
import { Spotlight, spotlight } from '@mantine/spotlight';
import { IconBug, IconKeyboard, IconMoon, IconSearch, IconSun, IconSunMoon, IconUpload } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { words } from '../words/words.ts';
import { places } from './places.ts';

const { palette } = words;

/** Ctrl-K: go anywhere, find a vulnerability, do what is done often. */
export function Palette({ wanted, showKeys }: { readonly wanted: number; readonly showKeys: () => void }) {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const [query, setQuery] = useState('');
  useEffect(selectFirst, [query]);
  useEffect(() => spotlight.open(), [wanted]);
  const scheme = (id: 'light' | 'dark' | 'auto', icon: SpotlightActionData['leftSection']): SpotlightActionData => ({
    id: `theme-${id}`,
    label: palette.theme(words.theme[id]),
    leftSection: icon,
    onClick: () => setColorScheme(id),
  });
  const actions: (SpotlightActionGroupData | SpotlightActionData)[] = [
    ...found(query, (to, search) => void navigate({ to, search })),
    {
      group: palette.goTo,
      actions: places.map(({ to, label, icon: Icon }) => ({ id: to, label, leftSection: <Icon size={18} />, onClick: () => void navigate({ to }) })),
    },
    {
      group: palette.act,
      actions: [
        { id: 'upload', label: palette.upload, leftSection: <IconUpload size={18} />, onClick: () => void navigate({ to: '/scans', search: { upload: true } }) },
        scheme('light', <IconSun size={18} />),
        scheme('dark', <IconMoon size={18} />),
        scheme('auto', <IconSunMoon size={18} />),
        { id: 'keys', label: palette.keys, leftSection: <IconKeyboard size={18} />, onClick: showKeys },
      ],
    },
  ];
  return (
    <Spotlight
      actions={actions}
      query={query}
      onQueryChange={setQuery}
      nothingFound={palette.nothing}
      shortcut={null}
      highlightQuery
      scrollable
      maxHeight={420}
      searchProps={{ placeholder: palette.placeholder, 'aria-label': palette.placeholder, leftSection: <IconSearch size={18} /> }}
    />
  );
}

/** The component chooses its first action before ours, which follow from the query, are drawn. */
function selectFirst(): void {
  const [first, ...others] = document.querySelectorAll('[data-action]');
  first?.setAttribute('data-selected', 'true');
  for (const other of others) {
    other.removeAttribute('data-selected');
  }
}

function found(query: string, lead: (to: string, search: object) => void): SpotlightActionData[] {
  const text = query.trim();
  if (text === '') {
    return [];
  }
  const id = /^#?(\d{1,18})$/u.exec(text)?.[1];
  const keywords = [text];
  return [
    ...(id === undefined ? [] : [{ id: 'open-id', keywords, label: palette.openId(id), leftSection: <IconBug size={18} />, onClick: () => lead(`/vulnerabilities/${id}`, {}) }]),
    { id: 'search', keywords, label: palette.searchFor(text), leftSection: <IconSearch size={18} />, onClick: () => lead('/vulnerabilities', { q: text, status: ['all'] }) },
  ];
}
