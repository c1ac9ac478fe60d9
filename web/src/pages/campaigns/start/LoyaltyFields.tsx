import { Group, NumberInput, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { programs } from '../../../api/loyalty.ts';
import { ladders } from '../../../api/standing.ts';
import { AtField } from './AtField.tsx';
import type { TriggerProps } from './AtField.tsx';
import { isDated, TIER_MOVES } from './model.ts';

const ANY = '';

/** Ends of points, and tiers: of which programme, and how long before. */
export function LoyaltyFields(props: TriggerProps) {
  const { t } = useTranslation('starts');
  const { trigger, set, errorAt } = props;
  const all = useQuery(programs.all);
  if (all.data?.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('noProgram')}
      </Text>
    );
  return (
    <>
      <Select
        label={t('program')}
        allowDeselect={false}
        data={(all.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={trigger.programId}
        onChange={(programId) => set({ programId, tierId: null })}
        error={errorAt('programId')}
      />
      {trigger.type === 'tier' && <TierFields {...props} />}
      {isDated(trigger) && (
        <Group align="flex-start">
          <NumberInput
            label={t('daysBefore')}
            w={140}
            min={0}
            max={365}
            value={trigger.daysBefore}
            onChange={(days) => set({ daysBefore: typeof days === 'number' ? days : 0 })}
            error={errorAt('daysBefore')}
          />
          <AtField {...props} />
        </Group>
      )}
    </>
  );
}

function TierFields({ trigger, set, errorAt }: TriggerProps) {
  const { t } = useTranslation('starts');
  const ladder = useQuery({
    ...ladders.ofProgram(trigger.programId ?? ''),
    enabled: trigger.programId !== null,
  });
  return (
    <Group align="flex-start">
      <Select
        flex={1}
        miw={180}
        label={t('tier')}
        allowDeselect={false}
        data={[
          { value: ANY, label: t('anyTier') },
          ...(ladder.data?.tiers ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ]}
        value={trigger.tierId ?? ANY}
        onChange={(id) => set({ tierId: id === ANY ? null : id })}
        error={errorAt('tierId')}
      />
      <Select
        flex={1}
        miw={200}
        label={t('tierMove')}
        allowDeselect={false}
        data={TIER_MOVES.map((value) => ({ value, label: t(`tierMoves.${value}`) }))}
        value={trigger.tierOn}
        onChange={(tierOn) => tierOn !== null && set({ tierOn })}
      />
    </Group>
  );
}
