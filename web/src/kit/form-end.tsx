import { Button, Group } from '@mantine/core';
import { words } from '../words/words.ts';

interface Facts {
  /** Default: Save. */
  readonly label?: string;
  readonly busy: boolean;
  readonly disabled?: boolean;
  readonly color?: string;
  /** Absent: the form is submitted. */
  readonly act?: () => void;
  readonly onClose: () => void;
}

/** The end of a dialog that asks for something: Cancel, and the button that does it. */
export function FormEnd({ label = words.save, busy, disabled, color, act, onClose }: Facts) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onClose}>
        {words.cancel}
      </Button>
      <Button type={act === undefined ? 'submit' : 'button'} onClick={act} color={color} disabled={disabled} loading={busy}>
        {label}
      </Button>
    </Group>
  );
}
