import { Badge, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { campaigns } from '../../api/campaigns.ts';
import { segments } from '../../api/segments.ts';
import { locale } from '../../i18n/index.ts';
import { numberText } from '../../lib/format.ts';
import { useList } from '../../lib/list.ts';
import { Figure } from '../../ui/format.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { STATE_COLORS } from '../campaigns/words.ts';
import { Card } from './Card.tsx';
import classes from './home.module.css';

const SHOWN = 6;

export function SegmentsCard() {
  const { t } = useTranslation('home');
  return (
    <Card title={t('segments')} to="/segments" {...useList(segments.list())} empty={t('noSegments')}>
      {(rows) => (
        <ul className={classes['rows']}>
          {rows.slice(0, SHOWN).map(({ id, name, count }) => (
            <li key={id}>
              <AnchorLink to="/segments/$id" params={{ id }} size="sm">
                {name}
              </AnchorLink>
              {count === null ? '…' : <Figure value={count} />}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

export function CampaignsCard() {
  const { t } = useTranslation(['home', 'campaigns']);
  return (
    <Card
      title={t('home:campaigns')}
      to="/campaigns"
      {...useList(campaigns.list())}
      empty={t('home:noCampaigns')}
    >
      {(rows) => (
        <ul className={classes['rows']}>
          {rows.slice(0, SHOWN).map(({ id, name, state, counts }) => (
            <li key={id}>
              <AnchorLink to="/campaigns/$id" params={{ id }} size="sm">
                {name}
              </AnchorLink>
              <Group gap="xs" wrap="nowrap">
                {t('home:sent', { shown: numberText(counts.sent ?? 0, locale()) })}
                <Badge color={STATE_COLORS[state]}>{t(`campaigns:states.${state}`)}</Badge>
              </Group>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
