import { Anchor, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ExplainFact } from '../../../api/segments.ts';
import type texts from '../../../i18n/en/segments.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText } from '../../../lib/format.ts';
import { useEventWord } from '../../../lib/eventWord.ts';
import { textOf } from '../../../lib/textOf.ts';
import { DateTime } from '../../../ui/format.tsx';
import classes from './explain.module.css';

type Known = keyof typeof texts.explain.fact;

/** The newest facts that decided, each with its moment. */
export function Facts({ facts }: { facts: readonly ExplainFact[] }) {
  const { t } = useTranslation('segments');
  if (facts.length === 0) return null;
  return (
    <ul className={classes['facts']} aria-label={t('explain.facts')}>
      {facts.map((fact, index) => (
        <li key={fact.id ?? `${fact.at} ${index}`}>
          <Text size="xs" c="dimmed" span className={classes['at'] ?? ''}>
            <DateTime at={fact.at} />
          </Text>
          <Fact fact={fact} />
        </li>
      ))}
    </ul>
  );
}

function amountText(amount: string, currency: string | null): string {
  if (currency === null) return numberText(Number(amount), locale(), 2);
  return new Intl.NumberFormat(locale(), { style: 'currency', currency }).format(Number(amount));
}

function Fact({ fact }: { fact: ExplainFact }) {
  const { t, i18n } = useTranslation(['segments', 'contacts']);
  const eventWord = useEventWord();
  const kind =
    /^\w+$/.test(fact.kind) && i18n.exists(`explain.fact.${fact.kind}`, { ns: 'segments' })
      ? t(`segments:explain.fact.${fact.kind as Known}`)
      : fact.kind;
  const what = fact.what === null ? '' : fact.kind === 'event' ? eventWord(fact.what) : fact.what;
  const value = valueText(fact, t('segments:explain.given'), t('segments:explain.withdrawn'));
  const parts = [
    what,
    value,
    fact.quantity === null ? '' : `× ${numberText(Number(fact.quantity), locale(), 2)}`,
    fact.amount === null ? '' : amountText(fact.amount, fact.currency),
  ].filter((part) => part !== '');
  return (
    <Text size="xs" span style={{ overflowWrap: 'anywhere' }}>
      {fact.kind === 'event' && what !== '' ? '' : `${kind} `}
      {parts.join(' · ')}
      {fact.page !== null && /^https?:/.test(fact.page) && (
        <>
          {' · '}
          <Anchor inherit href={fact.page} target="_blank" rel="noreferrer">
            {shortAddress(fact.page)}
          </Anchor>
        </>
      )}
    </Text>
  );
}

function valueText({ kind, value }: ExplainFact, given: string, withdrawn: string): string {
  if (value === null || value === undefined) return '';
  if (kind === 'consent') return value === true ? given : withdrawn;
  return Array.isArray(value) ? value.map(textOf).join(', ') : textOf(value);
}

/** An address without what repeats: the path says where. */
function shortAddress(page: string): string {
  const { host, pathname } = new URL(page);
  return pathname === '/' ? host : pathname;
}
