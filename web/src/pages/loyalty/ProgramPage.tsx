import { Button, Tabs } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { ProgramView } from '../../api/loyalty.ts';
import { programs } from '../../api/loyalty.ts';
import { useMe } from '../../lib/me.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { ButtonLink } from '../../ui/links.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Loaded } from '../../ui/states.tsx';
import { ProgramForm } from './program/ProgramForm.tsx';
import { Versions } from './program/Versions.tsx';
import { ProgramState } from './ProgramsPage.tsx';

const route = getRouteApi('/app/loyalty/programs/$id');

export default function ProgramPage() {
  const { id } = route.useParams();
  return (
    <Loaded page query={useQuery(programs.one(id))}>
      {(program) => <Program key={program.id} program={program} />}
    </Loaded>
  );
}

function Program({ program }: { program: ProgramView }) {
  const { t } = useTranslation('loyalty');
  const { may } = useMe();
  const { tab = 'settings' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHeader
        title={program.name}
        up={{ to: '/loyalty', label: t('programs.title') }}
        badge={<ProgramState state={program.state} />}
        description={
          may('loyalty:write') ? `${program.currency} · ${program.zone}` : t('programs.readersOnly')
        }
        actions={
          may('loyalty:write') && (
            <>
              <ButtonLink
                to="/loyalty/programs/$id/design"
                params={{ id: program.id }}
                variant={program.state === 'draft' ? 'filled' : 'default'}
              >
                {t(program.state === 'draft' ? 'programs.continueDesign' : 'programs.design')}
              </ButtonLink>
              {program.state !== 'draft' && <StateButton program={program} />}
            </>
          )
        }
      />
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) =>
          void navigate({ search: next === 'versions' ? { tab: next } : {}, replace: true })
        }
      >
        <Tabs.List mb="lg">
          <Tabs.Tab value="settings">{t('programs.tabs.settings')}</Tabs.Tab>
          <Tabs.Tab value="versions">{t('programs.tabs.versions')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="settings">
          <ProgramForm program={program} onSaved={() => undefined} />
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <Versions program={program} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function StateButton({ program }: { program: ProgramView }) {
  const { t } = useTranslation('loyalty');
  const [asking, ask] = useDisclosure(false);
  const active = program.state === 'active';
  const change = useWrite({
    run: () =>
      programs.change(program.id, { version: program.version, state: active ? 'archived' : 'active' }),
    touches: ['loyalty'],
    done: t(active ? 'programs.archived' : 'programs.restored'),
    onDone: ask.close,
  });
  return (
    <>
      <Button
        variant="default"
        loading={change.isPending}
        onClick={() => (active ? ask.open() : change.mutate(undefined))}
      >
        {t(active ? 'programs.archive' : 'programs.restore')}
      </Button>
      <Confirm
        opened={asking}
        onClose={ask.close}
        title={t('programs.archiveTitle', { name: program.name })}
        text={t('programs.archiveText')}
        yes={t('programs.archive')}
        danger
        busy={change.isPending}
        onYes={() => change.mutate(undefined)}
      />
    </>
  );
}
