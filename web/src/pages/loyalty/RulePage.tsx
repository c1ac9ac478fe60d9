import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { RuleView } from '../../api/earning.ts';
import { rules } from '../../api/earning.ts';
import { programs } from '../../api/loyalty.ts';
import { useMe } from '../../lib/me.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Loaded } from '../../ui/states.tsx';
import { RuleActions } from './earning/RuleActions.tsx';
import { RuleForm } from './earning/RuleForm.tsx';
import { RuleState } from './earning/RuleList.tsx';
import { RuleVersionsTable } from './earning/RuleVersions.tsx';

const route = getRouteApi('/app/loyalty/earning/$id');

export default function RulePage() {
  const { id } = route.useParams();
  return (
    <Loaded page query={useQuery(rules.one(id))}>
      {(rule) => <Rule key={rule.id} rule={rule} />}
    </Loaded>
  );
}

function Rule({ rule }: { rule: RuleView }) {
  const { t } = useTranslation(['earning', 'loyalty']);
  const { may } = useMe();
  const { tab = 'settings' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHeader
        title={rule.definition.name}
        up={{ to: '/loyalty/earning', label: t('earning:title') }}
        badge={<RuleState state={rule.state} />}
        actions={may('loyalty:write') && <RuleActions rule={rule} />}
      />
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) =>
          void navigate({ search: next === 'versions' ? { tab: next } : {}, replace: true })
        }
      >
        <Tabs.List mb="lg">
          <Tabs.Tab value="settings">{t('earning:rule')}</Tabs.Tab>
          <Tabs.Tab value="versions">{t('loyalty:programs.tabs.versions')}</Tabs.Tab>
        </Tabs.List>
        <Loaded query={useQuery(programs.one(rule.programId))}>
          {(program) => (
            <>
              <Tabs.Panel value="settings">
                <RuleForm program={program} rule={rule} onSaved={() => undefined} />
              </Tabs.Panel>
              <Tabs.Panel value="versions">
                <RuleVersionsTable rule={rule} currency={program.currency} />
              </Tabs.Panel>
            </>
          )}
        </Loaded>
      </Tabs>
    </>
  );
}
