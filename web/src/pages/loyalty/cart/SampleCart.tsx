import { Alert, Paper, Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { orders } from '../../../api/orders.ts';
import { ApiError, fieldErrors } from '../../../api/problem.ts';
import type { TryForm } from '../../../api/tries.ts';
import { tries } from '../../../api/tries.ts';
import { language } from '../../../i18n/index.ts';
import { useMe } from '../../../lib/me.ts';
import { ErrorState, Loading } from '../../../ui/states.tsx';
import type { Basket } from './basket.ts';
import { askedOf, firstBasket, keepBasket, keptBasket } from './basket.ts';
import { Bill } from './Bill.tsx';
import { CartFields } from './CartFields.tsx';
import { Trace } from './Trace.tsx';

/** What is tried beside everything live; null: nothing, while it is not whole yet. */
export type CartDraft = Pick<TryForm, 'promotion' | 'coupon'>;

const TYPING_MS = 300;

/** A small till: a cart priced with everything that is live and with the draft beside it, and why. */
export function SampleCart({
  draft,
  onProblems,
}: {
  draft: CartDraft | null;
  /**
   * Wrong fields of the draft by their paths, `promotion.definition.…` and `coupon.definition.…`; none when all is well. The same
   * function every time, such as a state's setter.
   */
  onProblems?: (problems: Record<string, string>) => void;
}) {
  const { t } = useTranslation('cart');
  const { may } = useMe();
  const catalogue = useQuery({ ...orders.products(''), enabled: may('orders:read') });
  const [kept, setKept] = useState(keptBasket);
  const known = catalogue.data ?? (catalogue.isLoading ? undefined : []);
  const basket = kept ?? (known === undefined ? null : firstBasket(known, t('plainName')));
  const change = (next: Basket) => {
    setKept(next);
    keepBasket(next);
  };
  return (
    <Stack gap="md">
      <Paper component="section" p="md" aria-labelledby="sample-cart">
        <Title order={2} id="sample-cart">
          {t('title')}
        </Title>
        <Text size="sm" c="dimmed" mb="sm">
          {t('hint')}
        </Text>
        {basket === null ? (
          <Loading lines={3} />
        ) : (
          <>
            {known?.length === 0 && (
              <Alert color="gray" mb="sm">
                {t('noProducts')}
              </Alert>
            )}
            <CartFields basket={basket} change={change} />
          </>
        )}
      </Paper>
      {basket !== null && <Priced basket={basket} draft={draft} onProblems={onProblems} />}
    </Stack>
  );
}

function Priced(props: {
  basket: Basket;
  draft: CartDraft | null;
  onProblems: ((problems: Record<string, string>) => void) | undefined;
}) {
  const { t } = useTranslation('cart');
  const { settings } = useMe();
  const asked = askedOf(props.basket, settings.baseCurrency, language());
  const [[cart, draft]] = useDebouncedValue([asked, props.draft] as const, TYPING_MS);
  const usable = cart !== null;
  const body = cart ?? { cart: { lines: [] } };
  const isDraft = draft !== null && (draft.promotion !== undefined || draft.coupon !== undefined);
  const tried = useQuery({
    ...tries.of({ ...body, ...draft }),
    enabled: usable,
    placeholderData: keepPreviousData,
  });
  const without = useQuery({
    ...tries.of(body),
    enabled: usable && isDraft,
    placeholderData: keepPreviousData,
  });
  const problems = isDraft ? draftProblems(tried.error) : NONE;
  useTold(problems, props.onProblems);
  if (!usable) return <Text c="dimmed">{t('nothing')}</Text>;
  if (tried.error !== null)
    return Object.keys(problems).length > 0 ? (
      <Alert color="gold" title={t('unfinished')}>
        {Object.values(problems)[0]}
      </Alert>
    ) : (
      <CartProblem error={tried.error} retry={() => void tried.refetch()} />
    );
  if (tried.data === undefined) return <Loading lines={5} />;
  return (
    <>
      <Bill
        basket={props.basket}
        found={tried.data}
        without={isDraft ? without.data : undefined}
        busy={tried.isFetching}
      />
      <Trace found={tried.data} />
    </>
  );
}

const NONE: Record<string, string> = {};

/** The draft's part of what is wrong. */
function draftProblems(error: unknown): Record<string, string> {
  const found = Object.entries(fieldErrors(error)).filter(([path]) => /^(promotion|coupon)\./.test(path));
  return found.length === 0 ? NONE : Object.fromEntries(found);
}

/** Tells the form around it, once for each change. */
function useTold(
  problems: Record<string, string>,
  tell: ((problems: Record<string, string>) => void) | undefined,
): void {
  // Of equal problems the same text: they are told once.
  const key = JSON.stringify(problems);
  useEffect(() => {
    tell?.(JSON.parse(key) as Record<string, string>);
  }, [key, tell]);
}

/** A field of the cart, in words; anything else as everywhere. */
function CartProblem({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation('cart');
  const [text] = Object.values(fieldErrors(error));
  if (error instanceof ApiError && error.status === 422 && text !== undefined)
    return (
      <Alert color="red" title={t('wrong')} role="alert">
        {text}
      </Alert>
    );
  return <ErrorState error={error} retry={retry} />;
}
