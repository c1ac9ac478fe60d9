import { Code } from '@mantine/core';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type developer from '../../i18n/en/developer.ts';
import { Section } from '../../ui/Section.tsx';
import classes from './developer.module.css';

type Call = keyof typeof developer.calls;

/** The page's own calls, as the snippet has them. */
const CALLS: readonly [Call, string][] = [
  ['track', "otklik.track('Product Viewed', { product_id: 'SAMPLE-1', price: 12.5 })"],
  ['page', "otklik.page('Catalogue', { section: 'tea' })"],
  ['identify', "otklik.identify('42', { email: 'anna@example.com' }, { userHash: '…' })"],
  ['group', "otklik.group('company-7', { name: 'Tea & Co' })"],
  ['productViewed', "otklik.productViewed({ product_id: 'SAMPLE-1', name: 'Mountain tea', price: 12.5 })"],
  ['addToCart', "otklik.addToCart({ product_id: 'SAMPLE-1', quantity: 2, price: 12.5 })"],
  [
    'checkoutStarted',
    "otklik.checkoutStarted({ products: [{ product_id: 'SAMPLE-1', quantity: 2, price: 12.5 }] })",
  ],
  ['orderCompleted', "otklik.orderCompleted({ order_id: '1001', total: 25, currency: 'EUR', products: [] })"],
  ['consent', 'otklik.consent({ analytics: true, marketing: false })'],
  ['reset', 'otklik.reset()'],
  ['getAnonymousId', 'otklik.getAnonymousId()'],
  ['onReady', "otklik('onReady', (o) => o.track('Ready'))"],
  ['messages', 'otklik.messages()'],
  ['push', 'otklik.push({ done: (subscribed) => {} })'],
  ['debug', 'otklik.debug(true)'],
];

/** What stands in the line itself. */
const OPTIONS: readonly [Call, string][] = [
  ['dataConsent', 'data-consent="denied"'],
  ['dataMode', 'data-mode="cookieless"'],
  ['dataMessages', 'data-messages'],
  ['dataOff', 'data-off="links forms"'],
  ['dataForm', '<form data-otklik-form="newsletter">'],
  ['dataSlot', '<div data-otklik-slot="hero"></div>'],
];

export function ApiReference() {
  const { t } = useTranslation('developer');
  return (
    <Section title={t('reference')} hint={t('referenceHint')}>
      <List rows={CALLS} />
      <h3>{t('options')}</h3>
      <List rows={OPTIONS} />
    </Section>
  );
}

function List({ rows }: { rows: readonly [Call, string][] }) {
  const { t } = useTranslation('developer');
  return (
    <dl className={classes['calls']}>
      {rows.map(([name, code]) => (
        <Fragment key={name}>
          <dt>
            <Code>{code}</Code>
          </dt>
          <dd>{t(`calls.${name}`)}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
