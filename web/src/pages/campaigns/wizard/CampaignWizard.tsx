import { Alert, Button, Group, Paper, Stepper, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CampaignView } from '../../../api/campaigns.ts';
import { campaigns } from '../../../api/campaigns.ts';
import { ApiError, fieldErrors } from '../../../api/problem.ts';
import { problemText } from '../../../i18n/problems.ts';
import { useMe } from '../../../lib/me.ts';
import { useWrite } from '../../../ui/mutation.ts';
import { PageHeader } from '../../../ui/PageHeader.tsx';
import { triggerInputOf } from '../start/model.ts';
import type { Draft } from './draft.ts';
import { draftOf, emptyDraft, inputOf } from './draft.ts';
import { StartStep } from './StartStep.tsx';
import { WhatStep } from './WhatStep.tsx';
import { WhenStep } from './WhenStep.tsx';
import { WhoStep } from './WhoStep.tsx';

export type StepProps = {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  /** Problems the server named, by field. */
  errors: Record<string, string>;
};

const STEPS = ['begin', 'who', 'what', 'when'] as const;
/** Where each field of the API stands, so that a refusal opens the right step. */
const STEP_OF: readonly [RegExp, number][] = [
  [/^(name|trigger$|trigger\.start)/, 0],
  [/^(segmentId|purpose)/, 1],
  [/^(templateId|fallbackTemplateIds|couponCampaignId|content)/, 2],
  [/^(schedule|conversionDays|trigger|sendTime|offerUntil|priority)/, 3],
];

type Missing = 'name' | 'start' | 'segment' | 'template' | 'coupon';

/** What each step still needs before one can go on. */
const MISSING: readonly ((draft: Draft) => (Missing | false)[])[] = [
  ({ name, when, trigger }) => [
    name.trim() === '' && 'name',
    when === 'trigger' && triggerInputOf(trigger) === null && 'start',
  ],
  ({ segmentId, when }) => [when !== 'trigger' && segmentId === null && 'segment'],
  ({ templateId, purpose, couponCampaignId }) => [
    templateId === null && 'template',
    purpose === 'activation' && couponCampaignId === null && 'coupon',
  ],
];

const missingOf = (draft: Draft, step: number): Missing[] =>
  (MISSING[step]?.(draft) ?? []).filter((one) => one !== false);

/** What starts it, who, what, when; saving makes a draft, and its page shows whom it reaches and launches it. */
export function CampaignWizard({
  campaign,
  segmentId,
}: {
  campaign?: CampaignView;
  segmentId?: string | undefined;
}) {
  const { t } = useTranslation(['campaigns', 'common']);
  const { settings } = useMe();
  const navigate = useNavigate();
  const [step, show] = useState(0);
  const setStep = (next: number) => {
    show(next);
    // A step begins at its top, also where the one before it was long.
    window.scrollTo({ top: 0 });
  };
  const [draft, setDraft] = useState(() =>
    campaign === undefined ? emptyDraft(segmentId, settings.timeZone) : draftOf(campaign, settings.timeZone),
  );
  const save = useWrite({
    run: (input: ReturnType<typeof inputOf>) =>
      campaign === undefined ? campaigns.create(input) : campaigns.change(campaign.id, input),
    touches: ['campaigns'],
    done: t('campaigns:saved'),
    onDone: ({ id }) => void navigate({ to: '/campaigns/$id', params: { id } }),
    onProblem: (error) => {
      const first = Object.keys(fieldErrors(error))[0];
      const place = STEP_OF.find(([pattern]) => first !== undefined && pattern.test(first));
      if (place !== undefined) setStep(place[1]);
      return error instanceof ApiError && error.status === 422;
    },
  });
  const props: StepProps = {
    draft,
    set: (change) => setDraft((now) => ({ ...now, ...change })),
    errors: fieldErrors(save.error),
  };
  const last = step === STEPS.length - 1;
  const missing = last ? STEPS.flatMap((_, at) => missingOf(draft, at)) : missingOf(draft, step);
  const submit = () => {
    const { templateId } = draft;
    if (templateId !== null) save.mutate(inputOf({ ...draft, templateId }));
  };
  return (
    <>
      <PageHeader
        title={campaign === undefined ? t('campaigns:wizard.newTitle') : t('campaigns:wizard.editTitle')}
        up={{ to: '/campaigns', label: t('campaigns:title') }}
      />
      <Stepper active={step} onStepClick={(next) => next < step && setStep(next)} mb="lg" size="sm">
        {STEPS.map((name) => (
          <Stepper.Step
            key={name}
            label={t(`campaigns:wizard.${name === 'when' && draft.when === 'trigger' ? 'flow' : name}`)}
          />
        ))}
      </Stepper>
      {save.error !== null && (
        <Alert color="red" mb="md" role="alert">
          {save.error instanceof ApiError ? problemText(save.error) : t('common:error.unexpected')}
        </Alert>
      )}
      <Paper p="lg" mb="md">
        {step === 0 && <StartStep {...props} />}
        {step === 1 && <WhoStep {...props} />}
        {step === 2 && <WhatStep {...props} />}
        {step === 3 && <WhenStep {...props} />}
      </Paper>
      {missing.length > 0 && (
        <Text size="sm" c="dimmed" ta="right" mb="xs" role="status">
          {t('campaigns:wizard.missing', {
            list: missing.map((one) => t(`campaigns:wizard.missingOf.${one}`)).join(', '),
          })}
        </Text>
      )}
      <Group justify="space-between">
        <Button variant="default" disabled={step === 0} onClick={() => setStep(step - 1)}>
          {t('common:action.back')}
        </Button>
        {last ? (
          <Button loading={save.isPending} disabled={missing.length > 0} onClick={submit}>
            {t('campaigns:wizard.save')}
          </Button>
        ) : (
          <Button disabled={missing.length > 0} onClick={() => setStep(step + 1)}>
            {t('common:action.next')}
          </Button>
        )}
      </Group>
    </>
  );
}
