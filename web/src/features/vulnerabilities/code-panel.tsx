import { Box, Group, ScrollArea, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { CopyIcon } from '../../kit/copy-field.tsx';
import { idle } from '../../kit/idle.ts';
import { words } from '../../words/words.ts';

const colors: Readonly<Record<string, string>> = {
  comment: 'light-dark(#57606a, #a5adba)',
  keyword: 'light-dark(#8250df, #d2a8ff)',
  string: 'light-dark(#0a6b3d, #8ce99a)',
  number: 'light-dark(#0550ae, #91cbff)',
  literal: 'light-dark(#0550ae, #91cbff)',
  title: 'light-dark(#953800, #ffc078)',
  built_in: 'light-dark(#953800, #ffc078)',
  type: 'light-dark(#953800, #ffc078)',
  attr: 'light-dark(#0550ae, #91cbff)',
  meta: 'light-dark(#57606a, #a5adba)',
};

/** Source as the scanner saw it, coloured, with its line numbers. It is text and stays text. */
export function CodePanel({ code: given, path, startLine }: { readonly code: string; readonly path: string; readonly startLine: number | null }) {
  const code = withoutIndent(given);
  const coloured = useQuery({
    queryKey: ['highlight', path, code],
    queryFn: async () => {
      await idle();
      return (await import('./highlight.ts')).highlight(code, path);
    },
    refetchInterval: false,
    staleTime: Infinity,
  });
  const stretches = coloured.data ?? [{ text: code, scope: null }];
  const lines = code.replace(/\n$/u, '').split('\n').length;
  return (
    <Box bg="light-dark(#f6f8fa, var(--mantine-color-dark-8))" style={{ borderRadius: 'var(--mantine-radius-md)', border: '1px solid var(--mantine-color-default-border)' }}>
      <Group justify="space-between" px="sm" py={4} wrap="nowrap">
        <Text size="xs" ff="monospace" truncate title={path}>
          {path}
          {startLine === null ? '' : `:${startLine}`}
        </Text>
        <CopyIcon value={code} label={`${words.copy}: ${words.detail.evidence}`} />
      </Group>
      <ScrollArea viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': words.detail.evidence }}>
        <Group align="flex-start" gap="md" wrap="nowrap" px="sm" pb="sm" ff="monospace" fz={13} lh={1.6}>
          {startLine === null ? null : (
            <Box component="pre" m={0} c="dimmed" ta="right" aria-hidden style={{ userSelect: 'none', font: 'inherit' }}>
              {Array.from({ length: lines }, (_line, index) => startLine + index).join('\n')}
            </Box>
          )}
          <Box component="pre" m={0} style={{ font: 'inherit' }}>
            <code style={{ font: 'inherit' }}>
              {stretches.map(({ text, scope }, index) => (
                <span key={index} style={scope === null ? undefined : { color: colors[scope.split('.')[0] ?? ''] }}>
                  {text}
                </span>
              ))}
            </code>
          </Box>
        </Group>
      </ScrollArea>
    </Box>
  );
}

/** What all lines are indented by says nothing here. */
function withoutIndent(code: string): string {
  const lines = code.replace(/\n$/u, '').replaceAll('\t', '    ').split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  return lines.map((line) => line.slice(Math.min(...indents, line.length))).join('\n');
}
