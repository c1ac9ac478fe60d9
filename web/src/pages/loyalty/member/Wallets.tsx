import { Anchor, Badge, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ProgramView, WalletView } from '../../../api/loyalty.ts';
import { members } from '../../../api/loyalty.ts';
import { locale } from '../../../i18n/index.ts';
import { moneyText, numberText } from '../../../lib/format.ts';
import { Figure } from '../../../ui/format.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { Why } from '../../../ui/Why.tsx';
import { lastDay } from './lastDay.ts';

type Lot = WalletView['lots'][number];

/** What is in the wallets of one program: to spend, on the way, put aside, and what ends soon. */
export function Wallets({ contactId, program }: { contactId: string; program: ProgramView }) {
  return (
    <Loaded query={useQuery(members.wallets(contactId))} lines={2}>
      {(all) => (
        <Stack gap="sm">
          {all
            .filter((wallet) => wallet.programId === program.id && !isIdle(wallet, all))
            .map((wallet) => (
              <Wallet key={`${wallet.kind} ${wallet.sharedBy}`} wallet={wallet} zone={program.zone} />
            ))}
        </Stack>
      )}
    </Loaded>
  );
}

/** While somebody shares a wallet nothing goes into their own: empty, it need not be shown. */
const isIdle = (wallet: WalletView, all: readonly WalletView[]): boolean =>
  wallet.kind === 'points' &&
  wallet.spendable + wallet.pending + wallet.held + wallet.debt === 0 &&
  all.some(({ kind, programId }) => kind === 'family' && programId === wallet.programId);

function Wallet({ wallet, zone }: { wallet: WalletView; zone: string }) {
  const { t } = useTranslation('wallet');
  const [open, { toggle }] = useDisclosure(false);
  const number = (value: number) => numberText(value, locale());
  return (
    <div>
      <Group gap="xs" align="baseline">
        <Text size="xl" fw={650} lh={1.2} component="div">
          <Figure value={wallet.spendable} />
        </Text>
        <Text size="sm" c="dimmed">
          {t('balance')}, {t('worth', { money: moneyText(wallet.worthMinor, wallet.currency, locale()) })}
        </Text>
        {wallet.kind !== 'points' && (
          <Badge color="sky">{wallet.sharedBy === null ? t(`kinds.${wallet.kind}`) : t('shared')}</Badge>
        )}
        {wallet.state !== 'open' && <Badge color="gray">{t(wallet.state)}</Badge>}
      </Group>
      {wallet.spendableNow < wallet.spendable && (
        <Text size="sm" mt={4}>
          {t('capped', { points: number(wallet.spendableNow) })}
        </Text>
      )}
      <Group gap="md" mt={4}>
        {wallet.pending > 0 && (
          <Group gap={2} wrap="nowrap">
            <Text size="sm">
              {t('pending')}: <Figure value={wallet.pending} />
            </Text>
            <Why text={t('pendingWhy')} />
          </Group>
        )}
        {wallet.held > 0 && (
          <Text size="sm">
            {t('held')}: <Figure value={wallet.held} />
          </Text>
        )}
        {wallet.debt > 0 && (
          <Text size="sm" c="red">
            {t('debt')}: <Figure value={wallet.debt} />
          </Text>
        )}
      </Group>
      {wallet.expiring.length > 0 && (
        <Text size="sm" mt={4}>
          <Text span inherit c="dimmed">
            {t('expiring')}:
          </Text>{' '}
          {wallet.expiring
            .slice(0, 3)
            .map(({ at, points }) =>
              t('expires', { points: number(points), day: lastDay(at, zone, locale()) }),
            )
            .join(', ')}
        </Text>
      )}
      {wallet.lots.length > 0 && (
        <Anchor component="button" type="button" size="sm" mt={4} aria-expanded={open} onClick={toggle}>
          {open ? t('hideLots') : t('lots')}
        </Anchor>
      )}
      {open && <Lots lots={wallet.lots} zone={zone} />}
    </div>
  );
}

function Lots({ lots, zone }: { lots: readonly Lot[]; zone: string }) {
  const { t } = useTranslation('wallet');
  const number = (value: number) => numberText(value, locale());
  return (
    <Stack gap={8} mt="xs" role="list" aria-label={t('lots')}>
      {lots.map((lot) => (
        <div key={lot.id} role="listitem">
          <Text size="sm">
            {[
              t('lotOf', { left: number(lot.remaining), earned: number(lot.earned) }),
              lot.pending > 0 ? t('lotPending', { points: number(lot.pending) }) : undefined,
              lot.held > 0 ? t('lotHeld', { points: number(lot.held) }) : undefined,
            ]
              .filter(Boolean)
              .join(' · ')}
          </Text>
          <Text size="xs" c="dimmed">
            {[
              `${t('earned')} ${lastDay(lot.earnedAt, zone, locale(), false)}`,
              lot.pending > 0 && lot.activatesAt !== null
                ? `${t('lotFrom')} ${lastDay(lot.activatesAt, zone, locale(), false)}`
                : undefined,
              lot.pending > 0 && lot.waitsFor !== null ? t('lotWaits', { event: lot.waitsFor }) : undefined,
              lot.pending > 0
                ? undefined
                : lot.expiresAt === null
                  ? t('lotForGood')
                  : `${t('lotUntil')} ${lastDay(lot.expiresAt, zone, locale())}`,
            ]
              .filter(Boolean)
              .join(' · ')}
          </Text>
        </div>
      ))}
    </Stack>
  );
}
