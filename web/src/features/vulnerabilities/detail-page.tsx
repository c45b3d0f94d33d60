import { Anchor, Breadcrumbs, Code, Grid, Group, List, Stack, Text, Title } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Vulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { Failed, Loading, Severity, Status, When } from '../../kit/faces.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';
import { CardPanel } from './card-panel.tsx';
import { DecisionPanel } from './decision-panel.tsx';
import { placeOf } from './place.ts';
import { useVulnerability } from './queries.ts';
import { TimelinePanel } from './timeline-panel.tsx';

export function DetailPage() {
  const { id } = useParams({ from: '/inside/vulnerabilities/$id' });
  const query = useVulnerability(id);
  if (query.isPending) {
    return <Loading />;
  }
  if (query.error !== null) {
    return <Failed error={query.error} retry={() => void query.refetch()} />;
  }
  return <Detail vulnerability={query.data} />;
}

function Detail({ vulnerability }: { readonly vulnerability: Vulnerability }) {
  return (
    <Stack>
      <Breadcrumbs>
        <Anchor renderRoot={(props) => <Link to="/vulnerabilities" {...props} />}>{words.nav.vulnerabilities}</Anchor>
        <Text>{vulnerability.id}</Text>
      </Breadcrumbs>
      <Title order={1} size="h2" style={{ overflowWrap: 'anywhere' }}>
        {vulnerability.title}
      </Title>
      <Group gap="sm">
        <Severity severity={vulnerability.severity} />
        <Status status={vulnerability.status} />
        <Text size="sm">
          since <When time={vulnerability.statusChangedAt} />
        </Text>
      </Group>
      <Grid>
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Stack>
            <Facts vulnerability={vulnerability} />
            <TimelinePanel id={vulnerability.id} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack>
            <CardPanel links={vulnerability.links} />
            <DecisionPanel vulnerability={vulnerability} />
            <Detections vulnerability={vulnerability} />
          </Stack>
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

/** Scanner's texts are shown as text: never as HTML, never as Markdown. */
function Facts({ vulnerability }: { readonly vulnerability: Vulnerability }) {
  const { description, snippet, impact, remediation, references, location, assetName, tool, ruleId, cve, cwe } = vulnerability;
  const ids = [...cve, ...cwe.map((number) => `CWE-${number}`)].join(', ');
  return (
    <Panel title={words.detail.description}>
      <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {assetName} · {placeOf(location)} · {[tool, ruleId].filter((word) => word !== null).join(' ')}
        {ids === '' ? '' : ` · ${ids}`}
      </Text>
      <Prose text={description} />
      {snippet === null ? null : (
        <Section title={words.detail.evidence}>
          <Code block>{snippet}</Code>
        </Section>
      )}
      {impact === null ? null : (
        <Section title={words.detail.impact}>
          <Prose text={impact} />
        </Section>
      )}
      {remediation === null ? null : (
        <Section title={words.detail.remediation}>
          <Prose text={remediation} />
        </Section>
      )}
      {references.length === 0 ? null : (
        <Section title={words.detail.references}>
          <List size="sm">
            {references.map((reference) => (
              <List.Item key={reference} style={{ overflowWrap: 'anywhere' }}>
                {/^https?:\/\//iu.test(reference) ? (
                  <Anchor href={reference} target="_blank" rel="noreferrer noopener">
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

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Stack gap={4}>
      <Title order={3} size="h5">
        {title}
      </Title>
      {children}
    </Stack>
  );
}

function Prose({ text }: { readonly text: string }) {
  return <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{text}</Text>;
}

function Detections({ vulnerability }: { readonly vulnerability: Vulnerability }) {
  return (
    <Panel title={words.detail.detection}>
      {vulnerability.detections.map(({ scope, state, lastSeenAt }) => (
        <Stack key={scope.id} gap={0}>
          <Text fw={500}>{words.detection[state]}</Text>
          <Text size="sm" c="dimmed">
            {[scope.tool, scope.branch, scope.category].filter((word) => word !== null).join(' · ')}, last seen <When time={lastSeenAt} />
          </Text>
        </Stack>
      ))}
    </Panel>
  );
}
