import { Alert, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { InvitationPreview } from '@server/people/contract.ts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { auth } from '../../api/me.ts';
import { invitations } from '../../api/people.ts';
import { ApiError, fieldErrors } from '../../api/problem.ts';
import { problemText } from '../../i18n/problems.ts';
import { formText } from '../../lib/formText.ts';
import { ButtonLink } from '../../ui/links.tsx';
import { LogoMark } from '../../ui/Logo.tsx';
import { Loaded } from '../../ui/states.tsx';

const route = getRouteApi('/invite/$token');

/** From the link to a working account: name, password, done. */
export default function InvitePage() {
  const { t } = useTranslation();
  const { token } = route.useParams();
  const preview = useQuery(invitations.preview(token));
  const gone = preview.error instanceof ApiError && preview.error.status < 500 && preview.error.status > 0;
  const title = gone
    ? t('invite.invalid')
    : preview.data?.recovery === true
      ? t('invite.recoverTitle')
      : t('invite.title');
  useDocumentTitle(`${title} · Otklik`);
  return (
    <main className="otk-sign">
      <Stack gap="lg">
        <LogoMark size={44} />
        <Title order={1}>{title}</Title>
        {gone ? (
          <>
            <Text c="dimmed">{t('invite.invalidText')}</Text>
            <ButtonLink to="/sign-in" variant="default">
              {t('invite.toSignIn')}
            </ButtonLink>
          </>
        ) : (
          <Loaded query={preview}>{(found) => <AcceptForm token={token} found={found} />}</Loaded>
        )}
      </Stack>
    </main>
  );
}

function AcceptForm({ token, found }: { token: string; found: InvitationPreview }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const fields = fieldErrors(problem);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const password = formText(form, 'password');
    setBusy(true);
    setProblem(undefined);
    try {
      const input = {
        // A person who comes back keeps their name.
        name: found.recovery ? (found.email ?? '') : formText(form, 'name').trim(),
        password,
        ...(found.email === null ? { email: formText(form, 'email').trim() } : {}),
      };
      const account = await invitations.accept(token, input);
      await auth.signIn({ email: account.email, password, rememberMe: true });
      await navigate({ to: '/' });
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };

  return (
    <>
      <Text c="dimmed">
        {found.recovery
          ? t('invite.recoverLead', { email: found.email ?? '' })
          : t('invite.lead', { role: t(`role.${found.role}`) })}
        {!found.recovery && found.teamName !== null && ` ${t('invite.team', { team: found.teamName })}.`}
      </Text>
      <Paper p="lg">
        <form onSubmit={(event) => void submit(event)}>
          <Stack>
            {problem instanceof Error && Object.keys(fields).length === 0 && (
              <Alert color="red" role="alert">
                {problem instanceof ApiError ? problemText(problem) : t('error.unexpected')}
              </Alert>
            )}
            {!found.recovery && (
              <TextInput
                name="name"
                label={t('invite.name')}
                autoComplete="name"
                required
                withAsterisk={false}
                autoFocus
                error={fields['name']}
              />
            )}
            {found.email === null ? (
              <TextInput
                name="email"
                type="email"
                label={t('invite.email')}
                autoComplete="username"
                required
                withAsterisk={false}
                error={fields['email']}
              />
            ) : (
              <TextInput
                name="email"
                type="email"
                label={t('invite.email')}
                value={found.email}
                readOnly
                autoComplete="username"
              />
            )}
            <PasswordInput
              name="password"
              label={t('invite.password')}
              description={t('invite.passwordHint')}
              autoComplete="new-password"
              minLength={12}
              required
              withAsterisk={false}
              error={fields['password']}
            />
            <Button type="submit" loading={busy} fullWidth>
              {found.recovery ? t('invite.recoverSubmit') : t('invite.submit')}
            </Button>
          </Stack>
        </form>
      </Paper>
    </>
  );
}
