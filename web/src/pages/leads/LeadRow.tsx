import { Badge, Button, Group, Text } from '@mantine/core';
import { IconChecklist, IconPhone } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { LeadView } from '../../api/leads.ts';
import { contactName } from '../../lib/contactName.ts';
import { useMe } from '../../lib/me.ts';
import { DateTime } from '../../ui/format.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { LeadScore } from './LeadScore.tsx';
import classes from './leads.module.css';
import { useRuleWords } from './ruleWords.ts';

export type LeadAction = 'why' | 'call' | 'task';

const SHOWN_REASONS = 3;

/** One lead: how hot, who, what made them so, and what one can do about it at once. */
export function LeadRow(props: { lead: LeadView; onAct?: (action: LeadAction, lead: LeadView) => void }) {
  const { t } = useTranslation('leads');
  const ruleWord = useRuleWords();
  const { may } = useMe();
  const { lead, onAct } = props;
  const name = contactName(lead) ?? t('unnamed');
  return (
    <article className={classes['lead']} aria-label={name}>
      <LeadScore score={lead.score} grade={lead.grade} />
      <div>
        <Group gap="xs">
          <AnchorLink to="/contacts/$id" params={{ id: lead.contactId }} fw={600} c="inherit">
            {name}
          </AnchorLink>
          <Badge color="gray">{t('fit', { letter: lead.fit })}</Badge>
          <Text size="sm" c="dimmed">
            {lead.lastSignalAt === null ? t('noSignal') : <DateTime at={lead.lastSignalAt} mode="relative" />}
          </Text>
        </Group>
        <Text size="sm" c="dimmed">
          {[lead.phone, lead.email, lead.country].filter(Boolean).join(' · ')}
        </Text>
        <ul className={classes['reasons']} aria-label={t('reasons')}>
          {lead.reasons.slice(0, SHOWN_REASONS).map((reason) => (
            <li key={reason.id}>
              <b>{signed(reason.counted)}</b> {ruleWord(reason.rule)}
              {reason.times > 1 && ` · ${t('times', { count: reason.times })}`}
            </li>
          ))}
        </ul>
      </div>
      {onAct !== undefined && (
        <div className={classes['actions']}>
          <Button size="xs" variant="subtle" onClick={() => onAct('why', lead)}>
            {t('why', { score: Math.round(lead.score) })}
          </Button>
          {may('contacts:write') && (
            <>
              <Button
                size="xs"
                variant="default"
                leftSection={<IconPhone size={15} />}
                onClick={() => onAct('call', lead)}
              >
                {t('call')}
              </Button>
              <Button
                size="xs"
                variant="default"
                leftSection={<IconChecklist size={15} />}
                onClick={() => onAct('task', lead)}
              >
                {t('task')}
              </Button>
            </>
          )}
        </div>
      )}
    </article>
  );
}

const signed = (points: number): string =>
  `${points < 0 ? '−' : '+'}${Math.abs(Math.round(points * 10) / 10)}`;
