import { Button, Drawer, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Fragment } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { BehaviourView } from '../../../api/behaviour.ts';
import { behaviour } from '../../../api/behaviour.ts';
import { locale } from '../../../i18n/index.ts';
import { useChannelWord } from '../../../lib/channel.ts';
import { numberText } from '../../../lib/format.ts';
import { DateTime, Figure } from '../../../ui/format.tsx';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';
import classes from './card.module.css';
import { Visits } from './Visits.tsx';

const MEASURES = ['visits', 'pages', 'productViews', 'priceViews'] as const;

/** What a contact does on the site: how often, where from, more or less than before; all visits behind a press. */
export function Behaviour({ contactId }: { contactId: string }) {
  const { t } = useTranslation('contacts');
  const [open, all] = useDisclosure(false);
  return (
    <Section title={t('behaviour.title')}>
      <Loaded query={useQuery(behaviour.of(contactId))} lines={2}>
        {(found) =>
          found.visits === 0 ? (
            <Text size="sm" c="dimmed">
              {t('behaviour.none')}
            </Text>
          ) : (
            <>
              <Came found={found} />
              <Trends trends={found.trends} />
              <Button size="compact-sm" variant="subtle" mt="xs" ml={-8} onClick={all.open}>
                {t('behaviour.all')}
              </Button>
              <Drawer opened={open} onClose={all.close} size="lg" title={t('behaviour.title')}>
                <Visits found={found} />
              </Drawer>
            </>
          )
        }
      </Loaded>
    </Section>
  );
}

function Came({ found }: { found: BehaviourView }) {
  const { t } = useTranslation('contacts');
  const channelWord = useChannelWord();
  const touch = (of: BehaviourView['touches']['first']): ReactNode =>
    of === null ? null : (
      <>
        {[channelWord(of.channel), of.source, of.campaign].filter(Boolean).join(' · ')} ·{' '}
        <DateTime at={of.at} mode="date" />
      </>
    );
  const rows: [string, ReactNode][] = [
    [t('behaviour.visits'), <Figure key="visits" value={found.visits} />],
    [
      t('behaviour.lastSeen'),
      found.lastSeenAt === null ? null : <DateTime key="last" at={found.lastSeenAt} mode="relative" />,
    ],
    [t('behaviour.first'), touch(found.touches.first)],
    [t('behaviour.last'), touch(found.touches.last)],
  ];
  return (
    <dl className={classes['facts']}>
      {rows
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
    </dl>
  );
}

/** Each measure over the last days, with how it differs from as many days before. */
function Trends({ trends }: { trends: BehaviourView['trends'] }) {
  const { t } = useTranslation('contacts');
  return (
    <Table mt="sm" verticalSpacing={4} horizontalSpacing={4} fz="sm" tabularNums>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('behaviour.measure')}</Table.Th>
          {trends.map(({ days }) => (
            <Table.Th key={days} ta="right">
              {t('behaviour.days', { count: days })}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {MEASURES.map((measure) => (
          <Table.Tr key={measure}>
            <Table.Td>{t(`behaviour.measures.${measure}`)}</Table.Td>
            {trends.map((trend) => (
              <Table.Td key={trend.days} ta="right">
                {numberText(trend[measure].now, locale())} <Change by={trend[measure].change} />
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Change({ by }: { by: number }) {
  const { t } = useTranslation('contacts');
  if (by === 0) return null;
  const shown = `${by > 0 ? '+' : '−'}${numberText(Math.abs(by), locale(), 1)}`;
  return (
    <Text span size="xs" c={by > 0 ? 'pine' : 'dimmed'} title={t('behaviour.change')}>
      {shown}
    </Text>
  );
}
