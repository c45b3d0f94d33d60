import { Autocomplete, MultiSelect, Radio, Select, Stack, Text } from '@mantine/core';
import { Failed } from '../../../kit/faces.tsx';
import { words } from '../../../words/words.ts';
import { useAssets } from '../../assets/queries.ts';
import { useConfigurations, useTargetOptions } from '../queries.ts';
import type { StepFacts } from '../wizard-page.tsx';
import { StepButtons } from './step-buttons.tsx';

const text = words.wizard.target;

/** Default or for named assets; then the pickers, each loaded live from the tracker once those above are chosen. */
export function TargetStep(facts: StepFacts) {
  const { connection, tracker, draft, body, keep, next, back } = facts;
  const assets = useAssets();
  const configurations = useConfigurations(connection.id);
  const others = (configurations.data?.items ?? []).filter(({ id }) => id !== draft.configurationId);
  const hasDefault = others.some(({ scope }) => scope === 'default');
  const taken = new Set(others.flatMap(({ assetIds }) => assetIds));
  const scope = body.scope ?? (hasDefault ? 'custom' : 'default');
  const chosen = body.target ?? {};
  const complete = tracker.targetSteps.every(({ id, optional }) => optional === true || chosen[id] !== undefined);
  const choose = (index: number, value: string | null) => {
    const before = tracker.targetSteps.slice(0, index).flatMap(({ id }) => (chosen[id] === undefined ? [] : [[id, chosen[id]]]));
    const id = tracker.targetSteps[index]?.id ?? '';
    // What hangs on an earlier choice is chosen anew.
    keep({ scope, target: Object.fromEntries(value === null ? before : [...before, [id, value]]), statusMapping: undefined });
  };
  return (
    <Stack maw={620}>
      <Text>{text.lead}</Text>
      <Radio.Group label={text.scope} value={scope} onChange={(value) => keep({ scope: value === 'custom' ? 'custom' : 'default' })}>
        <Stack gap="xs" mt="xs">
          <Radio value="default" label={text.default} disabled={hasDefault} />
          <Radio value="custom" label={text.custom} />
        </Stack>
      </Radio.Group>
      {scope === 'custom' ? (
        <MultiSelect
          label={text.assets}
          description={text.assetsHint}
          required
          searchable
          value={[...(body.assetIds ?? [])]}
          onChange={(assetIds) => keep({ scope, assetIds })}
          data={(assets.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name, disabled: taken.has(id) }))}
        />
      ) : null}
      {tracker.targetSteps.map((step, index) => (
        <Picker key={step.id} facts={facts} index={index} choose={(value) => choose(index, value)} />
      ))}
      <StepButtons
        back={back}
        next={() => {
          if (body.scope === undefined) {
            keep({ scope });
          }
          next();
        }}
        disabled={!complete || (scope === 'custom' && (body.assetIds ?? []).length === 0)}
      />
    </Stack>
  );
}

function Picker({ facts, index, choose }: { readonly facts: StepFacts; readonly index: number; readonly choose: (value: string | null) => void }) {
  const { connection, tracker, body } = facts;
  const step = tracker.targetSteps[index];
  const chosen = body.target ?? {};
  const earlier = tracker.targetSteps.slice(0, index);
  const ready = earlier.every(({ id, optional }) => optional === true || chosen[id] !== undefined);
  const given = Object.fromEntries(earlier.flatMap(({ id }) => (chosen[id] === undefined ? [] : [[id, chosen[id]]])));
  const options = useTargetOptions(connection.id, step?.id ?? '', given, ready && step !== undefined);
  if (step === undefined) {
    return null;
  }
  const items = options.data?.items ?? [];
  const label = step.optional === true ? `${step.label} (${text.optional})` : step.label;
  const common = {
    label,
    required: step.optional !== true,
    disabled: !ready,
    placeholder: ready ? text.choose(step.label) : text.chosenBefore,
    description: options.isSuccess && items.length === 0 ? text.nothing : undefined,
  };
  const data = unique(items.map(({ value, label: name }) => ({ value, label: name })));
  return (
    <>
      {step.freeEntry === true ? (
        <Autocomplete
          {...common}
          placeholder={text.type}
          data={data.map((item) => item.label)}
          value={data.find(({ value }) => value === chosen[step.id])?.label ?? chosen[step.id] ?? ''}
          onChange={(typed) => choose(typed === '' ? null : (data.find(({ label: name }) => name === typed)?.value ?? typed))}
        />
      ) : (
        <Select {...common} searchable data={data} value={chosen[step.id] ?? null} onChange={choose} clearable={step.optional === true} clearButtonProps={{ 'aria-label': `${words.remove}: ${step.label}` }} />
      )}
      {options.error === null ? null : <Failed error={options.error} retry={() => void options.refetch()} />}
    </>
  );
}

/** A tracker may list one value twice; a picker may not. */
function unique<Item extends { readonly value: string }>(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [item.value, item])).values()];
}
