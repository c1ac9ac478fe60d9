import { Alert, Button, Group, List, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useBlocker, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CouponCampaignInput } from '../../../../api/coupons.ts';
import { coupons } from '../../../../api/coupons.ts';
import { ApiError, fieldErrors } from '../../../../api/problem.ts';
import type { PromotionDetail, PromotionInput } from '../../../../api/promotions.ts';
import { promotions } from '../../../../api/promotions.ts';
import { useMe } from '../../../../lib/me.ts';
import { Confirm } from '../../../../ui/Confirm.tsx';
import { useWrite } from '../../../../ui/mutation.ts';
import type { CartDraft } from '../../cart/SampleCart.tsx';
import { SampleCart } from '../../cart/SampleCart.tsx';
import { Sentence } from '../Sentence.tsx';
import { writeCoupon } from './coupon.ts';
import classes from './designer.module.css';
import { EffectPart } from './EffectPart.tsx';
import type { Form } from './fields.tsx';
import type { PromotionForm } from './form.ts';
import { lackingIn } from './lacking.ts';
import { LimitsPart } from './LimitsPart.tsx';
import { OrderPart } from './OrderPart.tsx';
import { ScopePart } from './Scope.tsx';
import { WhenPart } from './WhenPart.tsx';
import { WhoPart } from './WhoPart.tsx';
import { writeDefinition } from './write.ts';

/** A path of the API as the path of the field that holds it. */
const fieldOf = (path: string): string =>
  path
    .replace(/^((promotion|coupon)\.)?definition\./, '')
    .replace(/^(effect\.steps\.\d+)\.(fromQuantity|fromMinor)$/, '$1.from')
    .replace(/^(effect\.steps\.\d+)\.(percent|amountMinor|unitPrice)$/, '$1.value')
    .replace(/^effect\.(priceMinor|amountMinor|percent)$/, (whole, name: string) =>
      name === 'priceMinor' ? 'effect.setValue' : whole,
    )
    .replace(/^(conditions\.schedule\.recurring)\.start$/, '$1.date')
    .replace(/^(conditions\.schedule\.recurring)\.durationMinutes$/, '$1.hours')
    .replace(/\.(segments|notSegments|tiers|products|categories|excludes|tags)\.\d+$/, '.$1');

const inForm = (problems: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(problems).map(([path, text]) => [fieldOf(path), text]));

type Saving = {
  form: Form;
  promotion: PromotionDetail | undefined;
  coupon: CouponCampaignInput | undefined;
  definition: PromotionInput;
  onRefused: (problems: Record<string, string>) => void;
};

/** Saves what the fields say: as a promotion, or with a code as a coupon; then its own page goes on. */
function useSaving({ form, promotion, coupon, definition, onRefused }: Saving) {
  const { t } = useTranslation('promotions');
  const navigate = useNavigate();
  const saved = useRef(false);
  const [newer, setNewer] = useState(false);
  const save = useWrite({
    run: async () => {
      if (coupon !== undefined) return { id: (await coupons.create(coupon)).id, isCoupon: true };
      const { id } =
        promotion === undefined
          ? await promotions.create(definition)
          : await promotions.change(promotion.id, promotion.version, definition);
      return { id, isCoupon: false };
    },
    touches: ['promotions', 'coupon-campaigns'],
    done: t('saved'),
    onDone: ({ id, isCoupon }) => {
      saved.current = true;
      void navigate({ to: isCoupon ? '/loyalty/coupons/$id' : '/loyalty/promotions/$id', params: { id } });
    },
    onProblem: (error) => {
      if (error instanceof ApiError && error.code === 'promotion_changed') setNewer(true);
      const found = inForm(fieldErrors(error));
      form.setErrors(found);
      onRefused(found);
      return Object.keys(found).length > 0;
    },
  });
  return { save, newer, isDirty: () => form.isDirty() && !saved.current };
}

const NONE: Record<string, string> = {};

/** A promotion being made or changed: fields, what they say in words, and a cart that is priced with it. */
export function Designer({ initial, promotion }: { initial: PromotionForm; promotion?: PromotionDetail }) {
  const { t } = useTranslation(['promotions', 'common']);
  const { settings } = useMe();
  /** Of the draft as the cart tries it, and of the last attempt to save it. */
  const [told, setTold] = useState(NONE);
  const [refused, setRefused] = useState(NONE);
  const form = useForm<PromotionForm>({ initialValues: initial, onValuesChange: () => setRefused(NONE) });
  const { values, setErrors } = form;
  const currency = values.currency ?? settings.baseCurrency;
  const lacking = lackingIn(values);
  const definition = writeDefinition(values, currency);
  const whole = lacking.length === 0;
  const named = { ...definition, name: definition.name === '' ? t('promotions:unnamed') : definition.name };
  const coupon = values.code === null ? undefined : writeCoupon(values, currency);
  const { save, newer, isDirty } = useSaving({ form, promotion, coupon, definition, onRefused: setRefused });
  useEffect(() => setErrors(inForm(told)), [told, setErrors]);
  const submit = () => {
    const missing = [...(values.name.trim() === '' ? ['name'] : []), ...lacking];
    if (missing.length === 0) return save.mutate(undefined);
    setErrors(Object.fromEntries(missing.map((path) => [path, t('common:error.required')])));
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className={classes['layout']}>
        <Stack gap="lg" miw={0}>
          {newer && <Alert color="gold">{t('promotions:changedMeanwhile')}</Alert>}
          <EffectPart form={form} currency={currency} />
          <ScopePart form={form} currency={currency} />
          <WhoPart form={form} currency={currency} />
          <WhenPart form={form} />
          <LimitsPart form={form} currency={currency} />
          <OrderPart form={form} fresh={promotion === undefined} />
          <Problems problems={{ ...inForm(told), ...refused }} />
          <Group>
            <Button type="submit" loading={save.isPending}>
              {t(
                coupon !== undefined
                  ? 'promotions:toCoupon'
                  : promotion === undefined || promotion.launchedAt === null
                    ? 'promotions:toReview'
                    : 'promotions:saveVersion',
              )}
            </Button>
            {(!whole || values.name.trim() === '') && (
              <Text size="sm" c="dimmed">
                {t(whole ? 'promotions:noName' : 'promotions:lacking', { count: lacking.length })}
              </Text>
            )}
          </Group>
        </Stack>
        <aside className={classes['aside']} aria-label={t('promotions:aside')}>
          <Sentence definition={whole ? (coupon === undefined ? named : asCoupon(named)) : null} />
          <SampleCart draft={whole ? draftOf(named, coupon, promotion) : null} onProblems={setTold} />
        </aside>
      </div>
      <Leaving dirty={isDirty} />
    </form>
  );
}

/** The same without what a coupon leaves behind, for the words. */
const asCoupon = (definition: PromotionInput): PromotionInput => ({
  ...definition,
  stage: definition.effect.type === 'free_shipping' ? 'shipping' : 'coupon',
  needsCode: true,
  priority: 0,
  tags: [],
  excludes: [],
});

/** What the cart is tried with. */
function draftOf(
  definition: PromotionInput,
  coupon: CouponCampaignInput | undefined,
  promotion: PromotionDetail | undefined,
): CartDraft {
  if (coupon !== undefined) return { coupon: { definition: { ...coupon, name: definition.name } } };
  return { promotion: { definition, ...(promotion === undefined ? {} : { id: promotion.id }) } };
}

/** What is wrong, also where no field shows it. */
function Problems({ problems }: { problems: Record<string, string> }) {
  const { t } = useTranslation('promotions');
  const found = Object.entries(problems);
  if (found.length === 0) return null;
  return (
    <Alert color="red" title={t('wrong')} role="alert">
      <List size="sm">
        {found.map(([path, text]) => (
          <List.Item key={path}>{text}</List.Item>
        ))}
      </List>
    </Alert>
  );
}

/** Asks before edits are lost. */
function Leaving({ dirty }: { dirty: () => boolean }) {
  const { t } = useTranslation('promotions');
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty() && current.pathname !== next.pathname,
    enableBeforeUnload: dirty,
    withResolver: true,
  });
  return (
    <Confirm
      opened={blocker.status === 'blocked'}
      onClose={() => blocker.reset?.()}
      title={t('leaving.title')}
      text={t('leaving.text')}
      yes={t('leaving.yes')}
      danger
      onYes={() => blocker.proceed?.()}
    />
  );
}
