import '@mantine/charts/styles.css';
import { AreaChart } from '@mantine/charts';
import { Anchor, ColorSwatch, Group, SegmentedControl, Stack } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Overview } from '../../../../src/contracts/api/overview.ts';
import { day } from '../../kit/time.ts';
import { words } from '../../words/words.ts';

const text = words.overview;

/** From the bottom of the pile to its top. */
const severityColors: Readonly<Record<string, string>> = { informational: '#868e96', low: '#1c7ed6', medium: '#f08c00', high: '#e8590c', critical: '#c92a2a' };
const statusColors: Readonly<Record<string, string>> = { awaiting_validation: '#0ca678', in_progress: '#7950f2', identified: '#e8590c' };

/** What was open at the end of each day, by severity or by status. Each name leads to its list. */
export function TrendChart({ trend, trendByStatus }: Pick<Overview, 'trend' | 'trendByStatus'>) {
  const [by, setBy] = useState<'severity' | 'status'>('severity');
  const colors = by === 'severity' ? severityColors : statusColors;
  const series = Object.entries(colors).map(([name, color]) => ({ name, color, label: words[by][name] ?? name }));
  const points: readonly { readonly day: string }[] = by === 'severity' ? trend : trendByStatus;
  return (
    <Stack gap="xs">
      <SegmentedControl
        size="xs"
        style={{ alignSelf: 'flex-start' }}
        aria-label={text.trendBy}
        value={by}
        onChange={(value) => setBy(value === 'status' ? 'status' : 'severity')}
        data={[
          { value: 'severity', label: text.bySeverity },
          { value: 'status', label: text.byStatus },
        ]}
      />
      <figure style={{ margin: 0 }} aria-label={`${text.trend}: ${by === 'severity' ? text.bySeverity : text.byStatus}`}>
        <AreaChart h={200} data={points.map((point) => ({ ...point, day: day(`${point.day}T12:00:00Z`) }))} dataKey="day" type="stacked" curveType="linear" series={series} withDots={false} strokeWidth={1.5} fillOpacity={0.35} tickLine="none" gridAxis="y" areaProps={{ isAnimationActive: false }} xAxisProps={{ minTickGap: 40 }} yAxisProps={{ allowDecimals: false, width: 44 }} />
      </figure>
      <Group gap="md" justify="center" component="ul" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
        {series.toReversed().map(({ name, color, label }) => (
          <li key={name}>
            <Group gap={6} wrap="nowrap">
              <ColorSwatch size={10} color={color} withShadow={false} aria-hidden />
              <Anchor size="xs" c="inherit" renderRoot={(props) => <Link to="/vulnerabilities" search={{ [by]: [name] }} {...props} />}>
                {label}
              </Anchor>
            </Group>
          </li>
        ))}
      </Group>
    </Stack>
  );
}
