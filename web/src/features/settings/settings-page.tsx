import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Me } from '../../../../src/contracts/api/people.ts';
import { api } from '../../api.ts';
import { Page } from '../../kit/page.tsx';
import { words } from '../../words/words.ts';
import { AboutTab } from './about-tab.tsx';
import { AccountTab } from './account-tab.tsx';
import { AuditTab } from './audit-tab.tsx';
import { GeneralTab } from './general-tab.tsx';
import { PeopleTab } from './people-tab.tsx';
import { SignOnTab } from './sign-on-tab.tsx';
import { TokensTab } from './tokens-tab.tsx';

const tabs = [
  { id: 'account', label: words.settings.account, face: AccountTab, administrators: false },
  { id: 'general', label: words.settings.general, face: GeneralTab, administrators: false },
  { id: 'people', label: words.settings.people, face: PeopleTab, administrators: true },
  { id: 'sign-on', label: words.singleSignOn.tab, face: SignOnTab, administrators: true },
  { id: 'tokens', label: words.settings.tokens, face: TokensTab, administrators: true },
  { id: 'audit', label: words.settings.audit, face: AuditTab, administrators: true },
  { id: 'about', label: words.settings.about, face: AboutTab, administrators: false },
] as const;

export function SettingsPage() {
  const { tab } = useSearch({ from: '/inside/settings' });
  const navigate = useNavigate({ from: '/settings' });
  const me = useQuery({ queryKey: ['me'], queryFn: () => api<Me>('GET', '/me') });
  const shown = tabs.filter(({ administrators }) => !administrators || me.data?.role === 'administrator');
  return (
    <Page title={words.nav.settings}>
      <Tabs value={tab ?? 'general'} onChange={(value) => void navigate({ search: { tab: value ?? 'general' }, replace: true })} keepMounted={false}>
        <Tabs.List aria-label={words.nav.settings}>
          {shown.map(({ id, label }) => (
            <Tabs.Tab key={id} value={id}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {shown.map(({ id, face: Face }) => (
          <Tabs.Panel key={id} value={id} pt="lg">
            <Face />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  );
}
