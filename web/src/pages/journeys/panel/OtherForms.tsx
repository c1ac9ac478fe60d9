import {
  ActionIcon,
  Autocomplete,
  Button,
  Group,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { contacts } from '../../../api/contacts.ts';
import { programs } from '../../../api/loyalty.ts';
import { CouponChoice } from '../../campaigns/wizard/CouponChoice.tsx';
import type { NodeOf } from '../model/definition.ts';
import { HappeningField } from './EventField.tsx';
import { WholeField } from './fields.tsx';
import type { StepForm } from './Forms.tsx';
import { useErrorAt } from './problems.ts';
import { RuleField } from './RuleField.tsx';

export function IncentiveForm({ node, onChange }: StepForm<'incentive'>) {
  const { t } = useTranslation('journeys');
  const errorAt = useErrorAt(node.id);
  const all = useQuery(programs.all);
  const { give } = node;
  const set = (next: NodeOf<'incentive'>['give']) => onChange({ ...node, give: next });
  return (
    <Stack gap="sm">
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label={t('form.gift')}
        data={(['points', 'coupon'] as const).map((type) => ({
          value: type,
          label: t(`form.gifts.${type}`),
        }))}
        value={give.type}
        onChange={(type) => {
          if (type === give.type) return;
          set(
            type === 'points'
              ? { type: 'points', programId: null, points: 100 }
              : { type: 'coupon', couponCampaignId: null },
          );
        }}
      />
      {give.type === 'points' ? (
        <>
          <Select
            label={t('form.program')}
            allowDeselect={false}
            data={(all.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            value={give.programId}
            error={errorAt('give.programId')}
            onChange={(programId) => set({ ...give, programId })}
          />
          <WholeField
            label={t('form.points')}
            value={give.points}
            min={1}
            max={1_000_000}
            onChange={(points) => set({ ...give, points })}
          />
          <WholeField
            label={t('form.validDays')}
            description={t('form.validHint')}
            value={give.validDays}
            min={1}
            max={3_660}
            onChange={(validDays) => set({ ...give, validDays })}
            onClear={() => set({ type: 'points', programId: give.programId, points: give.points })}
          />
        </>
      ) : (
        <CouponChoice
          value={give.couponCampaignId}
          error={errorAt('give.couponCampaignId')}
          onChange={(couponCampaignId) => set({ type: 'coupon', couponCampaignId })}
        />
      )}
      <WholeField
        label={t('form.most')}
        description={t('form.mostHint')}
        value={node.most}
        min={1}
        max={100_000_000}
        onChange={(most) => onChange({ ...node, most })}
        onClear={() => onChange({ ...node, most: null })}
      />
    </Stack>
  );
}

const MAX_CHANGES = 20;
type Value = string | number | boolean | null;
const VALUES = ['text', 'number', 'yes', 'no', 'clear'] as const;

const kindOf = (value: Value): (typeof VALUES)[number] =>
  value === null
    ? 'clear'
    : typeof value === 'boolean'
      ? value
        ? 'yes'
        : 'no'
      : typeof value === 'number'
        ? 'number'
        : 'text';
const START = { text: '', number: 0, yes: true, no: false, clear: null } as const;

/** A key, and a value of the kind chosen. */
function Pair(props: {
  keys: readonly string[];
  name: string;
  value: Value;
  mayClear: boolean;
  onChange: (name: string, value: Value) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation('journeys');
  const { name, value, onChange } = props;
  return (
    <Stack gap={4} role="group" aria-label={name === '' ? t('form.field') : name}>
      <Group gap="xs" wrap="nowrap">
        <Autocomplete
          flex={1}
          aria-label={t('form.field')}
          placeholder={t('form.field')}
          maxLength={64}
          data={[...props.keys]}
          value={name}
          onChange={(next) => onChange(next, value)}
        />
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('form.removeField')}
          title={t('form.removeField')}
          onClick={props.onRemove}
        >
          <IconX size={16} />
        </ActionIcon>
      </Group>
      <Group gap="xs" wrap="nowrap">
        <Select
          w={120}
          allowDeselect={false}
          aria-label={t('form.valueKind')}
          data={VALUES.filter((kind) => props.mayClear || kind !== 'clear').map((kind) => ({
            value: kind,
            label: t(`form.values.${kind}`),
          }))}
          value={kindOf(value)}
          onChange={(next) => onChange(name, START[VALUES.find((one) => one === next) ?? 'text'])}
        />
        {typeof value === 'string' && (
          <TextInput
            flex={1}
            aria-label={t('form.value')}
            placeholder={t('form.value')}
            maxLength={1_000}
            value={value}
            onChange={(event) => onChange(name, event.currentTarget.value)}
          />
        )}
        {typeof value === 'number' && (
          <NumberInput
            flex={1}
            aria-label={t('form.value')}
            value={value}
            onChange={(next) => typeof next === 'number' && onChange(name, next)}
          />
        )}
      </Group>
    </Stack>
  );
}

export function UpdateForm({ node, onChange, disabled }: StepForm<'update'>) {
  const { t } = useTranslation('journeys');
  const { data = [] } = useQuery(contacts.fields);
  const { set } = node;
  const keys = data.map(({ key }) => key).filter((key) => key.startsWith('attributes.'));
  return (
    <Stack gap="sm">
      <Text size="sm" fw={500}>
        {t('form.set')}
      </Text>
      {set.map((one, index) => (
        <Pair
          key={index}
          keys={keys.map((key) => key.slice('attributes.'.length))}
          name={one.key}
          value={one.value}
          mayClear
          onChange={(key, value) => onChange({ ...node, set: set.with(index, { key, value }) })}
          onRemove={() => onChange({ ...node, set: set.toSpliced(index, 1) })}
        />
      ))}
      {!disabled && set.length < MAX_CHANGES && (
        <Button
          size="xs"
          variant="light"
          style={{ alignSelf: 'flex-start' }}
          onClick={() => onChange({ ...node, set: [...set, { key: `field${set.length + 1}`, value: '' }] })}
        >
          {t('form.addField')}
        </Button>
      )}
      <TagsInput
        label={t('form.addTags')}
        description={t('form.tagsHint')}
        maxTags={MAX_CHANGES}
        value={node.addTags}
        onChange={(addTags) => onChange({ ...node, addTags })}
      />
      <TagsInput
        label={t('form.removeTags')}
        maxTags={MAX_CHANGES}
        value={node.removeTags}
        onChange={(removeTags) => onChange({ ...node, removeTags })}
      />
    </Stack>
  );
}

export function TellForm({ node, onChange, disabled }: StepForm<'tell'>) {
  const { t } = useTranslation('journeys');
  const errorAt = useErrorAt(node.id);
  const rows = Object.entries(node.data);
  const put = (next: readonly (readonly [string, Value])[]) =>
    onChange({
      ...node,
      data: Object.fromEntries(next.flatMap(([key, value]) => (value === null ? [] : [[key, value]]))),
    });
  return (
    <Stack gap="sm">
      <TextInput
        label={t('form.tellEvent')}
        maxLength={200}
        value={node.event}
        error={errorAt('event')}
        onChange={(event) => onChange({ ...node, event: event.currentTarget.value })}
      />
      <Text size="sm" fw={500}>
        {t('form.tellData')}
      </Text>
      {rows.map(([key, value], index) => (
        <Pair
          key={index}
          keys={[]}
          name={key}
          value={value}
          mayClear={false}
          onChange={(name, next) => put(rows.with(index, [name, next ?? '']))}
          onRemove={() => put(rows.toSpliced(index, 1))}
        />
      ))}
      {!disabled && rows.length < MAX_CHANGES && (
        <Button
          size="xs"
          variant="light"
          style={{ alignSelf: 'flex-start' }}
          onClick={() => put([...rows, [`value${rows.length + 1}`, '']])}
        >
          {t('form.addData')}
        </Button>
      )}
    </Stack>
  );
}

const BY = ['happening', 'rule'] as const;

export function GoalForm({ node, onChange, disabled }: StepForm<'goal'>) {
  const { t } = useTranslation('journeys');
  const errorAt = useErrorAt(node.id);
  const { when } = node;
  return (
    <Stack gap="sm">
      <Text size="xs" c="dimmed">
        {t('form.goalHint')}
      </Text>
      <Select
        label={t('form.goalWhen')}
        allowDeselect={false}
        data={BY.map((type) => ({ value: type, label: t(`form.goalBy.${type}`) }))}
        value={when.type}
        onChange={(next) => {
          if (next === when.type) return;
          const event = { type: 'order', minTotalMinor: 0 } as const;
          onChange({
            ...node,
            when: next === 'rule' ? { type: 'rule', rule: null } : { type: 'happening', event },
          });
        }}
      />
      {when.type === 'rule' ? (
        <RuleField
          value={when.rule}
          error={errorAt('when.rule')}
          disabled={disabled}
          onChange={(rule, words) =>
            onChange({
              ...node,
              name: node.name.trim() || words.slice(0, 120),
              when: { type: 'rule', rule },
            })
          }
        />
      ) : (
        <HappeningField
          label={t('form.happening')}
          value={when.event}
          errorAt={(field) => errorAt(`when.event.${field}`)}
          onChange={(event) => onChange({ ...node, when: { type: 'happening', event } })}
        />
      )}
    </Stack>
  );
}
