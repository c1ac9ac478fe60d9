import { Button, Drawer, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import type { LeadView } from '../../api/leads.ts';
import { contactName } from '../../lib/contactName.ts';
import { LeadScore } from './LeadScore.tsx';
import classes from './leads.module.css';
import { WhyLead } from './WhyLead.tsx';
import { useRuleWords } from './ruleWords.ts';

/** The score on a contact's card: the ring, the main reasons, and all of them behind a press. */
export function LeadSummary({ lead }: { lead: LeadView }) {
  const { t } = useTranslation(['leads', 'common']);
  const ruleWord = useRuleWords();
  const [open, why] = useDisclosure(false);
  return (
    <>
      <Group wrap="nowrap" align="flex-start">
        <LeadScore score={lead.score} grade={lead.grade} />
        <div>
          <Text size="sm" fw={600}>
            {t(`leads:grade.${lead.grade}`)} · {t('leads:fit', { letter: lead.fit })}
          </Text>
          <ul className={classes['reasons']} aria-label={t('leads:reasons')}>
            {lead.reasons.slice(0, 3).map((reason) => (
              <li key={reason.id}>
                {ruleWord(reason.rule)}
                {reason.times > 1 && ` · ${t('leads:times', { count: reason.times })}`}
              </li>
            ))}
          </ul>
          <Button size="compact-sm" variant="subtle" mt={6} ml={-8} onClick={why.open}>
            {t('leads:why', { score: Math.round(lead.score) })}
          </Button>
        </div>
      </Group>
      <Drawer
        opened={open}
        onClose={why.close}
        size="lg"
        title={t('leads:whyTitle', {
          score: Math.round(lead.score),
          name: contactName(lead) ?? t('leads:unnamed'),
        })}
      >
        {open && <WhyLead contactId={lead.contactId} />}
      </Drawer>
    </>
  );
}
