import { SimpleGrid, Stack, TagsInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { currencyDigits } from '../../../lib/format.ts';
import { Section } from '../../../ui/Section.tsx';
import { Add, Categories, Choice, Num, Products, Row } from './fields.tsx';
import type { RuleForm } from './form.ts';
import { KINDS, ORDER_KINDS } from './form.ts';
import { freshTest, OPS } from './tests.ts';

type Props = { form: RuleForm; currency: string };

/** What earns how many points. A launched rule stays of its kind. */
export function WhatPart({ form, currency, launched }: Props & { launched: boolean }) {
  const { t } = useTranslation('earning');
  const { type } = form.values.earns;
  return (
    <Section title={t('form.what')} hint={t('form.whatHint')}>
      <Stack gap="md">
        <TextInput label={t('form.name')} description={t('form.nameHint')} {...form.getInputProps('name')} />
        <Choice
          form={form}
          path="earns.type"
          label={t('form.kind')}
          {...(launched ? { hint: t('form.kindStays') } : {})}
          disabled={launched}
          kinds={KINDS}
          words={(kind) => t(`kind.${kind}`)}
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md" style={{ alignItems: 'end' }}>
          <Num form={form} path="earns.points" label={t('form.points')} min={1} />
          {type === 'amount' && (
            <Num
              form={form}
              path="earns.perMinor"
              label={t('form.per')}
              unit={currency}
              decimals={currencyDigits(currency)}
            />
          )}
        </SimpleGrid>
        {type === 'amount' && (
          <Choice
            form={form}
            path="earns.steps"
            label={t('form.steps')}
            kinds={['share', 'whole'] as const}
            words={(kind) => t(`form.stepsKind.${kind}`)}
          />
        )}
        {type === 'event' && <EventFields form={form} />}
      </Stack>
    </Section>
  );
}

function EventFields({ form }: { form: RuleForm }) {
  const { t } = useTranslation('earning');
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md" style={{ alignItems: 'start' }}>
        <TextInput
          label={t('form.event')}
          description={t('form.eventHint')}
          {...form.getInputProps('earns.event')}
        />
        <TextInput
          label={t('form.onceBy')}
          description={t('form.onceByHint')}
          {...form.getInputProps('earns.onceBy')}
        />
      </SimpleGrid>
      <Choice
        form={form}
        path="earns.trust"
        label={t('form.trust')}
        hint={t('form.trustHint')}
        kinds={['server', 'verified', 'public'] as const}
        words={(kind) => t(`form.trustKind.${kind}`)}
      />
      {form.values.earns.where.map(({ key, op }, i) => (
        <Row
          key={key}
          title={t('form.test', { place: i + 1 })}
          onRemove={() => form.removeListItem('earns.where', i)}
        >
          <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm" style={{ alignItems: 'end' }}>
            <TextInput label={t('form.property')} {...form.getInputProps(`earns.where.${i}.property`)} />
            <Choice
              form={form}
              path={`earns.where.${i}.op`}
              label={t('form.op')}
              kinds={OPS}
              words={(one) => t(`form.opKind.${one}`)}
            />
            {op !== 'present' && op !== 'absent' && (
              <TagsInput
                label={t('form.values')}
                maxTags={op === 'gte' || op === 'lte' ? 1 : 200}
                {...form.getInputProps(`earns.where.${i}.values`)}
              />
            )}
          </SimpleGrid>
        </Row>
      ))}
      <Add label={t('form.addTest')} onAdd={() => form.insertListItem('earns.where', freshTest())} />
    </>
  );
}

/** Of orders: which goods. */
export function GoodsPart({ form }: { form: RuleForm }) {
  const { t } = useTranslation('earning');
  if (!ORDER_KINDS.includes(form.values.earns.type)) return null;
  return (
    <Section title={t('form.goods')} hint={t('form.goodsHint')}>
      <GoodsFields form={form} path="scope" />
    </Section>
  );
}

export function GoodsFields({ form, path }: { form: RuleForm; path: string }) {
  const { t } = useTranslation('earning');
  const [all, none] = [t('form.anyGoods'), t('form.nobody')];
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md" style={{ alignItems: 'start' }}>
      <Categories form={form} path={`${path}.categories`} label={t('form.categories')} none={all} />
      <Products form={form} path={`${path}.products`} label={t('form.products')} none={all} />
      {path === 'scope' && (
        <>
          <Categories
            form={form}
            path="scope.excludedCategories"
            label={t('form.excludedCategories')}
            none={none}
          />
          <Products
            form={form}
            path="scope.excludedProducts"
            label={t('form.excludedProducts')}
            none={none}
          />
        </>
      )}
    </SimpleGrid>
  );
}
