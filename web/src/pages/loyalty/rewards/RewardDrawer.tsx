import {
  Alert,
  Group,
  Input,
  MultiSelect,
  NumberInput,
  SegmentedControl,
  Select,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { coupons } from '../../../api/coupons.ts';
import type { ProgramView } from '../../../api/loyalty.ts';
import { orders } from '../../../api/orders.ts';
import type { RewardView } from '../../../api/rewards.ts';
import { rewards } from '../../../api/rewards.ts';
import { segments } from '../../../api/segments.ts';
import { ladders } from '../../../api/standing.ts';
import { locale } from '../../../i18n/index.ts';
import { showFieldErrors } from '../../../lib/formErrors.ts';
import { moneyText } from '../../../lib/format.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';
import { FormDrawer } from '../../../ui/FormDrawer.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { definitionOf, fieldsOf, FRESH } from './form.ts';
import type { Fields, RewardForm } from './form.ts';

type Props = { program: ProgramView; reward?: RewardView; onClose: () => void };
const KINDS = ['coupon', 'gift', 'custom'] as const;
const TYPING_MS = 250;

/** Writes a reward: what it is, what it costs, who may have it, how many there are. */
export function RewardDrawer({ program, reward, onClose }: Props) {
  const { t } = useTranslation(['rewards', 'common']);
  const form = useForm<Fields>({
    initialValues: reward === undefined ? FRESH : fieldsOf(reward.definition),
    validate: {
      definition: {
        name: { en: (name) => (name.trim() === '' ? t('rewards:form.needed') : null) },
        points: (points) => (Number(points) >= 1 ? null : t('rewards:form.needed')),
        gives: {
          couponCampaignId: (id, { definition }) =>
            definition.gives.kind === 'coupon' && id === null ? t('rewards:form.needed') : null,
        },
      },
    },
  });
  const save = useWrite({
    run: (values: Fields) =>
      reward === undefined
        ? rewards.create({ programId: program.id, definition: definitionOf(values) })
        : rewards.change(reward.id, { version: reward.version, definition: definitionOf(values) }),
    touches: ['rewards'],
    done: t(reward === undefined ? 'rewards:created' : 'rewards:saved'),
    onDone: onClose,
    onProblem: (error) => showFieldErrors(form, error),
  });
  return (
    <FormDrawer
      opened
      onClose={onClose}
      size="lg"
      title={t(reward === undefined ? 'rewards:create' : 'rewards:editTitle')}
      submit={t('common:action.save')}
      busy={save.isPending}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
    >
      <TextInput
        data-autofocus
        label={t('rewards:form.nameEn')}
        maxLength={120}
        {...form.getInputProps('definition.name.en')}
      />
      <TextInput
        label={t('rewards:form.nameRu')}
        description={t('rewards:form.ruHint')}
        maxLength={120}
        {...form.getInputProps('definition.name.ru')}
      />
      <Price form={form} program={program} />
      <Gives form={form} stays={(reward?.taken ?? 0) > 0} />
      <Textarea
        label={t('rewards:form.aboutEn')}
        autosize
        maxLength={1_000}
        {...form.getInputProps('definition.description.en')}
      />
      <Textarea
        label={t('rewards:form.aboutRu')}
        autosize
        maxLength={1_000}
        {...form.getInputProps('definition.description.ru')}
      />
      <Limits form={form} />
      <Who form={form} program={program} />
      <TextInput
        label={t('rewards:form.picture')}
        description={t('rewards:form.pictureHint')}
        {...form.getInputProps('definition.pictureUrl')}
      />
    </FormDrawer>
  );
}

function Price({ form, program }: { form: RewardForm; program: ProgramView }) {
  const { t } = useTranslation('rewards');
  const points = Number(form.values.definition.points);
  const worth = Math.floor((points * program.settings.valueOf100Minor) / 100);
  return (
    <div>
      <NumberInput
        label={t('form.points')}
        min={1}
        allowDecimal={false}
        {...form.getInputProps('definition.points')}
      />
      <Text size="xs" c="dimmed" mt={4} aria-live="polite">
        {points >= 1 && t('form.worth', { money: moneyText(worth, program.currency, locale()) })}
      </Text>
    </div>
  );
}

function Gives({ form, stays }: { form: RewardForm; stays: boolean }) {
  const { t } = useTranslation('rewards');
  const { kind } = form.values.definition.gives;
  return (
    <>
      <div role="group" aria-label={t('form.kind')}>
        <Input.Label component="div">{t('form.kind')}</Input.Label>
        <SegmentedControl
          fullWidth
          aria-label={t('form.kind')}
          disabled={stays}
          data={KINDS.map((value) => ({ value, label: t(`form.kindLabels.${value}`) }))}
          {...form.getInputProps('definition.gives.kind')}
        />
        <Text size="xs" c="dimmed" mt={4}>
          {stays ? t('form.kindStays') : t(`form.kindHints.${kind}`)}
        </Text>
      </div>
      {kind === 'coupon' && <Campaign form={form} />}
      {kind === 'gift' && <Product form={form} />}
    </>
  );
}

function Campaign({ form }: { form: RewardForm }) {
  const { t } = useTranslation('rewards');
  const { rows } = useList(coupons.campaigns());
  const good = (rows ?? []).filter(
    ({ codeKind, state, id }) =>
      (codeKind === 'unique' && state !== 'archived') || id === form.values.definition.gives.couponCampaignId,
  );
  if (rows !== undefined && good.length === 0) return <Alert color="gold">{t('form.noCampaign')}</Alert>;
  return (
    <Select
      label={t('form.campaign')}
      description={t('form.campaignHint')}
      searchable
      allowDeselect={false}
      data={good.map(({ id, name }) => ({ value: id, label: name }))}
      {...form.getInputProps('definition.gives.couponCampaignId')}
    />
  );
}

function Product({ form }: { form: RewardForm }) {
  const { t } = useTranslation('rewards');
  const { may } = useMe();
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS);
  const { data = [] } = useQuery({
    ...orders.products(search),
    enabled: may('orders:read'),
    placeholderData: keepPreviousData,
  });
  const chosen = form.values.definition.gives.productId;
  const known = data.some(({ id }) => id === chosen);
  return (
    <Select
      label={t('form.product')}
      description={t('form.productHint')}
      searchable
      clearable
      filter={({ options }) => options}
      onSearchChange={setTyped}
      data={[
        ...data.map(({ id, name }) => ({ value: id, label: name })),
        ...(chosen !== null && !known ? [{ value: chosen, label: form.values.definition.name.en }] : []),
      ]}
      {...form.getInputProps('definition.gives.productId')}
    />
  );
}

function Limits({ form }: { form: RewardForm }) {
  const { t } = useTranslation('rewards');
  return (
    <>
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <NumberInput
          label={t('form.stock')}
          placeholder={t('form.noLimit')}
          min={0}
          allowDecimal={false}
          miw={180}
          {...form.getInputProps('definition.stock')}
        />
        <NumberInput
          label={t('form.perMember')}
          placeholder={t('form.noLimit')}
          min={1}
          allowDecimal={false}
          miw={180}
          {...form.getInputProps('definition.perMember')}
        />
      </Group>
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <TextInput
          type="datetime-local"
          label={t('form.from')}
          miw={180}
          {...form.getInputProps('definition.from')}
        />
        <TextInput
          type="datetime-local"
          label={t('form.until')}
          miw={180}
          {...form.getInputProps('definition.until')}
        />
      </Group>
    </>
  );
}

function Who({ form, program }: { form: RewardForm; program: ProgramView }) {
  const { t } = useTranslation('rewards');
  const { may } = useMe();
  const { data: ladder = null } = useQuery(ladders.ofProgram(program.id));
  const { rows: known = [] } = useList({ ...segments.list(200), enabled: may('segments:read') });
  const { tiers, segments: chosen } = form.values.definition;
  return (
    <>
      {(ladder !== null || tiers.length > 0) && (
        <MultiSelect
          label={t('form.tiers')}
          placeholder={tiers.length === 0 ? t('form.everybody') : ''}
          data={(ladder?.tiers ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          {...form.getInputProps('definition.tiers')}
        />
      )}
      <MultiSelect
        label={t('form.segments')}
        placeholder={chosen.length === 0 ? t('form.everybody') : ''}
        searchable
        data={known.map(({ id, name }) => ({ value: id, label: name }))}
        {...form.getInputProps('definition.segments')}
      />
    </>
  );
}
