import { Select, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { categories } from '../../../api/standing.ts';
import { showFieldErrors } from '../../../lib/formErrors.ts';
import { FormDrawer } from '../../../ui/FormDrawer.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { Loaded } from '../../../ui/states.tsx';
import { ContactChoice } from '../ContactChoice.tsx';

type Form = { contactId: string; categoryId: string; proof: string; proofRef: string; validUntil: string };

type Props = { contactId?: string; categoryId?: string; onClose: () => void };

/** Asks for a person category, with what was shown and until when; the category says who decides. Whom or which is chosen where it is not given. */
export function AssignDrawer({ contactId, categoryId, onClose }: Props) {
  const { t } = useTranslation('wallet');
  const query = useQuery(categories.all);
  const form = useForm<Form>({
    initialValues: {
      contactId: contactId ?? '',
      categoryId: categoryId ?? '',
      proof: '',
      proofRef: '',
      validUntil: '',
    },
    validate: {
      contactId: (id) => (id === '' ? t('categories.whoNeeded') : null),
      categoryId: (id) => (id === '' ? t('categories.choose') : null),
    },
  });
  const save = useWrite({
    run: ({ proof, proofRef, validUntil, ...values }: Form) =>
      categories.assign(values.contactId, {
        categoryId: values.categoryId,
        proof,
        proofRef: proofRef === '' ? null : proofRef,
        // To the end of that day where the person who writes it is.
        ...(validUntil === '' ? {} : { validUntil: new Date(`${validUntil}T23:59:59`).toISOString() }),
      }),
    touches: ['standing', 'timeline'],
    done: ({ state }) => t(state === 'requested' ? 'categories.requested' : 'categories.assigned'),
    onDone: onClose,
    onProblem: (error) => showFieldErrors(form, error),
  });
  const chosen = query.data?.find(({ id }) => id === form.values.categoryId);
  return (
    <FormDrawer
      opened
      onClose={onClose}
      title={t('categories.addTitle')}
      submit={t('categories.add')}
      busy={save.isPending}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
    >
      {contactId === undefined && (
        <ContactChoice
          label={t('categories.who')}
          value={form.values.contactId}
          onChange={(id) => form.setFieldValue('contactId', id)}
          error={form.errors['contactId']}
        />
      )}
      <Loaded query={query} lines={1}>
        {(all) => {
          const active = all.filter(({ state }) => state === 'active');
          return active.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('categories.noneDefined')}
            </Text>
          ) : (
            <Select
              data-autofocus={contactId !== undefined}
              label={t('categories.category')}
              description={chosen === undefined ? undefined : t(`categories.review.${chosen.review}`)}
              data={active.map(({ id, name }) => ({ value: id, label: name }))}
              disabled={categoryId !== undefined}
              {...form.getInputProps('categoryId')}
              onChange={(id) => form.setFieldValue('categoryId', id ?? '')}
            />
          );
        }}
      </Loaded>
      <Textarea
        label={t('categories.proof')}
        description={t('categories.proofHint')}
        withAsterisk={chosen?.proofRequired === true}
        autosize
        minRows={2}
        {...form.getInputProps('proof')}
      />
      <TextInput
        label={t('categories.proofRef')}
        description={t('categories.proofRefHint')}
        {...form.getInputProps('proofRef')}
      />
      <TextInput
        type="date"
        label={t('categories.until')}
        description={
          chosen === undefined || chosen.maxTermDays === null
            ? t('categories.untilHint')
            : t('categories.untilAtMost', { days: chosen.maxTermDays })
        }
        {...form.getInputProps('validUntil')}
      />
    </FormDrawer>
  );
}
