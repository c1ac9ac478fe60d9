import { Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Overlap as Overlapped } from '../../../api/segments.ts';
import { segments } from '../../../api/segments.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText, shareText } from '../../../lib/format.ts';
import { useList } from '../../../lib/list.ts';
import { DateTime, Figure } from '../../../ui/format.tsx';
import { ButtonLink } from '../../../ui/links.tsx';
import { EmptyState, Loaded } from '../../../ui/states.tsx';
import classes from './insight.module.css';

/** How a segment meets another. */
export function Overlap({ id, name, mayWrite }: { id: string; name: string; mayWrite: boolean }) {
  const { t } = useTranslation('segments');
  const list = useList(segments.list(200));
  const [other, choose] = useState<string | null>(null);
  const others = list.rows?.filter((one) => one.id !== id);
  const otherName = others?.find((one) => one.id === other)?.name ?? '';
  if (others?.length === 0) return <EmptyState title={t('overlap.alone')} />;
  return (
    <Stack p="md" gap="md">
      <Select
        label={t('overlap.with')}
        placeholder={t('overlap.choose')}
        searchable
        maw={420}
        data={(others ?? []).map((one) => ({ value: one.id, label: one.name }))}
        value={other}
        onChange={choose}
      />
      {other !== null && <Meeting id={id} other={other} names={[name, otherName]} mayWrite={mayWrite} />}
    </Stack>
  );
}

type Names = readonly [string, string];

function Meeting(props: { id: string; other: string; names: Names; mayWrite: boolean }) {
  const query = useQuery(segments.overlap(props.id, props.other));
  return (
    <Loaded query={query} lines={3}>
      {(found) => <Found found={found} {...props} />}
    </Loaded>
  );
}

function Found(props: { found: Overlapped; id: string; other: string; names: Names; mayWrite: boolean }) {
  const { t } = useTranslation('segments');
  const { found, id, other, names } = props;
  const [a, b] = names;
  const whole = found.onlyA + found.both + found.onlyB;
  const parts = [
    { key: 'onlyA', label: t('overlap.only', { name: a }), count: found.onlyA, rule: [id, other] },
    { key: 'both', label: t('overlap.both'), count: found.both, rule: [id, other] },
    { key: 'onlyB', label: t('overlap.only', { name: b }), count: found.onlyB, rule: [other, id] },
  ] as const;
  const inWords = parts.map(({ label, count }) => `${label}: ${numberText(count, locale())}`).join(', ');
  return (
    <Stack gap="sm">
      <Text>
        {found.both === 0
          ? t('overlap.none')
          : t('overlap.words', {
              ofA: shareText(found.shareOfA, locale()),
              a,
              ofB: shareText(found.shareOfB, locale()),
              b,
            })}
      </Text>
      {whole > 0 && (
        <div className={classes['bar']} role="img" aria-label={inWords}>
          {parts.map(({ key, count }) =>
            count === 0 ? null : <div key={key} data-part={key} style={{ flexGrow: count }} />,
          )}
        </div>
      )}
      <ul className={classes['parts']}>
        {parts.map(({ key, label, count, rule }) => (
          <li key={key}>
            <span className={classes['key']} data-part={key} aria-hidden="true" />
            <Text size="sm" span className={classes['label'] ?? ''}>
              {label}
            </Text>
            <Text size="sm" span fw={650}>
              <Figure value={count} />
            </Text>
            {props.mayWrite && count > 0 && (
              <ButtonLink
                to="/segments/new"
                search={{ name: label, rule: ruleOf(key, rule) }}
                size="compact-xs"
                variant="subtle"
                aria-label={t('overlap.makeOf', { label })}
              >
                {t('overlap.make')}
              </ButtonLink>
            )}
          </li>
        ))}
      </ul>
      <Text size="xs" c="dimmed">
        {t('overlap.asOf')} <DateTime at={found.asOf} />
      </Text>
    </Stack>
  );
}

/** The part as a rule: in both, or in the one and not in the other. */
function ruleOf(part: 'onlyA' | 'both' | 'onlyB', [first, second]: readonly [string, string]) {
  const inSegment = (segmentId: string) => ({ type: 'segment', segmentId });
  const also = part === 'both' ? inSegment(second) : { type: 'not', child: inSegment(second) };
  return { type: 'all', children: [inSegment(first), also] };
}
