import {
  Alert,
  Button,
  Checkbox,
  Paper,
  PasswordInput,
  PinInput,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { auth } from '../../api/me.ts';
import { ApiError } from '../../api/problem.ts';
import { formText } from '../../lib/formText.ts';
import { LogoMark } from '../../ui/Logo.tsx';

const route = getRouteApi('/sign-in');
const CODE_LENGTH = 6;

/** Only an address of this console: a link from elsewhere must not carry a person away after sign-in. */
const safeNext = (next: string | undefined): string =>
  next !== undefined && /^\/(?![/\\])/.test(next) ? next : '/';

export default function SignInPage() {
  const { t } = useTranslation();
  const { next } = route.useSearch();
  const router = useRouter();
  const [step, setStep] = useState<'password' | 'code'>('password');
  useDocumentTitle(`${t('signIn.title')} · Otklik`);
  const enter = () => router.history.push(safeNext(next));
  return (
    <main className="otk-sign">
      <Stack gap="lg">
        <Stack gap="sm">
          <LogoMark size={44} />
          <Title order={1}>{step === 'password' ? t('signIn.title') : t('signIn.codeTitle')}</Title>
          <Text c="dimmed">{step === 'password' ? t('signIn.lead') : t('signIn.codeLead')}</Text>
        </Stack>
        <Paper p="lg">
          {step === 'password' ? (
            <PasswordStep onDone={enter} onCode={() => setStep('code')} />
          ) : (
            <CodeStep onDone={enter} onBack={() => setStep('password')} />
          )}
        </Paper>
      </Stack>
    </main>
  );
}

/** The words for a refusal of the sign-in. */
function useRefusal(wrong: string) {
  const { t } = useTranslation();
  return (error: unknown): string => {
    if (!(error instanceof ApiError)) return t('error.unexpected');
    if (error.status === 0) return t('error.offline');
    if (error.status === 429) return t('signIn.tooMany');
    return error.status < 500 ? wrong : error.message;
  };
}

function PasswordStep({ onDone, onCode }: { onDone: () => void; onCode: () => void }) {
  const { t } = useTranslation();
  const refusal = useRefusal(t('signIn.wrong'));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(undefined);
    try {
      const answer = await auth.signIn({
        email: formText(form, 'email').trim(),
        password: formText(form, 'password'),
        rememberMe: form.get('remember') !== null,
      });
      if (answer.twoFactorRedirect === true) onCode();
      else onDone();
    } catch (error) {
      setProblem(refusal(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        {problem !== undefined && (
          <Alert color="red" role="alert">
            {problem}
          </Alert>
        )}
        <TextInput
          name="email"
          type="email"
          label={t('signIn.email')}
          autoComplete="username"
          required
          withAsterisk={false}
          data-autofocus
          autoFocus
        />
        <PasswordInput
          name="password"
          label={t('signIn.password')}
          autoComplete="current-password"
          required
          withAsterisk={false}
        />
        <Checkbox name="remember" label={t('signIn.remember')} defaultChecked />
        <Button type="submit" loading={busy} fullWidth>
          {t('signIn.submit')}
        </Button>
      </Stack>
    </form>
  );
}

function CodeStep({ onDone, onBack }: { onDone: () => void; onBack: () => void }) {
  const { t } = useTranslation();
  const refusal = useRefusal(t('signIn.codeWrong'));
  const [code, setCode] = useState('');
  const [backup, setBackup] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const verify = async (value: string) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await (backup ? auth.verifyBackupCode(value.trim()) : auth.verifyCode(value));
      onDone();
    } catch (error) {
      setProblem(refusal(error));
      setCode('');
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void verify(code);
      }}
    >
      <Stack>
        {problem !== undefined && (
          <Alert color="red" role="alert">
            {problem}
          </Alert>
        )}
        {backup && (
          <TextInput
            label={t('signIn.backupCode')}
            autoFocus
            autoComplete="off"
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        )}
        {!backup && (
          <PinInput
            length={CODE_LENGTH}
            type="number"
            oneTimeCode
            autoFocus
            aria-label={t('signIn.code')}
            value={code}
            onChange={setCode}
            onComplete={(value) => void verify(value)}
          />
        )}
        <Button type="submit" loading={busy} disabled={code.length < CODE_LENGTH} fullWidth>
          {t('signIn.verify')}
        </Button>
        <Button
          variant="subtle"
          onClick={() => {
            setCode('');
            setBackup(!backup);
          }}
        >
          {t(backup ? 'signIn.useApp' : 'signIn.useBackup')}
        </Button>
        <Button variant="subtle" onClick={onBack}>
          {t('signIn.back')}
        </Button>
      </Stack>
    </form>
  );
}
