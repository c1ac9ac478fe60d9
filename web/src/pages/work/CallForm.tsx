import { Anchor, Button, Group, NumberInput, SegmentedControl, Select, Stack, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { CallInput } from '../../api/work.ts';
import { calls } from '../../api/work.ts';
import { showFieldErrors } from '../../lib/formErrors.ts';
import { useWrite } from '../../ui/mutation.ts';

const OUTCOMES = ['reached', 'no_answer', 'busy', 'voicemail', 'call_back', 'wrong_number'] as const;
type Outcome = (typeof OUTCOMES)[number];
type Form = { direction: 'in' | 'out'; outcome: Outcome | null; minutes: number | ''; note: string };

const FRESH: Form = { direction: 'out', outcome: null, minutes: '', note: '' };
const MINUTE_S = 60;

/** What a call was: who called whom, how it ended, what was said. */
export function CallForm(props: { contactId: string; phone?: string | null; onDone?: () => void }) {
  const { t } = useTranslation('work');
  const form = useForm<Form>({
    initialValues: FRESH,
    validate: { outcome: (value) => (value === null ? t('calls.choose') : null) },
  });
  const create = useWrite({
    run: (input: CallInput) => calls.create(input),
    touches: ['calls', 'timeline'],
    done: t('calls.created'),
    onDone: () => {
      form.setValues(FRESH);
      props.onDone?.();
    },
    onProblem: (error) => showFieldErrors(form, error),
  });
  return (
    <form
      onSubmit={form.onSubmit(({ minutes, note, outcome, direction }) => {
        if (outcome === null) return;
        create.mutate({
          direction,
          outcome,
          contactId: props.contactId,
          ...(minutes === '' ? {} : { durationS: Math.round(minutes * MINUTE_S) }),
          ...(note.trim() === '' ? {} : { note: note.trim() }),
        });
      })}
    >
      <Stack gap="sm">
        {props.phone !== undefined && props.phone !== null && (
          <Anchor href={`tel:${props.phone}`}>{t('calls.dial', { phone: props.phone })}</Anchor>
        )}
        <SegmentedControl
          aria-label={t('calls.direction')}
          data={(['out', 'in'] as const).map((value) => ({ value, label: t(`calls.directions.${value}`) }))}
          {...form.getInputProps('direction')}
        />
        <Group grow align="flex-start">
          <Select
            label={t('calls.outcome')}
            placeholder={t('calls.choose')}
            allowDeselect={false}
            data={OUTCOMES.map((value) => ({ value, label: t(`calls.outcomes.${value}`) }))}
            {...form.getInputProps('outcome')}
          />
          <NumberInput label={t('calls.minutes')} min={0} max={1440} {...form.getInputProps('minutes')} />
        </Group>
        <Textarea label={t('calls.note')} autosize minRows={2} {...form.getInputProps('note')} />
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending}>
            {t('calls.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
