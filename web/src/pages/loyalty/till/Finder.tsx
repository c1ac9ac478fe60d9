import { Button, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MemberView, ProgramView } from '../../../api/loyalty.ts';
import { lookups } from '../../../api/loyalty.ts';
import { ApiError } from '../../../api/problem.ts';
import { useWrite } from '../../../ui/mutation.ts';

const DIGITS = /^[\d\s-]+$/;
const CODE = /^\d{6}$/;

type Props = { program: ProgramView; onFound: (member: MemberView) => void };

/** Finds a member by what is on the card, or by a code sent to their phone. */
export function Finder({ program, onFound }: Props) {
  const { t } = useTranslation('till');
  const [by, setBy] = useState<'card' | 'phone'>('card');
  return (
    <Stack gap="md">
      <SegmentedControl
        aria-label={t('by.label')}
        value={by}
        onChange={(value) => setBy(value === 'phone' ? 'phone' : 'card')}
        data={[
          { value: 'card', label: t('by.card') },
          { value: 'phone', label: t('by.phone') },
        ]}
      />
      {by === 'card' ? (
        <ByCard program={program} onFound={onFound} />
      ) : (
        <ByPhone program={program} onFound={onFound} />
      )}
    </Stack>
  );
}

/** A reader of codes types like a keyboard and ends with Enter: digits are a card's number, all else is what a QR code says. */
function ByCard({ program, onFound }: Props) {
  const { t } = useTranslation('till');
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string>();
  const find = useWrite({
    run: (text: string) =>
      lookups.find(
        DIGITS.test(text) ? { programId: program.id, card: text } : { programId: program.id, qr: text },
      ),
    touches: [],
    onDone: onFound,
    onProblem: (problem) => {
      if (!(problem instanceof ApiError) || problem.status !== 404) return false;
      setError(t('nobody'));
      return true;
    },
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const text = typed.trim();
        setError(text === '' ? t('cardNeeded') : undefined);
        if (text !== '') find.mutate(text);
      }}
    >
      <Stack gap="sm">
        <TextInput
          autoFocus
          size="md"
          label={t('card')}
          description={t('cardHint')}
          autoComplete="off"
          value={typed}
          error={error}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Group>
          <Button type="submit" loading={find.isPending}>
            {t('find')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function ByPhone({ program, onFound }: Props) {
  const { t } = useTranslation('till');
  const [phone, setPhone] = useState('');
  const [error, setError] = useState<string>();
  const [lookupId, setLookupId] = useState<string>();
  const ask = useWrite({
    run: () => lookups.askByPhone({ programId: program.id, phone: phone.trim() }),
    touches: [],
    onDone: (answer) => setLookupId(answer.lookupId),
    onProblem: (problem) => {
      if (!(problem instanceof ApiError) || problem.status !== 422) return false;
      setError(t('phoneWrong'));
      return true;
    },
  });
  if (lookupId !== undefined)
    return (
      <ByCode
        key={lookupId}
        lookupId={lookupId}
        phone={phone}
        onFound={onFound}
        onAgain={() => setLookupId(undefined)}
      />
    );
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setError(phone.trim() === '' ? t('phoneNeeded') : undefined);
        if (phone.trim() !== '') ask.mutate(undefined);
      }}
    >
      <Stack gap="sm">
        <TextInput
          autoFocus
          size="md"
          type="tel"
          label={t('phone')}
          description={t('phoneHint')}
          autoComplete="off"
          value={phone}
          error={error}
          onChange={(event) => setPhone(event.currentTarget.value)}
        />
        <Group>
          <Button type="submit" loading={ask.isPending}>
            {t('send')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type CodeProps = {
  lookupId: string;
  phone: string;
  onFound: (member: MemberView) => void;
  onAgain: () => void;
};

function ByCode({ lookupId, phone, onFound, onAgain }: CodeProps) {
  const { t } = useTranslation('till');
  const [code, setCode] = useState('');
  const [error, setError] = useState<string>();
  const [over, setOver] = useState(false);
  const confirm = useWrite({
    run: () => lookups.confirm(lookupId, code),
    touches: [],
    onDone: ({ member, attemptsLeft }) => {
      if (member !== null) return onFound(member);
      setOver(attemptsLeft === 0);
      setError(attemptsLeft === 0 ? t('codeOver') : t('codeWrong', { count: attemptsLeft }));
    },
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!CODE.test(code)) return setError(t('codeShape'));
        setError(undefined);
        confirm.mutate(undefined);
      }}
    >
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t('sent', { phone })}
        </Text>
        <TextInput
          autoFocus
          size="md"
          label={t('code')}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={6}
          value={code}
          error={error}
          onChange={(event) => setCode(event.currentTarget.value.trim())}
        />
        <Group>
          <Button type="submit" loading={confirm.isPending} disabled={over}>
            {t('check')}
          </Button>
          <Button variant="default" onClick={onAgain}>
            {t('again')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
