import { Anchor, Badge, Button, Group, Modal, PasswordInput, PinInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SecondFactor as Secret } from '../../api/account.ts';
import { account } from '../../api/account.ts';
import { useMe } from '../../lib/me.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { Section } from '../../ui/Section.tsx';

type Wish = 'enable' | 'disable' | 'codes';

/** The key inside an otpauth address, in groups that can be typed. */
const keyOf = (uri: string): string =>
  (new URL(uri).searchParams.get('secret') ?? '').match(/.{1,4}/g)?.join(' ') ?? '';

/** A second step at sign-in: prepared with the password, in force once a code of the app was right. */
export function SecondFactor() {
  const { t } = useTranslation('account');
  const { user } = useMe();
  const [wish, setWish] = useState<Wish>();
  const [secret, setSecret] = useState<Secret>();
  const [codes, setCodes] = useState<string[]>();
  const run = useWrite({
    run: async (password: string) => {
      if (wish === 'enable') setSecret(await account.prepareSecondFactor(password));
      if (wish === 'disable') await account.removeSecondFactor(password);
      if (wish === 'codes') setCodes((await account.newBackupCodes(password)).backupCodes);
    },
    touches: ['me'],
    onDone: () => setWish(undefined),
  });
  const on = user.twoFactorEnabled;
  return (
    <Section
      title={t('second.title')}
      hint={t('second.hint')}
      actions={<Badge color={on ? 'pine' : 'gray'}>{on ? t('second.on') : t('second.off')}</Badge>}
    >
      {secret === undefined ? (
        <Group gap="xs">
          {on ? (
            <>
              <Button variant="default" onClick={() => setWish('codes')}>
                {t('second.newCodes')}
              </Button>
              <Button variant="subtle" color="red" onClick={() => setWish('disable')}>
                {t('second.turnOff')}
              </Button>
            </>
          ) : (
            <Button onClick={() => setWish('enable')}>{t('second.turnOn')}</Button>
          )}
        </Group>
      ) : (
        <Confirmation
          secret={secret}
          onDone={() => {
            setCodes(secret.backupCodes);
            setSecret(undefined);
          }}
        />
      )}
      {codes !== undefined && (
        <Stack gap="xs" mt="md">
          <CopyField label={t('second.backup')} value={codes.join('\n')} />
          <Text size="sm" c="dimmed">
            {t('second.backupHint')}
          </Text>
        </Stack>
      )}
      <PasswordDialog
        wish={wish}
        busy={run.isPending}
        onClose={() => setWish(undefined)}
        onGiven={(password) => run.mutate(password)}
      />
    </Section>
  );
}

function PasswordDialog(props: {
  wish: Wish | undefined;
  busy: boolean;
  onClose: () => void;
  onGiven: (password: string) => void;
}) {
  const { t } = useTranslation(['account', 'common']);
  const [password, setPassword] = useState('');
  const close = () => {
    setPassword('');
    props.onClose();
  };
  return (
    <Modal opened={props.wish !== undefined} onClose={close} title={t('account:second.askTitle')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          props.onGiven(password);
          setPassword('');
        }}
      >
        <Stack>
          <PasswordInput
            label={t('account:password.current')}
            autoComplete="current-password"
            data-autofocus
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('common:action.cancel')}
            </Button>
            <Button type="submit" loading={props.busy} disabled={password === ''}>
              {t('common:action.next')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

const CODE_LENGTH = 6;

function Confirmation({ secret, onDone }: { secret: Secret; onDone: () => void }) {
  const { t } = useTranslation('account');
  const [code, setCode] = useState('');
  const confirm = useWrite({
    run: account.confirmSecondFactor,
    touches: ['me', 'sessions'],
    done: t('second.done'),
    onDone,
    onProblem: () => {
      setCode('');
      return false;
    },
  });
  return (
    <Stack gap="sm">
      <CopyField label={t('second.key')} value={keyOf(secret.totpURI)} />
      <Text size="sm">
        {t('second.keyHint')}{' '}
        <Anchor href={secret.totpURI} inherit>
          {t('second.open')}
        </Anchor>
      </Text>
      <Text size="sm" fw={550}>
        {t('second.code')}
      </Text>
      <PinInput
        length={CODE_LENGTH}
        type="number"
        oneTimeCode
        aria-label={t('second.code')}
        value={code}
        onChange={setCode}
        onComplete={(value) => confirm.mutate(value)}
      />
    </Stack>
  );
}
