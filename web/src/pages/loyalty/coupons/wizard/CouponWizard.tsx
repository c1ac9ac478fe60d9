import { Alert, Button, Grid, Group, NumberInput, Paper, Stepper, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CouponCampaignView } from '../../../../api/coupons.ts';
import { batches, coupons } from '../../../../api/coupons.ts';
import { ApiError, fieldErrors } from '../../../../api/problem.ts';
import { locale } from '../../../../i18n/index.ts';
import { problemText } from '../../../../i18n/problems.ts';
import { numberText } from '../../../../lib/format.ts';
import { useMe } from '../../../../lib/me.ts';
import { useWrite } from '../../../../ui/mutation.ts';
import { PageHeader } from '../../../../ui/PageHeader.tsx';
import { SampleCart } from '../../cart/SampleCart.tsx';
import { MAX_BATCH } from '../Batches.tsx';
import { ConditionsStep } from './ConditionsStep.tsx';
import type { Draft } from './draft.ts';
import { definitionOf, draftOf, freshDraft, patchOf } from './draft.ts';
import type { StepProps } from './fields.tsx';
import { GiveStep } from './GiveStep.tsx';
import { KindStep } from './KindStep.tsx';
import { LimitsStep } from './LimitsStep.tsx';
import type { Missing } from './missing.ts';
import { missingOf, STEPS, stepOf } from './missing.ts';
import { ReviewStep } from './ReviewStep.tsx';

const FIRST_COUNT = 1_000;

/** How it is saved: as a draft, or out at once, with so many codes. */
type How = { draft: boolean; codes: number | null };

/** A coupon step by step, beside each of them a cart that is priced with it as it stands. */
export function CouponWizard({ campaign }: { campaign?: CouponCampaignView }) {
  const { t } = useTranslation(['couponWizard', 'coupons', 'common']);
  const { settings } = useMe();
  const [step, go] = useState(0);
  const setStep = (next: number) => {
    go(next);
    // A step begins at its top, wherever the one before it was left.
    window.scrollTo({ top: 0 });
  };
  const [draft, setDraft] = useState(() =>
    campaign === undefined
      ? freshDraft(settings.baseCurrency, settings.timeZone)
      : draftOf(campaign, settings.timeZone),
  );
  const [seen, setSeen] = useState<Record<string, string>>({});
  const [codes, setCodes] = useState<number | ''>(FIRST_COUNT);
  const save = useSave(campaign, draft, setStep);
  const refused = plain(fieldErrors(save.error));
  const out = campaign !== undefined && campaign.state !== 'draft';
  // What the sample cart says is told where somebody has been; what saving says, everywhere.
  const told = { ...plain(seen), ...refused };
  const props: StepProps = {
    draft,
    set: (change) => setDraft((now) => ({ ...now, ...change })),
    wrong: (...paths) => paths.map((path) => told[path]).find((one) => one !== undefined),
    out,
  };
  const last = step === STEPS.length - 1;
  const missing = missingOf(draft, last ? undefined : step);
  const bulk = !out && draft.codeKind === 'unique' && !draft.personal;
  const count = codes === '' ? null : codes;
  const tried = useMemo(
    () => ({
      coupon: {
        ...(campaign === undefined ? {} : { id: campaign.id }),
        definition: definitionOf(draft, t('couponWizard:review.unnamed')),
      },
    }),
    [campaign, draft, t],
  );
  return (
    <>
      <PageHeader
        title={campaign === undefined ? t('couponWizard:newTitle') : campaign.name}
        up={{ to: '/loyalty/coupons', label: t('coupons:title') }}
        description={out ? t('couponWizard:outHint') : t('couponWizard:hint')}
      />
      <Stepper
        active={step}
        onStepClick={(next) => (next < step || missing.length === 0) && setStep(next)}
        mb="lg"
        size="xs"
      >
        {STEPS.map((name) => (
          <Stepper.Step key={name} label={t(`couponWizard:steps.${name}`)} />
        ))}
      </Stepper>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          {save.error !== null && (
            <Alert color="red" mb="md" role="alert">
              {save.error instanceof ApiError ? problemText(save.error) : t('common:error.unexpected')}
            </Alert>
          )}
          <Paper p="lg" mb="md">
            {step === 0 && <KindStep {...props} />}
            {step === 1 && <GiveStep {...props} />}
            {step === 2 && <ConditionsStep {...props} />}
            {step === 3 && <LimitsStep {...props} />}
            {last && <ReviewStep draft={draft} codes={bulk ? count : null} />}
          </Paper>
          <Lacking missing={missing} />
          <Group justify="space-between" align="flex-end">
            <Button variant="default" disabled={step === 0} onClick={() => setStep(step - 1)}>
              {t('common:action.back')}
            </Button>
            {last ? (
              <Save
                out={out}
                bulk={bulk}
                codes={codes}
                onCodes={setCodes}
                blocked={missing.length > 0}
                busy={save.isPending}
                onSave={save.mutate}
              />
            ) : (
              <Button disabled={missing.length > 0} onClick={() => setStep(step + 1)}>
                {t('common:action.next')}
              </Button>
            )}
          </Group>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <SampleCart draft={tried} onProblems={setSeen} />
        </Grid.Col>
      </Grid>
    </>
  );
}

/** Paths of the coupon itself, wherever the API saw it. */
const plain = (errors: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(errors).map(([path, text]) => [
      path.replace(/^(coupon\.definition|campaign|promise)\./, ''),
      text,
    ]),
  );

function useSave(campaign: CouponCampaignView | undefined, draft: Draft, setStep: (step: number) => void) {
  const { t } = useTranslation('couponWizard');
  const navigate = useNavigate();
  const client = useQueryClient();
  // What was made before something after it failed: trying again goes on with it.
  const [made, setMade] = useState(campaign);
  const run = async ({ draft: asDraft, codes }: How): Promise<CouponCampaignView> => {
    let saved = await put(made, draft, asDraft);
    setMade(saved);
    if (!asDraft && saved.state === 'draft') saved = await coupons.act(saved.id, 'launch');
    setMade(saved);
    if (codes !== null) await batches.make(saved.id, codes, '');
    return saved;
  };
  return useWrite({
    run,
    touches: ['coupon-campaigns', 'coupons', 'coupon-batches'],
    done: (saved, { codes }) =>
      codes !== null ? t('made.codes') : t(saved.state === 'draft' ? 'made.draft' : 'made.saved'),
    onDone: (saved) => {
      client.setQueryData(coupons.campaign(saved.id).queryKey, saved);
      void navigate({ to: '/loyalty/coupons/$id', params: { id: saved.id }, search: {} });
    },
    onProblem: (error) => {
      const place = Object.keys(plain(fieldErrors(error)))
        .map(stepOf)
        .find((one) => one !== undefined);
      if (place !== undefined) setStep(place);
      return error instanceof ApiError && (error.status === 422 || error.status === 409);
    },
  });
}

function put(
  made: CouponCampaignView | undefined,
  draft: Draft,
  asDraft: boolean,
): Promise<CouponCampaignView> {
  if (made === undefined) return coupons.create({ ...definitionOf(draft), draft: asDraft });
  return made.state === 'draft'
    ? coupons.rewrite(made.id, made.version, definitionOf(draft))
    : coupons.change(made.id, patchOf(draft, made.version));
}

function Lacking({ missing }: { missing: readonly Missing[] }) {
  const { t } = useTranslation('couponWizard');
  if (missing.length === 0) return null;
  return (
    <Text size="sm" c="dimmed" ta="right" mb="xs" role="status">
      {t('missing', { list: missing.map((one) => t(`missingOf.${one}`)).join(', ') })}
    </Text>
  );
}

function Save(props: {
  out: boolean;
  bulk: boolean;
  codes: number | '';
  onCodes: (codes: number | '') => void;
  blocked: boolean;
  busy: boolean;
  onSave: (how: How) => void;
}) {
  const { t } = useTranslation(['couponWizard', 'common']);
  const { codes, blocked, busy, onSave } = props;
  const wrong = codes === '' || codes < 1 || codes > MAX_BATCH;
  if (props.out)
    return (
      <Button disabled={blocked} loading={busy} onClick={() => onSave({ draft: false, codes: null })}>
        {t('common:action.save')}
      </Button>
    );
  return (
    <Group gap="xs" align="flex-end" justify="flex-end">
      <Button
        variant="default"
        disabled={blocked}
        loading={busy}
        onClick={() => onSave({ draft: true, codes: null })}
      >
        {t('couponWizard:saveDraft')}
      </Button>
      <Button
        variant={props.bulk ? 'default' : 'filled'}
        disabled={blocked}
        loading={busy}
        onClick={() => onSave({ draft: false, codes: null })}
      >
        {t('couponWizard:create')}
      </Button>
      {props.bulk && (
        <>
          <NumberInput
            label={t('couponWizard:howMany')}
            w={120}
            min={1}
            max={MAX_BATCH}
            allowDecimal={false}
            value={codes}
            onChange={(value) => props.onCodes(typeof value === 'number' ? value : '')}
          />
          <Button
            disabled={blocked || wrong}
            loading={busy}
            onClick={() => onSave({ draft: false, codes: Number(codes) })}
          >
            {t('couponWizard:createWith', {
              count: Number(codes),
              shown: numberText(Number(codes), locale()),
            })}
          </Button>
        </>
      )}
    </Group>
  );
}
