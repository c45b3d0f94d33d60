import '@mantine/charts/styles.css';
import { AreaChart } from '@mantine/charts';
import type { Overview } from '../../../../src/contracts/api/overview.ts';
import { day } from '../../kit/time.ts';
import { words } from '../../words/words.ts';

const colors: Readonly<Record<string, string>> = { critical: '#c92a2a', high: '#e8590c', medium: '#f08c00', low: '#1c7ed6', informational: '#868e96' };

export function TrendChart({ trend }: { readonly trend: Overview['trend'] }) {
  const series = Object.entries(colors)
    .reverse()
    .map(([name, color]) => ({ name, color, label: words.severity[name] ?? name }));
  return (
    <figure style={{ margin: 0 }} aria-label={words.overview.trend}>
      <AreaChart h={230} data={trend.map((point) => ({ ...point, day: day(`${point.day}T12:00:00Z`) }))} dataKey="day" type="stacked" curveType="linear" series={series} withDots={false} strokeWidth={1.5} fillOpacity={0.35} tickLine="none" gridAxis="y" areaProps={{ isAnimationActive: false }} xAxisProps={{ minTickGap: 40 }} yAxisProps={{ allowDecimals: false, width: 44 }} />
    </figure>
  );
}
