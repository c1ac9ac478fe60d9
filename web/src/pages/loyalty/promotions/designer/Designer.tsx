import { Alert, Button, Group, List, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useBlocker, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError, fieldErrors } from '../../../../api/problem.ts';
import type { PromotionDetail } from '../../../../api/promotions.ts';
import { promotions } from '../../../../api/promotions.ts';
import { useMe } from '../../../../lib/me.ts';
import { Confirm } from '../../../../ui/Confirm.tsx';
import { useWrite } from '../../../../ui/mutation.ts';
import { SampleCart } from '../../cart/SampleCart.tsx';
import { Sentence } from '../Sentence.tsx';
import classes from './designer.module.css';
import { EffectPart } from './EffectPart.tsx';
import type { PromotionForm } from './form.ts';
import { LimitsPart } from './LimitsPart.tsx';
import { OrderPart } from './OrderPart.tsx';
import { ScopePart } from './Scope.tsx';
import { WhenPart } from './WhenPart.tsx';
import { WhoPart } from './WhoPart.tsx';
import { lackingIn, writeDefinition } from './write.ts';

/** A path of the API as the path of the field that holds it. */
const fieldOf = (path: string): string =>
  path
    .replace(/^(promotion\.)?definition\./, '')
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

/** A promotion being made or changed: fields, what they say in words, and a cart that is priced with it. */
export function Designer({ initial, promotion }: { initial: PromotionForm; promotion?: PromotionDetail }) {
  const { t } = useTranslation(['promotions', 'common']);
  const { settings } = useMe();
  const navigate = useNavigate();
  const form = useForm<PromotionForm>({ initialValues: initial });
  const { values } = form;
  const currency = values.currency ?? settings.baseCurrency;
  const lacking = lackingIn(values);
  const definition = writeDefinition(values, currency);
  const whole = lacking.length === 0;
  const named = { ...definition, name: definition.name === '' ? t('promotions:unnamed') : definition.name };
  const [told, setTold] = useState<Record<string, string>>({});
  const saved = useRef(false);
  const [newer, setNewer] = useState(false);
  const save = useWrite({
    run: () =>
      promotion === undefined
        ? promotions.create(definition)
        : promotions.change(promotion.id, promotion.version, definition),
    touches: ['promotions'],
    done: t('promotions:saved'),
    onDone: ({ id }) => {
      saved.current = true;
      void navigate({ to: '/loyalty/promotions/$id', params: { id } });
    },
    onProblem: (error) => {
      if (error instanceof ApiError && error.code === 'promotion_changed') setNewer(true);
      const found = inForm(fieldErrors(error));
      form.setErrors(found);
      setTold(found);
      return Object.keys(found).length > 0;
    },
  });
  const { setErrors } = form;
  const key = JSON.stringify(told);
  useEffect(() => setErrors(inForm(JSON.parse(key) as Record<string, string>)), [key, setErrors]);
  const submit = () => {
    const missing = [...(values.name.trim() === '' ? ['name'] : []), ...lacking];
    if (missing.length === 0) return save.mutate(undefined);
    form.setErrors(Object.fromEntries(missing.map((path) => [path, t('common:error.required')])));
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
          <OrderPart form={form} />
          <Problems problems={inForm(told)} />
          <Group>
            <Button type="submit" loading={save.isPending}>
              {t(
                promotion === undefined || promotion.launchedAt === null
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
          <Sentence definition={whole ? named : null} />
          <SampleCart
            draft={
              whole
                ? {
                    promotion: {
                      definition: named,
                      ...(promotion === undefined ? {} : { id: promotion.id }),
                    },
                  }
                : null
            }
            onProblems={setTold}
          />
        </aside>
      </div>
      <Leaving dirty={() => form.isDirty() && !saved.current} />
    </form>
  );
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
