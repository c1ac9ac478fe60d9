import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PersonalView } from '../../../api/standing.ts';
import { personal } from '../../../api/standing.ts';
import { locale } from '../../../i18n/index.ts';
import { percentText } from '../../../lib/format.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';
import { Confirm } from '../../../ui/Confirm.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { Section } from '../../../ui/Section.tsx';
import { EmptyState } from '../../../ui/states.tsx';
import { usePersonalColumns } from './PersonalRequests.tsx';

/** Discounts of one contact each, in force or to come, the soonest to end first. */
export function PersonalInForce({ give }: { give: React.ReactNode }) {
  const { t } = useTranslation('discounts');
  const { may } = useMe();
  const { at: _at, ...list } = useList(personal.inForce());
  const columns = usePersonalColumns();
  columns.push({ key: 'by', header: t('personal.approvedBy'), cell: ({ decidedBy }) => decidedBy ?? '' });
  if (may('loyalty:write'))
    columns.push({ key: 'end', header: t('personal.action'), cell: (row) => <EndPersonal row={row} /> });
  return (
    <Section flush title={t('personal.title')} hint={t('personal.hint')} actions={give}>
      <DataTable
        label={t('personal.title')}
        columns={columns}
        {...list}
        rowKey={({ id }) => id}
        empty={<EmptyState title={t('personal.none')} text={t('personal.noneText')} />}
      />
    </Section>
  );
}

export function EndPersonal({ row }: { row: PersonalView }) {
  const { t } = useTranslation('discounts');
  const [asking, setAsking] = useState(false);
  const what = `${percentText(row.percent, locale())}, ${row.contactName ?? ''}`;
  const revoke = useWrite({
    run: () => personal.revoke(row, ''),
    touches: ['standing', 'timeline'],
    done: t('personal.ended'),
    onDone: () => setAsking(false),
  });
  return (
    <>
      <Button
        size="compact-sm"
        variant="subtle"
        color="red"
        aria-label={t('personal.endOf', { what })}
        onClick={() => setAsking(true)}
      >
        {t('personal.end')}
      </Button>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('personal.endTitle', { what })}
        text={t('personal.endText')}
        yes={t('personal.end')}
        danger
        busy={revoke.isPending}
        onYes={() => revoke.mutate(undefined)}
      />
    </>
  );
}
