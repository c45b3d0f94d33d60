import { Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Failed } from '../../kit/faces.tsx';
import { FormEnd } from '../../kit/form-end.tsx';
import { words } from '../../words/words.ts';
import { useAssessmentAct } from './queries.ts';

const text = words.assessments;

export function PlanForm({ assetId, onClose }: { readonly assetId: string; readonly onClose: () => void }) {
  const form = useForm({ initialValues: { title: '', description: '', author: '', plannedFor: '' } });
  const plan = useAssessmentAct<object>(`/assets/${assetId}/assessments`, onClose);
  const send = ({ title, plannedFor, ...texts }: typeof form.values) =>
    plan.mutate({
      title,
      ...Object.fromEntries(Object.entries(texts).filter(([, value]) => value.trim() !== '')),
      ...(plannedFor === '' ? {} : { plannedFor: new Date(plannedFor).toISOString() }),
    });
  return (
    <Modal opened onClose={onClose} title={text.plan} closeButtonProps={{ 'aria-label': words.close }}>
      <form onSubmit={form.onSubmit(send)}>
        <Stack>
          <TextInput label={text.name} required maxLength={200} data-autofocus {...form.getInputProps('title')} />
          <Textarea label={text.description} autosize minRows={3} maxLength={20_000} {...form.getInputProps('description')} />
          <TextInput label={text.author} maxLength={200} {...form.getInputProps('author')} />
          <TextInput label={text.plannedFor} type="date" {...form.getInputProps('plannedFor')} />
          {plan.error === null ? null : <Failed error={plan.error} />}
          <FormEnd label={text.plan} busy={plan.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
