import { Tabs } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../../ui/PageHeader.tsx';
import { Areas } from '../Areas.tsx';
import { OfProgram } from '../ProgramChoice.tsx';
import { Catalogue } from './Catalogue.tsx';
import { Redeemed } from './Redeemed.tsx';
import { TABS } from './search.ts';

const route = getRouteApi('/app/loyalty/rewards');

export default function RewardsPage() {
  const { t } = useTranslation('rewards');
  const { program, tab = 'catalogue' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} />
      <Areas now="rewards" />
      <OfProgram
        chosen={program}
        onChoose={(id) => void navigate({ search: (now) => ({ ...now, program: id }), replace: true })}
      >
        {(found) => (
          <Tabs
            value={tab}
            keepMounted={false}
            onChange={(next) =>
              void navigate({
                search: ({ tab: _tab, ...rest }) =>
                  next === 'queue' || next === 'history' ? { ...rest, tab: next } : rest,
                replace: true,
              })
            }
          >
            <Tabs.List mb="lg">
              {TABS.map((key) => (
                <Tabs.Tab key={key} value={key}>
                  {t(`tabs.${key}`)}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <Tabs.Panel value="catalogue">
              <Catalogue key={found.id} program={found} />
            </Tabs.Panel>
            <Tabs.Panel value="queue">
              <Redeemed key={found.id} program={found} queue />
            </Tabs.Panel>
            <Tabs.Panel value="history">
              <Redeemed key={found.id} program={found} queue={false} />
            </Tabs.Panel>
          </Tabs>
        )}
      </OfProgram>
    </>
  );
}
