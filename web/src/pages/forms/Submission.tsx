import { Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { FormView, SubmissionView } from '../../api/forms.ts';
import { forms } from '../../api/forms.ts';
import { language } from '../../i18n/index.ts';
import { DateTime, None } from '../../ui/format.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { shownWords } from './draft.ts';
import classes from './forms.module.css';
import { useMayWriteForms } from './may.ts';
import { STATE_COLORS } from './stateColors.ts';

type Props = { form: FormView; submission: SubmissionView; onDone: () => void };

/** One answer whole: what was typed, what was agreed to in which words, and what shows it. */
export function Submission(props: Props) {
  const { form, submission } = props;
  const { t } = useTranslation(['forms', 'common']);
  const labelOf = (key: string): string => {
    const field = form.definition.fields.find((one) => one.key === key);
    return (field && shownWords(field.label, language())) || key;
  };
  // In the order of the form; what it asked for in an older version comes last.
  const order = form.definition.fields.map(({ key }) => key);
  const keys = [...new Set([...order, ...Object.keys(submission.values)])];
  return (
    <Stack gap="lg">
      <Group gap="xs">
        <Badge color={STATE_COLORS[submission.state]}>
          {t(`forms:submissions.states.${submission.state}`)}
        </Badge>
        {submission.spamReason !== null && (
          <Text size="sm">{t(`forms:submissions.reasons.${submission.spamReason}`)}</Text>
        )}
        {submission.contactId !== null && (
          <ButtonLink
            to="/contacts/$id"
            params={{ id: submission.contactId }}
            size="xs"
            variant="default"
            ml="auto"
          >
            {t('forms:submissions.toContact')}
          </ButtonLink>
        )}
      </Group>
      <section>
        <Title order={3} mb="xs">
          {t('forms:submissions.answers')}
        </Title>
        <dl className={classes['facts']}>
          {keys.map((key) => (
            <Fact key={key} name={labelOf(key)}>
              <Answer value={submission.values[key]} />
            </Fact>
          ))}
        </dl>
      </section>
      <Proof submission={submission} />
      <Review {...props} />
    </Stack>
  );
}

function Answer({ value }: { value: string | boolean | undefined }) {
  const { t } = useTranslation();
  if (typeof value === 'boolean') return t(value ? 'state.yes' : 'state.no');
  return value === undefined || value === '' ? <None /> : value;
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Proof({ submission: one }: { submission: SubmissionView }) {
  const { t } = useTranslation('forms');
  return (
    <section>
      <Title order={3} mb="xs">
        {t('submissions.proof')}
      </Title>
      <Stack gap="sm">
        {one.consents.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('submissions.noConsent')}
          </Text>
        )}
        {one.consents.map(({ key, purpose, channel, text }) => (
          <div key={key}>
            <Text size="sm" c="dimmed">
              {purpose} · {channel}
            </Text>
            <p className={classes['words']}>{text}</p>
          </div>
        ))}
        <dl className={classes['facts']}>
          <Fact name={t('submissions.when')}>
            <DateTime at={one.submittedAt} />
          </Fact>
          {one.confirmedAt !== null && (
            <Fact name={t('submissions.confirmedAt')}>
              <DateTime at={one.confirmedAt} />
            </Fact>
          )}
          <Fact name={t('submissions.shown')}>
            {t(`submissions.shownAt.${one.shown as 'hosted' | 'embed' | 'site'}`)}
          </Fact>
          <Fact name={t('submissions.version')}>{one.version}</Fact>
          <Fact name={t('submissions.locale')}>{t(`language.${one.locale as 'en' | 'ru'}`)}</Fact>
          <Fact name={t('submissions.ip')}>{one.ip}</Fact>
          <Fact name={t('submissions.userAgent')}>{one.userAgent}</Fact>
        </dl>
      </Stack>
    </section>
  );
}

function Review({ form, submission, onDone }: Props) {
  const { t } = useTranslation('forms');
  const writes = useMayWriteForms();
  const review = useWrite({
    run: (how: 'approve' | 'reject') => forms.review(form.id, submission.id, how),
    touches: ['forms'],
    done: (_, how) => t(how === 'approve' ? 'submissions.approved' : 'submissions.rejected'),
    onDone,
  });
  const { state } = submission;
  if (!writes || state === 'received' || state === 'confirmed') return null;
  return (
    <Group>
      {state !== 'pending' && (
        <Button loading={review.isPending} onClick={() => review.mutate('approve')}>
          {t('submissions.approve')}
        </Button>
      )}
      {state !== 'rejected' && (
        <Button
          variant="default"
          color="red"
          loading={review.isPending}
          onClick={() => review.mutate('reject')}
        >
          {t('submissions.reject')}
        </Button>
      )}
    </Group>
  );
}
