import { Badge, Button, Group, Menu, Stack, Text } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FamilyView, ProgramView } from '../../../api/loyalty.ts';
import { families, members } from '../../../api/loyalty.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText } from '../../../lib/format.ts';
import { useMe } from '../../../lib/me.ts';
import { AnchorLink } from '../../../ui/links.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { CapDrawer, InviteDrawer, LeaveFamily } from './FamilyDrawers.tsx';

type Props = { contactId: string; program: ProgramView };
type One = FamilyView['members'][number];

/** Who shares the wallet, what each may spend in a month and has spent; nothing while it is shared with nobody. */
export function Family({ contactId, program }: Props) {
  const { data: wallets = [] } = useQuery(members.wallets(contactId));
  const shares = wallets.some((one) => one.programId === program.id && one.kind === 'family');
  return shares ? <Shared contactId={contactId} program={program} /> : null;
}

function Shared({ contactId, program }: Props) {
  const { t } = useTranslation('wallet');
  const { may } = useMe();
  const [inviting, setInviting] = useState(false);
  return (
    <Loaded query={useQuery(families.of(contactId, program.id))} lines={2}>
      {(family) => (
        <div>
          <Group justify="space-between" gap="xs" mb={4}>
            <Text size="sm" fw={550}>
              {t('family.title')}
            </Text>
            {may('loyalty:write') && (
              <Button size="compact-sm" variant="default" onClick={() => setInviting(true)}>
                {t('family.invite')}
              </Button>
            )}
          </Group>
          <Stack gap={8} role="list" aria-label={t('family.title')}>
            {family.members.map((one) => (
              <Sharer key={one.contactId} one={one} family={family} here={contactId} program={program} />
            ))}
          </Stack>
          {inviting && (
            <InviteDrawer
              ownerId={family.ownerId}
              contactId={contactId}
              program={program}
              onClose={() => setInviting(false)}
            />
          )}
        </div>
      )}
    </Loaded>
  );
}

function Sharer(props: { one: One; family: FamilyView; here: string; program: ProgramView }) {
  const { t } = useTranslation(['wallet', 'contacts']);
  const { one, family, here, program } = props;
  const number = (value: number) => numberText(value, locale());
  const hidden = one.name === null;
  const name = one.name === null ? t('wallet:family.hidden') : one.name || t('contacts:unnamed');
  return (
    <Group justify="space-between" gap="xs" wrap="nowrap" role="listitem">
      <div style={{ minWidth: 0 }}>
        <Group gap={6}>
          {hidden || one.contactId === here ? (
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {name}
            </Text>
          ) : (
            <AnchorLink to="/contacts/$id" params={{ id: one.contactId }} size="sm">
              {name}
            </AnchorLink>
          )}
          {one.contactId === family.ownerId && <Badge color="sky">{t('wallet:family.owner')}</Badge>}
        </Group>
        <Text size="xs" c="dimmed">
          {one.monthlyCap === null
            ? t('wallet:family.noCap', { spent: number(one.spentThisMonth) })
            : t('wallet:family.cap', { spent: number(one.spentThisMonth), cap: number(one.monthlyCap) })}
        </Text>
      </div>
      {!hidden && <SharerMenu one={one} family={family} name={name} program={program} />}
    </Group>
  );
}

function SharerMenu(props: { one: One; family: FamilyView; name: string; program: ProgramView }) {
  const { t } = useTranslation(['wallet', 'common']);
  const { may } = useMe();
  const { one, family, name, program } = props;
  const [open, setOpen] = useState<'cap' | 'leave'>();
  const close = () => setOpen(undefined);
  if (!may('loyalty:write')) return null;
  const stays = one.contactId === family.ownerId && family.members.length > 1;
  return (
    <>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button
            size="compact-sm"
            variant="subtle"
            px={6}
            aria-label={`${t('common:action.actions')}: ${name}`}
          >
            <IconDots size={15} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setOpen('cap')}>{t('wallet:family.changeCap')}</Menu.Item>
          <Menu.Item color="red" disabled={stays} onClick={() => setOpen('leave')}>
            {t(stays ? 'wallet:family.ownerStays' : 'wallet:family.leave')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {open === 'cap' && <CapDrawer one={one} name={name} program={program} onClose={close} />}
      {open === 'leave' && (
        <LeaveFamily one={one} family={family} name={name} program={program} onClose={close} />
      )}
    </>
  );
}
