import { Checkbox, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { ProgramView } from '../../../api/loyalty.ts';
import { members } from '../../../api/loyalty.ts';
import { showFieldErrors } from '../../../lib/formErrors.ts';
import { FormDrawer } from '../../../ui/FormDrawer.tsx';
import { useWrite } from '../../../ui/mutation.ts';

type Props = { contactId: string; program: ProgramView; onClose: () => void };

/** Makes a contact a member: with the terms they agreed to, and with a card of theirs or a new number. */
export function EnrolDrawer({ contactId, program, onClose }: Props) {
  const { t } = useTranslation('wallet');
  const { termsVersion } = program.settings;
  const form = useForm({
    initialValues: { accepts: false, cardNumber: '' },
    validate: { accepts: (accepts) => (accepts ? null : t('acceptsNeeded')) },
  });
  const save = useWrite({
    run: ({ cardNumber }: { cardNumber: string }) =>
      members.enrol({
        programId: program.id,
        contactId,
        termsVersion,
        channel: 'console',
        ...(cardNumber === '' ? {} : { cardNumber: cardNumber.replaceAll(' ', '') }),
      }),
    touches: ['loyalty', 'standing', 'timeline'],
    done: t('enrolled'),
    onDone: onClose,
    onProblem: (error) => showFieldErrors(form, error),
  });
  return (
    <FormDrawer
      opened
      onClose={onClose}
      title={t('enrolIn', { program: program.name })}
      submit={t('enrol')}
      busy={save.isPending}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
    >
      <Text size="sm" c="dimmed">
        {t('enrolHint')}
      </Text>
      <Checkbox
        data-autofocus
        label={t('accepts', { version: termsVersion })}
        {...form.getInputProps('accepts', { type: 'checkbox' })}
      />
      <TextInput
        label={t('cardNumber')}
        description={t('cardHint')}
        inputMode="numeric"
        {...form.getInputProps('cardNumber')}
      />
    </FormDrawer>
  );
}
