import { Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { ProgramView } from '../../../api/loyalty.ts';
import { claims } from '../../../api/loyalty.ts';
import { ApiError } from '../../../api/problem.ts';
import { problemText } from '../../../i18n/problems.ts';
import { showFieldErrors } from '../../../lib/formErrors.ts';
import { FormDrawer } from '../../../ui/FormDrawer.tsx';
import { useWrite } from '../../../ui/mutation.ts';

type Props = { contactId: string; program: ProgramView; onClose: () => void };

/** A receipt of before joining earns its points after all, when the shop has told of it and nobody else has it. */
export function ClaimDrawer({ contactId, program, onClose }: Props) {
  const { t } = useTranslation('wallet');
  const form = useForm({
    initialValues: { source: '', externalId: '' },
    validate: {
      source: (source) => (source.trim() === '' ? t('claim.sourceNeeded') : null),
      externalId: (id) => (id.trim() === '' ? t('claim.numberNeeded') : null),
    },
  });
  const save = useWrite({
    run: (input: { source: string; externalId: string }) => claims.make(contactId, program.id, input),
    touches: ['loyalty', 'standing', 'timeline', 'orders'],
    done: t('claim.done'),
    onDone: onClose,
    onProblem: (error) => {
      if (showFieldErrors(form, error)) return true;
      if (!(error instanceof ApiError) || !/^receipt_|^not_a_member/.test(error.code)) return false;
      form.setFieldError('externalId', problemText(error));
      return true;
    },
  });
  return (
    <FormDrawer
      opened
      onClose={onClose}
      title={t('claim.title')}
      submit={t('claim.submit')}
      busy={save.isPending}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
    >
      <Text size="sm" c="dimmed">
        {program.settings.claimDays === 0
          ? t('claim.none')
          : t('claim.hint', { count: program.settings.claimDays })}
      </Text>
      <TextInput
        data-autofocus
        label={t('claim.source')}
        description={t('claim.sourceHint')}
        {...form.getInputProps('source')}
      />
      <TextInput label={t('claim.number')} {...form.getInputProps('externalId')} />
    </FormDrawer>
  );
}
