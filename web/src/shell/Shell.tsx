import '@mantine/notifications/styles.layer.css';
import { AppShell, Burger, Drawer, Group, ScrollArea } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LogoMark } from '../ui/Logo.tsx';
import { Navigation } from './Navigation.tsx';
import classes from './shell.module.css';
import { UserMenu } from './UserMenu.tsx';

const NAV_WIDTH = 232;

/** The frame of every signed-in page: navigation at the left, a drawer on a phone, the page itself. */
export default function Shell() {
  const { t } = useTranslation();
  const path = useRouterState({ select: (state) => state.location.pathname });
  // The path the drawer was opened at: going elsewhere closes it.
  const [openedAt, setOpenedAt] = useState<string>();
  const open = openedAt === path;
  return (
    <AppShell
      header={{ height: { base: 52, sm: 0 } }}
      navbar={{ width: NAV_WIDTH, breakpoint: 'sm', collapsed: { mobile: true } }}
      padding={{ base: 'md', md: 'xl' }}
    >
      <a className="otk-skip" href="#content">
        {t('skip')}
      </a>
      <AppShell.Header hiddenFrom="sm" px="md">
        <Group h="100%" justify="space-between">
          <Group gap="xs">
            <LogoMark />
            <span className={classes['product']}>{t('product')}</span>
          </Group>
          <Burger
            opened={open}
            onClick={() => setOpenedAt(path)}
            size="sm"
            aria-label={t('nav.menu')}
            aria-expanded={open}
          />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" className={classes['navbar'] ?? ''}>
        <Group gap="xs" px="xs" py="xs" mb="xs">
          <LogoMark />
          <span className={classes['product']}>{t('product')}</span>
        </Group>
        <ScrollArea flex={1} mih={0} type="auto" scrollbarSize={6} offsetScrollbars="present">
          <Navigation />
        </ScrollArea>
        <UserMenu />
      </AppShell.Navbar>
      <Drawer
        opened={open}
        onClose={() => setOpenedAt(undefined)}
        position="left"
        size="min(320px, 88vw)"
        title={<LogoMark />}
        closeButtonProps={{ 'aria-label': t('nav.close') }}
      >
        <Navigation />
        <UserMenu />
      </Drawer>
      <AppShell.Main id="content" tabIndex={-1} className={classes['main'] ?? ''}>
        <div className={classes['page']}>
          <Outlet />
        </div>
      </AppShell.Main>
      <Notifications position="bottom-right" limit={4} />
    </AppShell>
  );
}
