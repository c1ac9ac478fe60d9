import { Alert, NumberInput, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProgramView } from '../../../api/loyalty.ts';
import { adjustments } from '../../../api/loyalty.ts';
import { newKey } from '../../../api/client.ts';
import { locale } from '../../../i18n/index.ts';
import { showFieldErrors } from '../../../lib/formErrors.ts';
import { numberText } from '../../../lib/format.ts';
import { FormDrawer } from '../../../ui/FormDrawer.tsx';
import { useWrite } from '../../../ui/mutation.ts';

type Props = { contactId: string; program: ProgramView; onClose: () => void };
type Form = { points: number | ''; reason: string };

/** Adds or takes points by hand: with a reason, and above the program's limit not alone. */
export function AdjustDrawer({ contactId, program, onClose }: Props) {
  const { t } = useTranslation('wallet');
  const [key] = useState(newKey);
  const limit = program.settings.adjustmentLimit;
  const form = useForm<Form>({
    initialValues: { points: '', reason: '' },
    validate: {
      points: (points) => (points === '' || points === 0 ? t('pointsNeeded') : null),
      reason: (reason) => (reason.trim() === '' ? t('reasonNeeded') : null),
    },
  });
  const save = useWrite({
    run: ({ points, reason }: Form) =>
      adjustments.make({ contactId, programId: program.id, points: Number(points), reason, key }),
    touches: ['loyalty', 'standing', 'timeline'],
    done: ({ state }) =>
      t(({ done: 'adjustDone', waiting: 'adjustWaits', refused: 'adjustRefused' } as const)[state]),
    onDone: onClose,
    onProblem: (error) => showFieldErrors(form, error),
  });
  const shown = limit === null ? '' : numberText(limit, locale());
  const above = limit !== null && Math.abs(Number(form.values.points)) > limit;
  return (
    <FormDrawer
      opened
      onClose={onClose}
      title={t('adjustTitle', { program: program.name })}
      submit={t('adjust')}
      busy={save.isPending}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
    >
      <NumberInput
        data-autofocus
        label={t('points')}
        description={t('pointsHint')}
        allowDecimal={false}
        {...form.getInputProps('points')}
      />
      <Textarea
        label={t('reason')}
        description={t('reasonHint')}
        autosize
        minRows={2}
        maxLength={500}
        {...form.getInputProps('reason')}
      />
      <div aria-live="polite">
        {above ? (
          <Alert color="gold">{t('above', { limit: shown })}</Alert>
        ) : (
          <Text size="sm" c="dimmed">
            {limit === null ? t('noLimit') : t('within', { limit: shown })}
          </Text>
        )}
      </div>
    </FormDrawer>
  );
}
