import { ActionIcon, Alert, Anchor, Checkbox, Code, Group, List, Paper, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { CardPreview } from '../../../../src/contracts/api/people.ts';
import type { CardLayout, CardSection } from '../../../../src/core/mapping/card-text.ts';
import { cardSections } from '../../../../src/core/mapping/card-text.ts';
import { api } from '../../api.ts';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';

const text = words.settings.card;

export interface CardWish {
  readonly titlePrefix: string;
  readonly cardLayout: CardLayout;
}

/** Title and body of every card: which parts, in which order, and how it reads. */
export function CardPanel({ value, onChange }: { readonly value: CardWish; readonly onChange: (value: CardWish) => void }) {
  const { titlePrefix, cardLayout } = value;
  const { sections, note } = cardLayout;
  const lay = (change: Partial<CardLayout>) => onChange({ ...value, cardLayout: { ...cardLayout, ...change } });
  const hidden = cardSections.filter((name) => !sections.includes(name));
  return (
    <Panel title={text.title} lead={text.lead}>
      <TextInput label={words.settings.prefix} description={words.settings.prefixHint} maxLength={40} maw={320} value={titlePrefix} onChange={(event) => onChange({ ...value, titlePrefix: event.currentTarget.value })} />
      <Stack gap={6} role="group" aria-label={text.sections}>
        <Text size="sm" fw={500}>
          {text.sections}
        </Text>
        {[...sections, ...hidden].map((name) => (
          <Section key={name} name={name} sections={sections} onChange={(next) => lay({ sections: next })} />
        ))}
      </Stack>
      <Textarea label={text.note} description={text.noteHint} autosize minRows={2} maxRows={8} maxLength={2_000} value={note} onChange={(event) => lay({ note: event.currentTarget.value })} />
      <Preview wish={value} />
    </Panel>
  );
}

function Section({ name, sections, onChange }: { readonly name: CardSection; readonly sections: readonly CardSection[]; readonly onChange: (sections: readonly CardSection[]) => void }) {
  const place = sections.indexOf(name);
  const label = text.names[name] ?? name;
  const swap = (other: number) => onChange(sections.map((one, index) => (index === place ? (sections[other] ?? one) : index === other ? name : one)));
  return (
    <Group gap="xs">
      <Checkbox label={label} checked={place >= 0} w={180} onChange={(event) => onChange(event.currentTarget.checked ? [...sections, name] : sections.filter((one) => one !== name))} />
      <ActionIcon variant="default" aria-label={text.up(label)} disabled={place < 1} onClick={() => swap(place - 1)}>
        <IconArrowUp size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon variant="default" aria-label={text.down(label)} disabled={place < 0 || place === sections.length - 1} onClick={() => swap(place + 1)}>
        <IconArrowDown size={16} aria-hidden />
      </ActionIcon>
    </Group>
  );
}

/** Of a real vulnerability; scanners' texts stay plain. */
function Preview({ wish }: { readonly wish: CardWish }) {
  const [settled] = useDebouncedValue(wish, 300);
  const preview = useQuery({ queryKey: ['card-preview', settled], queryFn: () => api<CardPreview>('POST', '/settings/card-preview', settled), placeholderData: keepPreviousData, refetchInterval: false });
  if (preview.error !== null) {
    return <Alert color="red">{preview.error.message}</Alert>;
  }
  return preview.data === undefined ? null : (
    <Paper withBorder p="md" component="article" aria-label={text.preview}>
      <Stack gap="xs">
        <Text size="xs" c="dimmed">
          {text.preview}
        </Text>
        <Title order={3} size="h5">
          {preview.data.title}
        </Title>
        {preview.data.body.map((block, index) => (
          <Block key={index} block={block} />
        ))}
      </Stack>
    </Paper>
  );
}

type BlockFacts = CardPreview['body'][number];

function Block({ block }: { readonly block: BlockFacts }) {
  if (block.kind === 'heading') {
    return (
      <Text size="sm" fw={700}>
        {block.text}
      </Text>
    );
  }
  if (block.kind === 'code') {
    return <Code block tabIndex={0}>{block.text}</Code>;
  }
  if (block.kind === 'list') {
    return (
      <List size="sm">
        {block.items.map((parts, index) => (
          <List.Item key={index}>
            <Parts parts={parts} />
          </List.Item>
        ))}
      </List>
    );
  }
  return (
    <Text size="sm" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-line' }}>
      <Parts parts={block.children} />
    </Text>
  );
}

function Parts({ parts }: { readonly parts: Extract<BlockFacts, { kind: 'paragraph' }>['children'] }) {
  return parts.map((part, index) => {
    if (part.kind === 'link') {
      return (
        <Anchor key={index} inherit href={part.url} rel="noreferrer" target="_blank" underline="always">
          {part.text}
        </Anchor>
      );
    }
    if (part.kind === 'strong') {
      return <b key={index}>{part.text}</b>;
    }
    return part.kind === 'code' ? <Code key={index}>{part.text}</Code> : <span key={index}>{part.text}</span>;
  });
}
