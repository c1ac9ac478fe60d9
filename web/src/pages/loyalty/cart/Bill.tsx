import { Badge, Loader, Paper, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TryView } from '../../../api/tries.ts';
import { locale } from '../../../i18n/index.ts';
import { moneyText, numberText } from '../../../lib/format.ts';
import type { Basket } from './basket.ts';
import classes from './cart.module.css';

type Priced = TryView['priced'];
type Part = { id: string; amountMinor: number };

/** What the cart comes to: each line before and after, by whom, and what else it gives. */
export function Bill(props: { basket: Basket; found: TryView; without: TryView | undefined; busy: boolean }) {
  const { t } = useTranslation('cart');
  const { priced, earns } = props.found;
  const { currency, totals, effects, shipping } = priced;
  const money = (minor: number) => moneyText(minor, currency, locale());
  const names = new Map(props.basket.lines.map(({ key, name }) => [key, name]));
  return (
    <Paper component="section" p="md" aria-labelledby="sample-bill" aria-busy={props.busy}>
      <Title order={2} id="sample-bill" mb={4}>
        {t('bill')} {props.busy && <Loader size={14} />}
      </Title>
      <ul className={classes['bill']}>
        {priced.lines.map((line) => (
          <li key={line.id}>
            <Row
              label={`${names.get(line.id) ?? line.id} × ${numberText(Number(line.quantity), locale(), 3)}`}
              before={line.listMinor}
              after={line.priceMinor}
              money={money}
            />
            <Parts parts={line.parts} found={props.found} money={money} />
          </li>
        ))}
        {shipping.listMinor > 0 && (
          <li>
            <Row
              label={t('shippingLine')}
              before={shipping.listMinor}
              after={shipping.priceMinor}
              money={money}
            />
            <Parts parts={shipping.parts} found={props.found} money={money} />
          </li>
        )}
        <Gives found={props.found} effects={effects} />
      </ul>
      <div aria-live="polite">
        {totals.discountMinor > 0 && (
          <div className={classes['row']} style={{ paddingTop: 8 }}>
            <Text size="sm">{t('saved')}</Text>
            <Text size="sm">−{money(totals.discountMinor)}</Text>
          </div>
        )}
        <div className={`${classes['row']} ${classes['total']}`} style={{ paddingTop: 4 }}>
          <span>{t('payable')}</span>
          <span>{money(totals.payableMinor)}</span>
        </div>
        <Without without={props.without} payable={totals.payableMinor} money={money} />
        {earns !== null && earns.points > 0 && (
          <Text size="sm" c="dimmed">
            {t(earns.pending ? 'earnsPending' : 'earns', {
              count: earns.points,
              shown: numberText(earns.points, locale()),
            })}
          </Text>
        )}
      </div>
    </Paper>
  );
}

function Without(props: { without: TryView | undefined; payable: number; money: (minor: number) => string }) {
  const { t } = useTranslation('cart');
  if (props.without === undefined) return null;
  const before = props.without.priced.totals.payableMinor;
  return (
    <Text size="sm" c="dimmed">
      {before === props.payable
        ? t('sameWithout')
        : t(before > props.payable ? 'without' : 'dearer', {
            money: props.money(before),
            less: props.money(Math.abs(before - props.payable)),
          })}
    </Text>
  );
}

function Row(props: { label: string; before: number; after: number; money: (minor: number) => string }) {
  const { t } = useTranslation('cart');
  return (
    <div className={classes['row']}>
      <Text size="sm">{props.label}</Text>
      <Text size="sm">
        {props.before !== props.after && (
          <>
            <span className="otk-hidden">{t('before')} </span>
            <Text span inherit c="dimmed" td="line-through">
              {props.money(props.before)}
            </Text>{' '}
            <span className="otk-hidden">{t('after')} </span>
          </>
        )}
        <Text span inherit fw={550}>
          {props.money(props.after)}
        </Text>
      </Text>
    </div>
  );
}

function Parts(props: { parts: readonly Part[]; found: TryView; money: (minor: number) => string }) {
  const { t } = useTranslation('cart');
  const offers = new Map(props.found.offers.map((one) => [one.id, one]));
  return props.parts
    .filter(({ amountMinor }) => amountMinor !== 0)
    .map(({ id, amountMinor }) => (
      <div
        key={id}
        className={`${classes['row']} ${classes['part']}`}
        data-own={offers.get(id)?.own ?? false}
      >
        <span>
          {offers.get(id)?.name ?? (id === 'points' ? t('points') : t('priceList'))}{' '}
          {offers.get(id)?.own === true && <Own />}
        </span>
        <span>−{props.money(amountMinor)}</span>
      </div>
    ));
}

export function Own() {
  const { t } = useTranslation('cart');
  return (
    <Badge size="xs" color="pine">
      {t('own')}
    </Badge>
  );
}

function Gives({ found, effects }: { found: TryView; effects: Priced['effects'] }) {
  const { t } = useTranslation('cart');
  const offers = new Map(found.offers.map((one) => [one.id, one]));
  const lines = [
    ...effects.gifts.map(({ offerId, products, quantity }) => ({
      offerId,
      text: t('gift', { products: products.join(', '), quantity: numberText(quantity, locale()) }),
    })),
    ...effects.bonusPoints.map(({ offerId, points }) => ({
      offerId,
      text: t('bonus', { count: points, shown: numberText(points, locale()) }),
    })),
  ];
  return lines.map(({ offerId, text }) => (
    <li key={offerId}>
      <div className={classes['row']}>
        <Text size="sm" fw={550}>
          {text}
        </Text>
      </div>
      <div className={`${classes['row']} ${classes['part']}`} data-own={offers.get(offerId)?.own ?? false}>
        <span>
          {offers.get(offerId)?.name} {offers.get(offerId)?.own === true && <Own />}
        </span>
      </div>
    </li>
  ));
}
