import { Checkbox, Modal, NumberInput, Select, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Schedule } from '../../../../src/contracts/api/schedules.ts';
import { api, ApiProblem } from '../../api.ts';
import { Failed } from '../../kit/faces.tsx';
import { FormEnd } from '../../kit/form-end.tsx';
import { words } from '../../words/words.ts';
import { useAssets } from '../assets/queries.ts';
import { StartsFields } from './starts-fields.tsx';
import type { Kind } from './starts.ts';
import { filledOf, kinds, startsOf } from './starts.ts';

interface Facts {
  /** Null: a new one. */
  readonly schedule: Schedule | null;
  /** Null: the asset is still to be chosen. */
  readonly assetId: string | null;
  readonly onClose: () => void;
}

const text = words.schedules.form;
const own = 'own';
const never = 'never';
const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

export function ScheduleForm({ schedule, assetId, onClose }: Facts) {
  const queries = useQueryClient();
  const form = useForm({ initialValues: valuesOf(schedule, assetId) });
  const save = useMutation({
    mutationFn: (values: typeof form.values) => {
      const body = bodyOf(values);
      return schedule === null ? api<Schedule>('POST', `/assets/${values.assetId ?? ''}/schedules`, body) : api<Schedule>('PUT', `/schedules/${schedule.id}`, body);
    },
    onSuccess: () => {
      onClose();
      return queries.invalidateQueries();
    },
  });
  const errors = errorsOf(save.error);
  const { kind, filled, token, when } = form.values;
  return (
    <Modal opened onClose={onClose} size="lg" title={schedule === null ? words.schedules.add : words.schedules.edit} closeButtonProps={{ 'aria-label': words.close }}>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack>
          <TextInput label={text.name} required data-autofocus {...form.getInputProps('name')} />
          {schedule === null && assetId === null ? <AssetField {...form.getInputProps('assetId')} /> : null}
          <Select label={text.kind} allowDeselect={false} data={kinds.map((value) => ({ value, label: words.schedules.kind[value] ?? value }))} {...form.getInputProps('kind')} />
          <StartsFields
            kind={kind}
            filled={filled}
            onChange={(next) => form.setFieldValue('filled', next)}
            token={token}
            onToken={(next) => form.setFieldValue('token', next)}
            hasToken={schedule?.hasCredentials === true && schedule.starts.kind === kind}
            errors={errors}
          />
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <Select label={text.when} allowDeselect={false} data={Object.entries(text.whens).map(([value, label]) => ({ value, label }))} {...form.getInputProps('when')} />
            {when === never ? null : <Select label={text.timeZone} searchable allowDeselect={false} data={zones} {...form.getInputProps('timeZone')} />}
            {when === own ? <TextInput label={text.cron} description={text.cronHint} required ff="monospace" {...form.getInputProps('cron')} error={errors['cron']} /> : null}
          </SimpleGrid>
          <Checkbox label={text.awaiting} description={text.awaitingHint} {...form.getInputProps('onAwaitingValidation', { type: 'checkbox' })} />
          <NumberInput label={text.within} suffix={` ${text.minutes}`} min={1} max={14 * 24 * 60} required maw={240} {...form.getInputProps('reportWithinMinutes')} />
          <Switch label={text.enabled} {...form.getInputProps('enabled', { type: 'checkbox' })} />
          {save.error === null ? null : <Failed error={save.error} />}
          <FormEnd busy={save.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}

function AssetField(props: object) {
  const assets = useAssets();
  return <Select label={text.asset} required searchable data={(assets.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))} {...props} />;
}

function valuesOf(schedule: Schedule | null, assetId: string | null) {
  const cron = schedule === null ? '0 3 * * *' : schedule.cron;
  const known = cron === null ? never : (text.whens[cron] === undefined ? own : cron);
  return {
    name: schedule?.name ?? '',
    assetId: schedule?.assetId ?? assetId,
    kind: schedule?.starts.kind ?? ('webhook' as Kind),
    filled: filledOf(schedule?.starts ?? null),
    token: '',
    when: known,
    cron: cron ?? '',
    timeZone: schedule?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    onAwaitingValidation: schedule?.onAwaitingValidation ?? false,
    reportWithinMinutes: (schedule?.reportWithinMinutes ?? 240) as number | string,
    enabled: schedule?.enabled ?? true,
  };
}

function bodyOf({ name, kind, filled, token, when, cron, timeZone, onAwaitingValidation, reportWithinMinutes, enabled }: ReturnType<typeof valuesOf>): object {
  const times = when === own ? cron : when;
  const credentials = token === '' || kind === 'command' ? {} : { credentials: { token } };
  return { name, starts: startsOf(kind, filled), ...credentials, cron: when === never ? null : times, timeZone, onAwaitingValidation, reportWithinMinutes: Number(reportWithinMinutes), enabled };
}

/** By the last part of their path: the fields of this form have different names. */
function errorsOf(error: Error | null): Readonly<Record<string, string>> {
  return error instanceof ApiProblem ? Object.fromEntries(error.errors.map(({ path, message }) => [path.split('.').at(-1) ?? path, message])) : {};
}
