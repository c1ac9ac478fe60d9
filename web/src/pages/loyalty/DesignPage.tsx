import { Alert, Stack, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProgramChecks } from '../../api/earning.ts';
import { design } from '../../api/earning.ts';
import type { ProgramView } from '../../api/loyalty.ts';
import { programs } from '../../api/loyalty.ts';
import { useMe } from '../../lib/me.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Joining } from './design/Joining.tsx';
import { LadderStep } from './design/LadderStep.tsx';
import { Mark } from './design/Mark.tsx';
import { Next } from './design/Next.tsx';
import { Review } from './design/Review.tsx';
import { Challenges } from './earning/Challenges.tsx';
import { Referral } from './earning/Referral.tsx';
import { RuleList } from './earning/RuleList.tsx';
import type { ProgramPart } from './program/ProgramForm.tsx';
import { ProgramForm } from './program/ProgramForm.tsx';
import { ProgramState } from './ProgramsPage.tsx';
import { DESIGN_STEPS } from './search.ts';
import type { DesignStep } from './search.ts';

const route = getRouteApi('/app/loyalty/programs/$id/design');

/** A whole program, step by step, up to its launch. */
export default function DesignPage() {
  const { id } = route.useParams();
  return (
    <Loaded page query={useQuery(programs.one(id))}>
      {(program) => <Designer key={program.id} program={program} />}
    </Loaded>
  );
}

function Designer({ program }: { program: ProgramView }) {
  const { t } = useTranslation(['design', 'loyalty']);
  const { step = 'basics' } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: checks } = useQuery(design.checks(program.id));
  const go = (next: DesignStep) => void navigate({ search: { step: next } });
  return (
    <>
      <PageHeader
        title={program.name}
        up={{ to: '/loyalty', label: t('loyalty:programs.title') }}
        badge={<ProgramState state={program.state} />}
        description={t(program.state === 'draft' ? 'design:draft' : 'design:inForce')}
      />
      <Tabs
        value={step}
        keepMounted={false}
        onChange={(next) => {
          const found = DESIGN_STEPS.find((one) => one === next);
          if (found !== undefined) go(found);
        }}
      >
        <Tabs.List mb="lg" aria-label={t('design:label')}>
          {DESIGN_STEPS.map((one, i) => (
            <Tabs.Tab key={one} value={one} rightSection={<Mark step={one} checks={checks} />}>
              {i + 1}. {t(`design:steps.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {DESIGN_STEPS.map((one) => (
          <Tabs.Panel key={one} value={one}>
            <Step step={one} program={program} checks={checks} go={go} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}

type Props = {
  step: DesignStep;
  program: ProgramView;
  checks: ProgramChecks | undefined;
  go: (step: DesignStep) => void;
};

const PARTS: Partial<Record<DesignStep, readonly ProgramPart[]>> = {
  basics: ['basics', 'terms', 'returns'],
  value: ['spending', 'reckoning'],
  members: ['members'],
};

function Step({ step, program, go }: Props): ReactNode {
  const { t } = useTranslation(['design', 'loyalty']);
  const { may } = useMe();
  const parts = PARTS[step];
  if (step === 'review') return <Review program={program} go={go} />;
  const next = <Next step={step} go={go} />;
  if (step === 'tiers')
    return (
      <Stack gap="lg" maw={860}>
        <LadderStep program={program} />
        {next}
      </Stack>
    );
  if (parts === undefined)
    return (
      <Stack gap="lg" maw={980}>
        <RuleList program={program} />
        <Referral program={program} />
        <Challenges program={program} />
        {next}
      </Stack>
    );
  return (
    <Stack gap="lg" maw={860}>
      {step === 'members' && <Joining program={program} />}
      {!may('loyalty:write') && <Alert color="gray">{t('loyalty:programs.readersOnly')}</Alert>}
      <ProgramForm
        key={program.version}
        program={program}
        parts={parts}
        submit={t('design:saveNext')}
        onSaved={() => go(DESIGN_STEPS[DESIGN_STEPS.indexOf(step) + 1] ?? 'review')}
      />
    </Stack>
  );
}
