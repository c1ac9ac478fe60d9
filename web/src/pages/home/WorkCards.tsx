import { useTranslation } from 'react-i18next';
import { leads } from '../../api/leads.ts';
import { tasks } from '../../api/work.ts';
import { useList } from '../../lib/list.ts';
import { LeadRow } from '../leads/LeadRow.tsx';
import { TaskList } from '../work/TaskList.tsx';
import { Card } from './Card.tsx';

const SHOWN = 5;
/** Late tasks come first in the list: enough to reach those after them. */
const ASKED = 50;
const REFRESH_MS = 10_000;

export function LeadsCard() {
  const { t } = useTranslation('home');
  return (
    <Card
      title={t('leads')}
      to="/leads"
      {...useList(leads.list('hot', false, SHOWN), REFRESH_MS)}
      empty={t('noLeads')}
    >
      {(rows) => rows.slice(0, SHOWN).map((lead) => <LeadRow key={lead.contactId} lead={lead} />)}
    </Card>
  );
}

export function OverdueCard({ mine }: { mine: boolean }) {
  const { t } = useTranslation('home');
  return (
    <Card
      title={t('overdue')}
      to="/tasks"
      {...useList(tasks.list({ state: 'overdue', mine, limit: SHOWN }))}
      empty={t('noOverdue')}
    >
      {(rows) => <TaskList rows={rows.slice(0, SHOWN)} />}
    </Card>
  );
}

/** What is due from now on; what is late stands in a card of its own. */
export function NextTasksCard({ mine }: { mine: boolean }) {
  const { t } = useTranslation('home');
  const { rows, ...list } = useList(tasks.list({ state: 'open', mine, limit: ASKED }));
  return (
    <Card
      title={t('tasks')}
      to="/tasks"
      {...list}
      rows={rows?.filter(({ overdue }) => !overdue)}
      empty={t('noTasks')}
    >
      {(next) => <TaskList rows={next.slice(0, SHOWN)} />}
    </Card>
  );
}
