import { Button, Group } from '@mantine/core';
import { words } from '../../../words/words.ts';

export function StepButtons({ back, next, disabled, label }: { readonly back: () => void; readonly next: () => void; readonly disabled?: boolean; readonly label?: string }) {
  return (
    <Group mt="md">
      <Button variant="default" onClick={back}>
        {words.back}
      </Button>
      <Button onClick={next} disabled={disabled}>
        {label ?? words.next}
      </Button>
    </Group>
  );
}
