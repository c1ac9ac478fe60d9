import { Stack, Text } from '@mantine/core';
import { IconBook } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../lib/me.ts';
import { NavItem } from '../ui/links.tsx';
import type { NavEntry } from './nav.ts';
import { navFor } from './nav.ts';
import classes from './shell.module.css';

const ICON = 19;

export function Navigation() {
  const { t } = useTranslation();
  const { user, rights, may } = useMe();
  const { work, setup } = navFor(user.role, rights);
  return (
    <nav aria-label={t('nav.label')}>
      <Stack gap={2}>
        {work.map((entry) => (
          <Entry key={entry.key} entry={entry} />
        ))}
        {setup.length > 0 && (
          <Text size="xs" c="dimmed" fw={600} px="sm" pt="md" pb={4}>
            {t('nav.setup')}
          </Text>
        )}
        {setup.map((entry) => (
          <Entry key={entry.key} entry={entry} />
        ))}
        {may('keys:write') && (
          <a className={classes['docs']} href="/docs" target="_blank" rel="noreferrer">
            <IconBook size={ICON} stroke={1.6} aria-hidden="true" />
            {t('nav.docs')}
          </a>
        )}
      </Stack>
    </nav>
  );
}

function Entry({ entry }: { entry: NavEntry }) {
  const { t } = useTranslation();
  const Icon = entry.icon;
  return (
    <NavItem
      to={entry.to}
      label={t(`nav.${entry.key}`)}
      leftSection={<Icon size={ICON} stroke={1.6} aria-hidden="true" />}
      className={classes['link'] ?? ''}
      activeOptions={{ exact: entry.to === '/', includeSearch: false }}
      activeProps={{ active: true, 'aria-current': 'page' }}
    />
  );
}
