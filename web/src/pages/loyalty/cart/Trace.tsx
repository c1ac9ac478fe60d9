import { Alert, Anchor, Badge, Group, Paper, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCircleCheck, IconCircleDashed, IconCircleHalf2 } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { TryView } from '../../../api/tries.ts';
import { locale } from '../../../i18n/index.ts';
import { dateTimeText, moneyText, numberText } from '../../../lib/format.ts';
import { Own } from './Bill.tsx';
import classes from './cart.module.css';
import { useNames } from './names.ts';

type Entry = TryView['priced']['trace'][number];
type Miss = Entry['misses'][number];
/** Ids of segments, tiers and the like in words. */
type Names = (id: string) => string;

/** Why the cart costs what it costs: every rule that was looked at, the draft first, then what applies. */
export function Trace({ found }: { found: TryView }) {
  const { t } = useTranslation('cart');
  const names = useNames();
  const [all, { toggle }] = useDisclosure(false);
  const own = new Set(found.offers.filter((one) => one.own).map(({ id }) => id));
  const { trace, stages, codes } = found.priced;
  const rest = trace.filter(({ id }) => !own.has(id));
  const idle = rest.filter(({ outcome, near }) => outcome === 'not_applied' && !near);
  const shown = [...trace.filter(({ id }) => own.has(id)), ...rest.filter((one) => !idle.includes(one))];
  const refused = codes.filter(
    ({ offerId, accepted }) => !accepted && (offerId === null || !own.has(offerId)),
  );
  const row = (entry: Entry) => (
    <Rule
      // A price list stands there for each line it prices, and for each next quantity.
      key={`${entry.kind} ${entry.id} ${trace.indexOf(entry)}`}
      entry={entry}
      own={own.has(entry.id)}
      found={found}
      names={names}
    />
  );
  return (
    <Paper component="section" p="md" aria-labelledby="sample-trace">
      <Title order={2} id="sample-trace">
        {t('trace.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {trace.length === 0 ? t('trace.none') : t('trace.hint')}
      </Text>
      {refused.map(({ code, reason }) => (
        <Alert key={code} color="gold" mb="sm" p="xs">
          {t('trace.code', { code, reason: refusalText(t, reason) })}
        </Alert>
      ))}
      <ul className={classes['trace']}>
        {shown.map(row)}
        {all && idle.map(row)}
      </ul>
      {idle.length > 0 && (
        <Anchor component="button" type="button" size="sm" mt="sm" aria-expanded={all} onClick={toggle}>
          {all ? t('trace.fewer') : t('trace.more', { count: idle.length })}
        </Anchor>
      )}
      {stages.some(({ approximate }) => approximate) && (
        <Text size="xs" c="dimmed" mt="sm">
          {t('trace.approximate')}
        </Text>
      )}
    </Paper>
  );
}

function Rule(props: { entry: Entry; own: boolean; found: TryView; names: Names }) {
  const { t } = useTranslation('cart');
  const { entry, own, found } = props;
  const Icon =
    entry.outcome === 'applied'
      ? IconCircleCheck
      : entry.outcome === 'partial'
        ? IconCircleHalf2
        : IconCircleDashed;
  const hint = found.hints.find(({ offerId }) => offerId === entry.id)?.text;
  return (
    <li className={classes['rule']} data-own={own}>
      <Icon
        size={17}
        aria-hidden="true"
        color={`var(--mantine-color-${entry.outcome === 'not_applied' ? 'dimmed' : 'pine-6'})`}
      />
      <div>
        <Group gap={6}>
          <Text size="sm" fw={550}>
            {entry.name}
          </Text>
          {own && <Own />}
          <Badge size="xs" color="gray">
            {t(`stage.${entry.stage}`)}
          </Badge>
        </Group>
        <Outcome {...props} />
        {hint !== undefined && (
          <Text size="sm" c="dimmed">
            {t('trace.told', { hint })}
          </Text>
        )}
      </div>
    </li>
  );
}

function Outcome({ entry, found, names }: { entry: Entry; found: TryView; names: Names }) {
  const { t } = useTranslation('cart');
  const { currency } = found.priced;
  const money = (minor: number) => moneyText(minor, currency, locale());
  if (entry.outcome === 'not_applied')
    return entry.misses.map((miss, index) => (
      // The same reason may stand twice; they never change places.
      <Text key={`${miss.reason} ${index}`} size="sm">
        {index === 0 ? `${t('trace.not')}: ` : ''}
        {missText(t, miss, { money, names })}
        {byText(t, entry, found, index)}
      </Text>
    ));
  const { gives } = entry;
  const did =
    gives.kind === 'gift'
      ? t('trace.gave', { what: t('trace.aGift') })
      : gives.kind === 'points'
        ? t('trace.gave', { what: t('trace.points') })
        : t('trace.took', { money: money(entry.actualMinor) });
  return (
    <Text size="sm">
      {t('trace.applied')}: {did}
      {entry.limitedBy !== null &&
        ` ${t(`trace.limitedBy.${entry.limitedBy}`, { money: money(entry.desiredMinor) })}`}
    </Text>
  );
}

function byText(t: TFunction<'cart'>, { by }: Entry, { offers }: TryView, index: number): string {
  if (index > 0 || by.length === 0) return '';
  const named = by.map((id) => offers.find((one) => one.id === id)?.name ?? id);
  return ` ${t('trace.by', { names: [...new Set(named)].join(', ') })}`;
}

/** The reason, and in figures what it needed, what there was, and by how much it missed. */
function missText(
  t: TFunction<'cart'>,
  { reason, unit, needed, had, missing }: Miss,
  { money, names }: { money: (minor: number) => string; names: Names },
): string {
  const words = (value: Miss['needed']): string => {
    if (Array.isArray(value)) return value.map(names).join(', ');
    if (value === null || value === '') return t('trace.nothing');
    if (unit === 'minor') return money(Number(value));
    if (unit === 'time') return dateTimeText(String(value), locale());
    if (unit === 'names') return names(String(value));
    return numberText(Number(value), locale(), 3);
  };
  const why = t(`reason.${reason}`);
  if (unit === 'none') return why;
  if (unit === 'time') return `${why} ${timeText(t, reason, words(needed), words(had))}`;
  const facts = [
    needed === null ? null : t('trace.needs', { what: words(needed) }),
    had === null ? null : t('trace.has', { what: words(had) }),
    missing === null ? null : t('trace.short', { what: words(missing) }),
  ].filter((one) => one !== null);
  return facts.length === 0 ? why : `${why}: ${facts.join(', ')}`;
}

/** When it begins or ended, and which moment it is. */
function timeText(t: TFunction<'cart'>, reason: Miss['reason'], needed: string, at: string): string {
  if (reason === 'not_started') return t('trace.begins', { needed, at });
  return reason === 'ended' ? t('trace.ended', { needed, at }) : t('trace.moment', { at });
}

/** Why a code opens nothing: the coupon book's reason, or one of the trace. */
function refusalText(t: TFunction<'cart'>, reason: string | null): string {
  const key = `refused.${reason ?? 'unknown_code'}`;
  return t([key as 'refused.unknown_code', `reason.${reason ?? 'zero_effect'}` as 'reason.zero_effect']);
}
