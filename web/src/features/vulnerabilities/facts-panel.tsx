import { Anchor, List, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Vulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { When } from '../../kit/faces.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';
import { CodePanel } from './code-panel.tsx';
import { placeOf } from './place.ts';
import { useOccurrences } from './queries.ts';

const text = words.detail;

/** Scanner's texts are shown as text: never as HTML, never as Markdown. */
export function FactsPanel({ vulnerability }: { readonly vulnerability: Vulnerability }) {
  const { description, snippet, impact, remediation, references, location } = vulnerability;
  const line = location['startLine'];
  const sections = [
    { title: text.impact, body: impact },
    { title: text.remediation, body: remediation },
  ];
  return (
    <Panel title={text.description}>
      <Prose text={description === '' ? vulnerability.title : description} />
      {snippet === null ? null : (
        <Section title={text.evidence}>
          <CodePanel code={snippet} path={placeOf({ ...location, startLine: undefined })} startLine={typeof line === 'number' ? line : null} />
        </Section>
      )}
      {sections.map(({ title, body }) =>
        body === null || body === '' ? null : (
          <Section key={title} title={title}>
            <Prose text={body} />
          </Section>
        ),
      )}
      <Occurrences id={vulnerability.id} />
      {references.length === 0 ? null : (
        <Section title={text.references}>
          <List size="sm">
            {references.map((reference) => (
              <List.Item key={reference} style={{ overflowWrap: 'anywhere' }}>
                {/^https?:\/\//iu.test(reference) ? (
                  <Anchor href={reference} target="_blank" rel="noreferrer noopener" size="sm">
                    {reference}
                  </Anchor>
                ) : (
                  reference
                )}
              </List.Item>
            ))}
          </List>
        </Section>
      )}
    </Panel>
  );
}

function Occurrences({ id }: { readonly id: string }) {
  const occurrences = useOccurrences(id);
  const items = occurrences.data?.items ?? [];
  if (items.length === 0) {
    return null;
  }
  return (
    <Section title={`${text.occurrences} (${items.length})`}>
      <List size="sm">
        {items.map((one, index) => (
          <List.Item key={index} style={{ overflowWrap: 'anywhere' }}>
            {placeOf(one.location)}{' '}
            <Text span size="xs" c="dimmed">
              {[one.tool, one.branch].filter((word) => word !== null).join(' · ')}, <When time={one.seenAt} />
            </Text>
          </List.Item>
        ))}
      </List>
    </Section>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Stack gap={6}>
      <Title order={3} size="h5">
        {title}
      </Title>
      {children}
    </Stack>
  );
}

function Prose({ text: body }: { readonly text: string }) {
  return (
    <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
      {body}
    </Text>
  );
}
