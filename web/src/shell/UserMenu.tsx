import {
  Avatar,
  Box,
  Menu,
  SegmentedControl,
  Text,
  UnstyledButton,
  useMantineColorScheme,
} from '@mantine/core';
import { IconLogout, IconSelector, IconShieldLock } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { auth, forgetSignIn } from '../api/me.ts';
import { language } from '../i18n/index.ts';
import { useMe } from '../lib/me.ts';
import { MenuLink } from '../ui/MenuLink.tsx';
import classes from './shell.module.css';

/** Who is signed in; language, appearance, sign-out. Each browser remembers its choice. */
export function UserMenu() {
  const { t, i18n } = useTranslation();
  const { user } = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();

  const signOut = async () => {
    await auth.signOut().catch(() => undefined);
    forgetSignIn();
    await navigate({ to: '/sign-in' });
    client.clear();
  };

  return (
    <Menu position="top-start" width={260} shadow="md" closeOnItemClick={false}>
      <Menu.Target>
        <UnstyledButton className={classes['user'] ?? ''} aria-label={`${user.name}. ${t('user.menu')}`}>
          <Avatar color="pine" radius="xl" size={34} name={user.name} />
          <Box flex={1} miw={0}>
            <Text size="sm" fw={600} truncate>
              {user.name}
            </Text>
            <Text size="xs" c="dimmed" truncate>
              {t(`role.${user.role}`)}
            </Text>
          </Box>
          <IconSelector size={16} aria-hidden="true" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('user.language')}</Menu.Label>
        <Box px="xs" pb="xs">
          <SegmentedControl
            fullWidth
            size="xs"
            aria-label={t('user.language')}
            value={language()}
            onChange={(value) => void i18n.changeLanguage(value)}
            data={[
              { value: 'en', label: 'English' },
              { value: 'ru', label: 'Русский' },
            ]}
          />
        </Box>
        <Menu.Label>{t('user.appearance')}</Menu.Label>
        <Box px="xs" pb="xs">
          <SegmentedControl
            fullWidth
            size="xs"
            aria-label={t('user.appearance')}
            value={colorScheme}
            onChange={(value) => setColorScheme(value)}
            data={[
              { value: 'light', label: t('user.light') },
              { value: 'dark', label: t('user.dark') },
              { value: 'auto', label: t('user.auto') },
            ]}
          />
        </Box>
        <Menu.Divider />
        <MenuLink to="/security" closeMenuOnClick leftSection={<IconShieldLock size={16} />}>
          {t('user.security')}
        </MenuLink>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          {t('user.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
