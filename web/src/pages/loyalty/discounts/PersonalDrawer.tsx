import { NumberInput, Textarea, TextInput, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { personal } from '../../../api/standing.ts';
import { showFieldErrors } from '../../../lib/formErrors.ts';
import { FormDrawer } from '../../../ui/FormDrawer.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import type { Blank } from '../amounts.ts';
import { ContactChoice } from '../ContactChoice.tsx';

type Form = { contactId: string; percent: Blank; validUntil: string; note: string };
type Props = { contactId?: string; onClose: () => void };

/** Asks for a discount of one contact alone: it always has an end, and another person approves it. */
export function PersonalDrawer({ contactId, onClose }: Props) {
  const { t } = useTranslation('discounts');
  const form = useForm<Form>({
    initialValues: { contactId: contactId ?? '', percent: '', validUntil: '', note: '' },
    validate: {
      contactId: (id) => (id === '' ? t('personal.whoNeeded') : null),
      percent: (percent) => (Number(percent) > 0 ? null : t('wrong.percent')),
      validUntil: (day) => (day === '' ? t('personal.untilNeeded') : null),
    },
  });
  const save = useWrite({
    run: ({ percent, validUntil, note, ...values }: Form) =>
      personal.ask(values.contactId, {
        percent: Number(percent),
        note,
        // To the end of that day where the person who writes it is.
        validUntil: new Date(`${validUntil}T23:59:59`).toISOString(),
      }),
    touches: ['standing', 'timeline'],
    done: t('personal.asked'),
    onDone: onClose,
    onProblem: (error) => showFieldErrors(form, error),
  });
  return (
    <FormDrawer
      opened
      onClose={onClose}
      title={t('personal.give')}
      submit={t('personal.ask')}
      busy={save.isPending}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
    >
      <Text size="sm" c="dimmed">
        {t('personal.giveHint')}
      </Text>
      {contactId === undefined && (
        <ContactChoice
          label={t('personal.who')}
          value={form.values.contactId}
          onChange={(id) => form.setFieldValue('contactId', id)}
          error={form.errors['contactId']}
        />
      )}
      <NumberInput
        data-autofocus={contactId !== undefined}
        label={t('form.percent')}
        min={0}
        max={100}
        decimalScale={3}
        {...form.getInputProps('percent')}
      />
      <TextInput type="date" label={t('personal.until')} {...form.getInputProps('validUntil')} />
      <Textarea
        label={t('personal.note')}
        description={t('personal.noteHint')}
        autosize
        minRows={2}
        maxLength={2_000}
        {...form.getInputProps('note')}
      />
    </FormDrawer>
  );
}
