import { Autocomplete, Button, Checkbox, Group, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { campaigns } from '../../../api/campaigns.ts';
import { contacts } from '../../../api/contacts.ts';
import { programs } from '../../../api/loyalty.ts';
import { segments } from '../../../api/segments.ts';
import { locale } from '../../../i18n/index.ts';
import { currencyDigits, numberText } from '../../../lib/format.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';
import { PropertyTests } from '../../segments/rule/PropertyTests.tsx';
import { AtField } from './AtField.tsx';
import type { TriggerProps } from './AtField.tsx';
import { LoyaltyFields } from './LoyaltyFields.tsx';
import type { TriggerDraft } from './model.ts';
import { SIDES, START_TYPES, TRUSTS } from './model.ts';

/** What starts it: the kind, and what that kind asks for. */
export function StartFields(props: TriggerProps) {
  const { t } = useTranslation('starts');
  const { trigger, set } = props;
  const { may } = useMe();
  const known = useQuery({ ...programs.all, enabled: may('loyalty:read') }).data;
  // Where there is one programme alone it is meant; dates come by themselves no more often than they should.
  const choose = (type: TriggerDraft['type']) =>
    set({
      type,
      ...(type === 'date' || type === 'points_expiring'
        ? { reentry: 'always', delay: 0 }
        : { reentry: 'after' }),
      ...(known?.length === 1 && trigger.programId === null ? { programId: known[0]?.id ?? null } : {}),
    });
  return (
    <Stack>
      <Select
        label={t('type')}
        allowDeselect={false}
        maxDropdownHeight={280}
        data={START_TYPES.map((value) => ({ value, label: t(`types.${value}`) }))}
        value={trigger.type}
        onChange={(type) => type !== null && choose(type)}
      />
      {trigger.type === 'segment' && <SegmentStart {...props} />}
      {trigger.type === 'event' && <EventStart {...props} />}
      {trigger.type === 'order' && <OrderStart {...props} />}
      {trigger.type === 'date' && <DateStart {...props} />}
      {(trigger.type === 'points_expiring' || trigger.type === 'tier') && <LoyaltyFields {...props} />}
    </Stack>
  );
}

function SegmentStart({ trigger, set, errorAt }: TriggerProps) {
  const { t } = useTranslation('starts');
  const list = useList(segments.list(200));
  return (
    <Group align="flex-start">
      <Select
        flex={1}
        miw={220}
        label={t('segment')}
        searchable
        allowDeselect={false}
        data={(list.rows ?? []).map(({ id, name, count }) => ({
          value: id,
          label: count === null ? name : `${name} · ${numberText(count, locale())}`,
        }))}
        value={trigger.segmentId}
        onChange={(segmentId) => set({ segmentId })}
        error={errorAt('segmentId')}
      />
      <Select
        w={180}
        label={t('move')}
        allowDeselect={false}
        data={(['entered', 'left'] as const).map((value) => ({ value, label: t(`moves.${value}`) }))}
        value={trigger.move}
        onChange={(move) => move !== null && set({ move })}
      />
    </Group>
  );
}

function EventStart({ trigger, set, errorAt }: TriggerProps) {
  const { t } = useTranslation('starts');
  const seen = useQuery(campaigns.eventNames);
  return (
    <>
      <Autocomplete
        label={t('event')}
        description={t('eventHint')}
        data={seen.data ?? []}
        maxDropdownHeight={260}
        value={trigger.event}
        onChange={(event) => set({ event })}
        error={errorAt('name')}
      />
      {trigger.where.length > 0 && (
        <Stack gap={6} role="group" aria-label={t('where')}>
          <Text size="sm" fw={550}>
            {t('where')}
          </Text>
          <PropertyTests
            leaf={{ type: 'event', where: trigger.where }}
            onChange={({ where }) =>
              set({ where: Array.isArray(where) ? (where as TriggerDraft['where']) : [] })
            }
            errorAt={errorAt}
          />
        </Stack>
      )}
      <Button
        size="xs"
        variant="subtle"
        mr="auto"
        onClick={() => set({ where: [...trigger.where, { property: '', op: 'is' }] })}
      >
        {t('whereAdd')}
      </Button>
      <Select
        label={t('trust')}
        allowDeselect={false}
        data={TRUSTS.map((value) => ({ value, label: t(`trusts.${value}`) }))}
        value={trigger.trust}
        onChange={(trust) => trust !== null && set({ trust })}
        error={errorAt('trust')}
      />
    </>
  );
}

function OrderStart({ trigger, set, errorAt }: TriggerProps) {
  const { t } = useTranslation('starts');
  const { settings } = useMe();
  const unit = 10 ** currencyDigits(settings.baseCurrency);
  return (
    <NumberInput
      label={t('least', { currency: settings.baseCurrency })}
      description={t('leastHint')}
      min={0}
      maw={280}
      value={trigger.leastMinor / unit}
      onChange={(sum) => set({ leastMinor: typeof sum === 'number' ? Math.round(sum * unit) : 0 })}
      error={errorAt('minTotalMinor')}
    />
  );
}

function DateStart({ trigger, set, errorAt }: TriggerProps) {
  const { t } = useTranslation('starts');
  const { data } = useQuery(contacts.fields);
  const own = (data ?? []).filter(({ key, type }) => key.startsWith('attributes.') && type === 'date');
  const kept =
    trigger.field === null || trigger.field === 'birthday' || own.some(({ key }) => key === trigger.field)
      ? []
      : [{ value: trigger.field, label: trigger.field }];
  return (
    <>
      <Select
        label={t('field')}
        allowDeselect={false}
        data={[
          { value: 'birthday', label: t('birthday') },
          ...own.map(({ key, label }) => ({ value: key, label })),
          ...kept,
        ]}
        value={trigger.field}
        onChange={(field) => set({ field })}
        error={errorAt('field')}
      />
      <Group align="flex-start">
        <Select
          label={t('side')}
          w={180}
          allowDeselect={false}
          data={SIDES.map((value) => ({ value, label: t(`sides.${value}`) }))}
          value={trigger.side}
          onChange={(side) => side !== null && set({ side })}
        />
        {trigger.side !== 'on' && (
          <NumberInput
            label={t('daysOf')}
            w={100}
            min={1}
            max={365}
            value={trigger.offsetDays}
            onChange={(days) => set({ offsetDays: typeof days === 'number' ? days : 1 })}
            error={errorAt('offsetDays')}
          />
        )}
        <AtField trigger={trigger} set={set} errorAt={errorAt} />
      </Group>
      {trigger.field !== 'birthday' && (
        <Checkbox
          label={t('yearly')}
          checked={trigger.yearly}
          onChange={(event) => set({ yearly: event.currentTarget.checked })}
        />
      )}
    </>
  );
}
