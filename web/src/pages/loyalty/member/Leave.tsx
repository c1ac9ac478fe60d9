import { Alert, List, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ProgramView } from '../../../api/loyalty.ts';
import { members } from '../../../api/loyalty.ts';
import { standing } from '../../../api/standing.ts';
import { locale } from '../../../i18n/index.ts';
import { moneyText, numberText } from '../../../lib/format.ts';
import { Confirm } from '../../../ui/Confirm.tsx';
import { useWrite } from '../../../ui/mutation.ts';

type Props = { contactId: string; program: ProgramView; onClose: () => void };

/** Ends a membership, and tells first in figures what goes with it. */
export function Leave({ contactId, program, onClose }: Props) {
  const { t } = useTranslation('wallet');
  const { data: wallets = [] } = useQuery(members.wallets(contactId));
  const own = wallets.filter(({ programId }) => programId === program.id);
  const shares = own.some(({ kind }) => kind === 'family');
  const leave = useWrite({
    run: () => members.leave(contactId, program.id, ''),
    touches: ['loyalty', 'standing', 'timeline'],
    done: t('leftDone'),
    onDone: onClose,
  });
  return (
    <Confirm
      opened
      onClose={onClose}
      title={t('leaveTitle', { program: program.name })}
      text={
        shares ? (
          <Alert color="gold">{t('lost.shares')}</Alert>
        ) : (
          <Lost contactId={contactId} program={program} wallets={own} />
        )
      }
      yes={t('leave')}
      danger
      busy={leave.isPending}
      disabled={shares}
      onYes={() => leave.mutate(undefined)}
    />
  );
}

type Wallets = Awaited<ReturnType<NonNullable<ReturnType<typeof members.wallets>['queryFn']>>>;

function Lost({ contactId, program, wallets }: Omit<Props, 'onClose'> & { wallets: Wallets }) {
  const { t } = useTranslation('wallet');
  const { data } = useQuery(standing.ofContact(contactId));
  const number = (value: number) => numberText(value, locale());
  const sum = (of: 'spendable' | 'pending' | 'held' | 'worthMinor') =>
    wallets.reduce((total, wallet) => total + wallet[of], 0);
  const tier = data?.tiers.find(({ programId }) => programId === program.id)?.tier;
  const frozen = program.settings.leaving === 'freeze';
  const lines = [
    sum('spendable') === 0
      ? undefined
      : t(frozen ? 'lost.frozen' : 'lost.points', {
          count: sum('spendable'),
          shown: number(sum('spendable')),
          money: moneyText(sum('worthMinor'), program.currency, locale()),
        }),
    sum('pending') === 0
      ? undefined
      : t(frozen ? 'lost.pendingFrozen' : 'lost.pending', { shown: number(sum('pending')) }),
    tier === undefined || tier === null ? undefined : t('lost.tier', { tier: tier.name }),
  ].filter((line) => line !== undefined);
  return (
    <>
      {lines.length > 0 && (
        <List size="sm" mb="sm">
          {lines.map((line) => (
            <List.Item key={line}>{line}</List.Item>
          ))}
        </List>
      )}
      <Text size="sm">{t(`leaveText.${program.settings.leaving}`)}</Text>
    </>
  );
}
