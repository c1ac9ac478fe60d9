import { Drawer, Group, Modal, Paper, SegmentedControl, Switch } from '@mantine/core';
import { IconFlame } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Grade, LeadView } from '../../api/leads.ts';
import { leads } from '../../api/leads.ts';
import { locale } from '../../i18n/index.ts';
import { contactName } from '../../lib/contactName.ts';
import { numberText } from '../../lib/format.ts';
import { useList } from '../../lib/list.ts';
import { useMe } from '../../lib/me.ts';
import { More } from '../../ui/More.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { EmptyState, ErrorState, Loading } from '../../ui/states.tsx';
import { CallForm } from '../work/CallForm.tsx';
import { TaskForm } from '../work/TaskForm.tsx';
import type { LeadAction } from './LeadRow.tsx';
import { LeadRow } from './LeadRow.tsx';
import { WhyLead } from './WhyLead.tsx';

const route = getRouteApi('/app/leads');
const GRADES: readonly Grade[] = ['hot', 'warm', 'cold'];
const REFRESH_MS = 5_000;

export default function LeadsPage() {
  const { t } = useTranslation(['leads', 'common']);
  const { user } = useMe();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [acting, setActing] = useState<{ action: LeadAction; lead: LeadView }>();
  const grade = search.grade ?? 'hot';
  const list = useList(leads.list(grade, search.mine === true), REFRESH_MS);
  const counts = useQuery({ ...leads.counts, refetchInterval: REFRESH_MS });
  const tab = (value: Grade) =>
    counts.data === undefined
      ? t(`leads:grade.${value}`)
      : `${t(`leads:grade.${value}`)} · ${numberText(counts.data[value], locale())}`;
  const close = () => setActing(undefined);
  return (
    <>
      <PageHeader title={t('leads:title')} description={t('leads:description')} />
      <Group mb="md">
        <SegmentedControl
          aria-label={t('leads:gradeLabel')}
          value={grade}
          onChange={(value) =>
            void navigate({
              search: (now) => ({ ...now, grade: value === 'hot' ? undefined : value }),
              replace: true,
            })
          }
          data={GRADES.map((value) => ({ value, label: tab(value) }))}
        />
        <Switch
          label={t('leads:mine')}
          checked={search.mine === true}
          onChange={(event) => {
            const mine = event.currentTarget.checked ? true : undefined;
            void navigate({ search: (now) => ({ ...now, mine }), replace: true });
          }}
        />
      </Group>
      <Paper>
        {list.error !== null && list.rows === undefined && (
          <ErrorState error={list.error} retry={list.onRetry} />
        )}
        {list.error === null && list.rows === undefined && (
          <Group p="md">
            <Loading lines={6} height={26} />
          </Group>
        )}
        {list.rows?.length === 0 && (
          <EmptyState
            icon={<IconFlame />}
            title={t(`leads:empty.${grade}`)}
            text={user.visibility === 'own' ? t('leads:ownOnly') : t('leads:emptyText')}
          />
        )}
        {list.rows?.map((lead) => (
          <LeadRow key={lead.contactId} lead={lead} onAct={(action, of) => setActing({ action, lead: of })} />
        ))}
        <More more={list.more} />
      </Paper>
      <Drawer
        opened={acting?.action === 'why'}
        onClose={close}
        size="lg"
        title={
          acting === undefined
            ? ''
            : t('leads:whyTitle', {
                score: Math.round(acting.lead.score),
                name: contactName(acting.lead) ?? t('leads:unnamed'),
              })
        }
      >
        {acting?.action === 'why' && <WhyLead contactId={acting.lead.contactId} />}
      </Drawer>
      <Modal
        opened={acting?.action === 'call' || acting?.action === 'task'}
        onClose={close}
        title={
          acting === undefined
            ? ''
            : `${acting.action === 'call' ? t('leads:call') : t('leads:task')}: ${contactName(acting.lead) ?? t('leads:unnamed')}`
        }
      >
        {acting?.action === 'call' && (
          <CallForm contactId={acting.lead.contactId} phone={acting.lead.phone} onDone={close} />
        )}
        {acting?.action === 'task' && <TaskForm contactId={acting.lead.contactId} onDone={close} />}
      </Modal>
    </>
  );
}
