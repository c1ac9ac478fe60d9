import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { account } from '../../api/account.ts';
import { ApiError } from '../../api/problem.ts';
import { showFieldErrors } from '../../lib/formErrors.ts';
import { useWrite } from '../../ui/mutation.ts';
import { Section } from '../../ui/Section.tsx';

const FRESH = { currentPassword: '', newPassword: '', again: '' };

export function Password() {
  const { t } = useTranslation('account');
  const form = useForm({
    initialValues: FRESH,
    validate: { again: (value, { newPassword }) => (value === newPassword ? null : t('password.differs')) },
  });
  const change = useWrite({
    run: account.changePassword,
    touches: ['sessions'],
    done: t('password.done'),
    onDone: () => form.setValues(FRESH),
    onProblem: (error) => {
      if (!(error instanceof ApiError) || error.code !== 'invalid_password')
        return showFieldErrors(form, error);
      form.setErrors({ currentPassword: t('password.wrong') });
      return true;
    },
  });
  return (
    <Section title={t('password.title')} hint={t('password.hint')}>
      <form
        onSubmit={form.onSubmit(({ currentPassword, newPassword }) =>
          change.mutate({ currentPassword, newPassword }),
        )}
      >
        <Stack gap="sm">
          <PasswordInput
            label={t('password.current')}
            autoComplete="current-password"
            {...form.getInputProps('currentPassword')}
          />
          <PasswordInput
            label={t('password.next')}
            description={t('password.nextHint')}
            autoComplete="new-password"
            {...form.getInputProps('newPassword')}
          />
          <PasswordInput
            label={t('password.again')}
            autoComplete="new-password"
            {...form.getInputProps('again')}
          />
          <Group justify="flex-end">
            <Button type="submit" loading={change.isPending}>
              {t('password.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
