import { Button } from '@mantine/core';
import { IconMapQuestion } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { words } from '../words/words.ts';
import { Empty } from './faces.tsx';
import { Page } from './page.tsx';

export function NotFound() {
  return (
    <Page title={words.failed.notFound}>
    <Empty icon={<IconMapQuestion size={44} stroke={1.3} aria-hidden />} action={<Button renderRoot={(props) => <Link to="/overview" {...props} />}>{words.failed.home}</Button>}>
      {words.failed.notFoundHint}
    </Empty>
    </Page>
  );
}
