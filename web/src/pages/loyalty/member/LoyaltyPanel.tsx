import { Badge, Button, Divider, Group, Menu, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MemberView, ProgramView, RequestView } from '../../../api/loyalty.ts';
import { adjustments, members, programs } from '../../../api/loyalty.ts';
import { standing } from '../../../api/standing.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';
import { DateTime } from '../../../ui/format.tsx';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { AdjustDrawer } from './AdjustDrawer.tsx';
import { CardNumber } from './CardNumber.tsx';
import { ClaimDrawer } from './ClaimDrawer.tsx';
import { EnrolDrawer } from './EnrolDrawer.tsx';
import { Family } from './Family.tsx';
import { InviteDrawer } from './FamilyDrawers.tsx';
import { Leave } from './Leave.tsx';
import { Ledger } from './Ledger.tsx';
import { Signed } from './Signed.tsx';
import { Accumulated, Tier } from './Tier.tsx';
import { WalletLink } from './WalletLink.tsx';
import { TransferDrawer } from './TransferDrawer.tsx';
import { Wallets } from './Wallets.tsx';

/** On a contact's card: for each program the card, the wallet, the tier and what moved, or the way in. */
export function LoyaltyPanel({ contactId }: { contactId: string }) {
  const { t } = useTranslation('wallet');
  const memberships = useQuery(members.ofContact(contactId));
  return (
    <Section title={t('title')}>
      <Loaded query={useQuery(programs.all)} lines={3}>
        {(all) => (
          <Loaded query={memberships} lines={3}>
            {(found) => {
              // An archived program matters to whoever was in it.
              const shown = all.filter(
                ({ id, state }) => state === 'active' || found.some(({ programId }) => programId === id),
              );
              if (shown.length === 0)
                return (
                  <Text size="sm" c="dimmed">
                    {t('noPrograms')}
                  </Text>
                );
              return (
                <Stack gap="md">
                  {shown.map((program, index) => (
                    <div key={program.id}>
                      {index > 0 && <Divider mb="md" />}
                      <OfProgram
                        contactId={contactId}
                        program={program}
                        member={memberIn(found, program.id)}
                        named={shown.length > 1}
                      />
                    </div>
                  ))}
                  <Accumulated contactId={contactId} />
                </Stack>
              );
            }}
          </Loaded>
        )}
      </Loaded>
    </Section>
  );
}

/** Of two enrolments of people who turned out to be one, the one in force. */
const memberIn = (found: readonly MemberView[], programId: string): MemberView | undefined =>
  found
    .filter((member) => member.programId === programId)
    .toSorted((a, b) => a.state.localeCompare(b.state))[0];

type Props = { contactId: string; program: ProgramView; member: MemberView | undefined; named: boolean };

function OfProgram({ contactId, program, member, named }: Props) {
  const { t } = useTranslation('wallet');
  const { may } = useMe();
  const [enrolling, enrol] = useDisclosure(false);
  const active = member?.state === 'active';
  const sells = may('loyalty:write') || may('loyalty:sell');
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
          {program.name}
        </Text>
        {active && may('loyalty:write') && <Actions contactId={contactId} program={program} />}
      </Group>
      {!active && (
        <Group justify="space-between" gap="xs">
          <Text size="sm" c="dimmed">
            {member?.leftAt === null || member === undefined ? (
              t('notMember')
            ) : (
              <>
                {t('left')} <DateTime at={member.leftAt} mode="date" />
              </>
            )}
          </Text>
          {sells && program.state === 'active' && (
            <Button
              size="xs"
              variant="default"
              onClick={enrol.open}
              aria-label={named ? t('enrolIn', { program: program.name }) : undefined}
            >
              {t('enrol')}
            </Button>
          )}
        </Group>
      )}
      {member !== undefined && (
        <>
          {active && <TierOf contactId={contactId} programId={program.id} />}
          <Wallets contactId={contactId} program={program} />
          <Waiting contactId={contactId} programId={program.id} />
          {active && <Family contactId={contactId} program={program} />}
          {active && <CardNumber member={member} />}
          {active && <WalletLink contactId={contactId} program={program} />}
          <Ledger contactId={contactId} programId={program.id} />
        </>
      )}
      {enrolling && <EnrolDrawer contactId={contactId} program={program} onClose={enrol.close} />}
    </Stack>
  );
}

function TierOf({ contactId, programId }: { contactId: string; programId: string }) {
  return (
    <Loaded query={useQuery(standing.ofContact(contactId))} lines={1}>
      {({ tiers }) => {
        const found = tiers.find((one) => one.programId === programId);
        return found === undefined ? null : <Tier standing={found} />;
      }}
    </Loaded>
  );
}

/** Adjustments of this contact that a second person has not decided yet. */
function Waiting({ contactId, programId }: { contactId: string; programId: string }) {
  const { t } = useTranslation('wallet');
  const { rows = [] } = useList(adjustments.waiting(contactId));
  return rows
    .filter((one: RequestView) => one.contactId === contactId && one.programId === programId)
    .map(({ id, kind, points, reason }) => (
      <Group key={id} gap={6}>
        <Badge color="gold">{t('awaits')}</Badge>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          <Signed points={kind === 'transfer' ? -points : points} />
          {kind === 'transfer' && ` · ${t('tasks.transfer')}`} · {reason}
        </Text>
      </Group>
    ));
}

const TASKS = ['transfer', 'share', 'claim'] as const;

function Actions({ contactId, program }: { contactId: string; program: ProgramView }) {
  const { t } = useTranslation(['wallet', 'common']);
  const [open, setOpen] = useState<'adjust' | 'leave' | (typeof TASKS)[number]>();
  const { data: wallets = [] } = useQuery(members.wallets(contactId));
  const shares = wallets.some((one) => one.programId === program.id && one.kind === 'family');
  const which = { contactId, program, onClose: () => setOpen(undefined) };
  return (
    <Group gap={6} wrap="nowrap">
      <Button size="xs" variant="default" onClick={() => setOpen('adjust')}>
        {t('wallet:adjust')}
      </Button>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button
            size="xs"
            variant="default"
            px={6}
            aria-label={`${t('common:action.actions')}: ${program.name}`}
          >
            <IconDots size={15} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {TASKS.filter((task) => task !== 'share' || !shares).map((task) => (
            <Menu.Item key={task} onClick={() => setOpen(task)}>
              {t(`wallet:tasks.${task}`)}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item color="red" onClick={() => setOpen('leave')}>
            {t('wallet:leave')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {open === 'adjust' && <AdjustDrawer {...which} />}
      {open === 'transfer' && <TransferDrawer {...which} />}
      {open === 'share' && <InviteDrawer {...which} />}
      {open === 'claim' && <ClaimDrawer {...which} />}
      {open === 'leave' && <Leave {...which} />}
    </Group>
  );
}
