import { Anchor, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ExplainFact } from '../../../api/segments.ts';
import type texts from '../../../i18n/en/segments.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText } from '../../../lib/format.ts';
import { useChannelWord } from '../../../lib/channel.ts';
import { useEventWord } from '../../../lib/eventWord.ts';
import { textOf } from '../../../lib/textOf.ts';
import { DateTime } from '../../../ui/format.tsx';
import { useFactWords } from './words.ts';
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
  const partsOf = usePartsOf();
  const kind =
    /^\w+$/.test(fact.kind) && i18n.exists(`explain.fact.${fact.kind}`, { ns: 'segments' })
      ? t(`segments:explain.fact.${fact.kind as Known}`)
      : fact.kind;
  const parts = partsOf(fact).filter((part) => part !== '');
  return (
    <Text size="xs" span style={{ overflowWrap: 'anywhere' }}>
      {fact.kind === 'event' && parts.length > 0 ? '' : `${kind} `}
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

/** What is told of a fact, by its kind: in words, never in the keys it is stored under. */
function usePartsOf(): (fact: ExplainFact) => string[] {
  const { t } = useTranslation(['segments', 'contacts']);
  const { fieldWord, cellWord, gradeWord, consentWord, valueWord } = useFactWords();
  const eventWord = useEventWord();
  const channelWord = useChannelWord();
  return (fact) => {
    const { kind, value, quantity } = fact;
    const what = fact.what ?? '';
    const amount = fact.amount === null ? '' : amountText(fact.amount, fact.currency);
    const many = (of: 'units' | 'lines' | 'pages') =>
      quantity === null
        ? ''
        : t(`segments:explain.${of}`, {
            count: Number(quantity),
            shown: numberText(Number(quantity), locale(), 2),
          });
    const said = valueText(value, (text) => valueWord(text, what));
    if (kind === 'event') return [eventWord(what), said, amount];
    if (kind === 'line')
      return [said, many('units'), amount, t('segments:explain.ofOrder', { number: what })];
    if (kind === 'order') return [what, many('lines'), amount];
    if (kind === 'visit') return [channelWord(what), many('pages'), said, amount];
    if (kind === 'attribute' || kind === 'trait') return [`${fieldWord(what)}: ${said}`];
    if (kind === 'consent')
      return [
        consentWord(what),
        value === true ? t('segments:explain.given') : t('segments:explain.withdrawn'),
      ];
    if (kind === 'rfm') return [cellWord(what), scoresText(value, t), amount];
    if (kind === 'lead') return [what.split(' ').map(gradeWord).join(' '), said];
    if (kind === 'list') return [value === true ? t('segments:moves.entered') : t('segments:moves.left')];
    return [what, said, amount];
  };
}

/** The three scores of a buyer; their orders and revenue stand beside. */
function scoresText(
  value: unknown,
  t: ReturnType<typeof useTranslation<['segments', 'contacts']>>['t'],
): string {
  if (typeof value !== 'object' || value === null) return '';
  const scores = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, textOf(one)]));
  return t('segments:explain.scores', {
    recency: scores['recency'] ?? '',
    frequency: scores['frequency'] ?? '',
    money: scores['money'] ?? '',
  });
}

function valueText(value: unknown, word: (text: string) => string): string {
  if (Array.isArray(value)) return value.map((one) => word(textOf(one))).join(', ');
  if (typeof value === 'number') return numberText(value, locale(), 2);
  return word(textOf(value));
}

/** An address without what repeats: the path says where. */
function shortAddress(page: string): string {
  const { host, pathname } = new URL(page);
  return pathname === '/' ? host : pathname;
}
