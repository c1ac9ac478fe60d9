import { Badge, Stack, Table, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { BehaviourView, Trait, Visit } from '../../../api/behaviour.ts';
import type contacts from '../../../i18n/en/contacts.ts';
import { locale } from '../../../i18n/index.ts';
import { useChannelWord } from '../../../lib/channel.ts';
import { dateText, moneyText, numberText } from '../../../lib/format.ts';
import { DateTime } from '../../../ui/format.tsx';
import classes from './card.module.css';

const MINUTE_S = 60;

/** Every visit that is kept, newest first, and what was computed from all of them. */
export function Visits({ found }: { found: BehaviourView }) {
  const { t } = useTranslation('contacts');
  const traits = found.traits.filter(({ value }) => value !== null);
  return (
    <Stack gap="lg">
      <div>
        <Title order={3}>{t('behaviour.sessions')}</Title>
        <ul className={classes['entries']}>
          {found.sessions.map((visit) => (
            <li key={visit.id} className={classes['visit']}>
              <VisitLine visit={visit} />
            </li>
          ))}
        </ul>
      </div>
      {traits.length > 0 && (
        <div>
          <Title order={3}>{t('behaviour.traits')}</Title>
          <Table verticalSpacing={6} fz="sm">
            <Table.Tbody>
              {traits.map((trait) => (
                <TraitLine key={trait.key} trait={trait} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Stack>
  );
}

function VisitLine({ visit }: { visit: Visit }) {
  const { t } = useTranslation('contacts');
  const channelWord = useChannelWord();
  const minutes = Math.max(1, Math.round(visit.activeSeconds / MINUTE_S));
  return (
    <>
      <Text size="sm" fw={550}>
        <DateTime at={visit.startedAt} />{' '}
        {visit.converted && <Badge color="pine">{t('behaviour.bought')}</Badge>}
      </Text>
      <Text size="sm">
        {[channelWord(visit.channel), visit.source, visit.campaign, visit.referrer]
          .filter(Boolean)
          .join(' · ')}
      </Text>
      <Text size="sm" c="dimmed">
        {[
          t('behaviour.pages', { count: visit.pages }),
          t('behaviour.minutes', { count: minutes }),
          visit.productViews > 0 ? t('behaviour.products', { count: visit.productViews }) : undefined,
          visit.device,
          visit.browser,
        ]
          .filter(Boolean)
          .join(' · ')}
      </Text>
      {visit.entryPage !== null && (
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {visit.entryPage}
        </Text>
      )}
    </>
  );
}

type Known = keyof typeof contacts.behaviour.traitNames;

/** A computed value with how many facts it stands on. */
function TraitLine({ trait }: { trait: Trait }) {
  const { t, i18n } = useTranslation('contacts');
  const channelWord = useChannelWord();
  const name = i18n.exists(`behaviour.traitNames.${trait.key}`, { ns: 'contacts' })
    ? t(`behaviour.traitNames.${trait.key as Known}`)
    : trait.key;
  return (
    <Table.Tr>
      <Table.Td>{name}</Table.Td>
      <Table.Td ta="right">
        {trait.key.endsWith('Channel') && typeof trait.value === 'string'
          ? channelWord(trait.value)
          : valueText(trait)}
        <Text size="xs" c="dimmed">
          {t('behaviour.from', { count: trait.facts })}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}

function valueText({ kind, value, currency }: Trait): string {
  if (value === null) return '';
  if (kind === 'money' && typeof value === 'number') return moneyText(value, currency ?? 'EUR', locale());
  if (kind === 'number' && typeof value === 'number') return numberText(value, locale(), 1);
  if (kind === 'date') return dateText(String(value), locale());
  return String(value);
}
