import { Button, Code, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { locale } from '../../../../i18n/index.ts';
import { numberText } from '../../../../lib/format.ts';
import { codeProblem, examplesOf, FEWEST, MOST, patternProblem, roomOf, SHORTEST } from './codes.ts';
import type { StepProps } from './fields.tsx';
import { Pair } from './fields.tsx';

const KINDS = ['generic', 'unique'] as const;
const EXAMPLES = 5;

/** What it is called, and what its codes look like. */
export function KindStep({ draft, set, wrong, out }: StepProps) {
  const { t } = useTranslation('couponWizard');
  return (
    <Stack gap="lg">
      <Pair>
        <TextInput
          label={t('kind.name')}
          description={t('kind.nameHint')}
          autoFocus={!out}
          maxLength={200}
          value={draft.name}
          error={wrong('name')}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
      </Pair>
      <Radio.Group
        label={t('kind.kind')}
        value={draft.codeKind}
        onChange={(value) => set({ codeKind: value === 'generic' ? 'generic' : 'unique' })}
      >
        <Stack gap="xs" mt="xs">
          {KINDS.map((kind) => (
            <Radio
              key={kind}
              value={kind}
              disabled={out}
              label={t(`kind.kinds.${kind}`)}
              description={t(`kind.kindHints.${kind}`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      {draft.codeKind === 'generic' ? (
        <GenericCode draft={draft} set={set} wrong={wrong} out={out} />
      ) : (
        <Pattern draft={draft} set={set} wrong={wrong} out={out} />
      )}
    </Stack>
  );
}

function GenericCode({ draft, set, wrong, out }: StepProps) {
  const { t } = useTranslation('couponWizard');
  const { code } = draft;
  const problem = code === '' ? undefined : codeProblem(code);
  const parts = code.split('-');
  const typed = [code.toLowerCase(), parts.join(' '), parts.join('').toLowerCase()];
  return (
    <div>
      <Pair>
        <TextInput
          label={t('kind.code')}
          description={t(out ? 'kind.codeFixed' : 'kind.codeHint')}
          disabled={out}
          maxLength={40}
          spellCheck={false}
          autoComplete="off"
          value={code}
          error={
            problem === undefined ? wrong('code') : t(`kind.codeProblem.${problem}`, { count: SHORTEST })
          }
          onChange={(event) => set({ code: event.currentTarget.value.toUpperCase().trim() })}
        />
      </Pair>
      {code !== '' && problem === undefined && (
        <Text size="sm" mt="xs" c="dimmed">
          {t('kind.sameAs')}{' '}
          {[...new Set(typed)].map((one) => (
            <Code key={one} mr={6}>
              {one}
            </Code>
          ))}
        </Text>
      )}
    </div>
  );
}

function Pattern({ draft, set, wrong }: StepProps) {
  const { t } = useTranslation('couponWizard');
  const { pattern } = draft;
  const problem = patternProblem(pattern);
  const bounds = { few: FEWEST, many: MOST, characters: 0 };
  return (
    <div>
      <Pair>
        <TextInput
          label={t('kind.pattern')}
          description={t('kind.patternHint')}
          maxLength={40}
          spellCheck={false}
          autoComplete="off"
          value={pattern}
          error={
            problem === undefined
              ? wrong('pattern')
              : t(`kind.patternProblem.${problem}`, { count: bounds[problem] })
          }
          onChange={(event) => set({ pattern: event.currentTarget.value.toUpperCase().trim() })}
        />
      </Pair>
      {problem === undefined && <Examples pattern={pattern} />}
    </div>
  );
}

/** Codes as they will come out, and how many there can be. */
function Examples({ pattern }: { pattern: string }) {
  const { t } = useTranslation('couponWizard');
  const [round, setRound] = useState(0);
  // Others with each press, the same while one types elsewhere.
  const examples = useMemo(() => ({ round, codes: examplesOf(pattern, EXAMPLES) }).codes, [pattern, round]);
  const { possible, safe } = roomOf(pattern);
  return (
    <Stack gap={6} mt="xs">
      <Group gap={6} aria-label={t('kind.examples')} role="group">
        <Text size="sm" c="dimmed">
          {t('kind.examples')}:
        </Text>
        {examples.map((code) => (
          <Code key={code}>{code}</Code>
        ))}
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconRefresh size={13} />}
          onClick={() => setRound(round + 1)}
        >
          {t('kind.others')}
        </Button>
      </Group>
      <Text size="sm">{t('kind.room', { possible: bigText(possible), safe: bigText(safe) })}</Text>
    </Stack>
  );
}

const BILLION = 1e9;
/** Numbers nobody reads digit by digit are told in a few: 656 billion. */
function bigText(value: number): string {
  if (value < BILLION) return numberText(value, locale());
  return new Intl.NumberFormat(locale(), {
    notation: 'compact',
    compactDisplay: 'long',
    maximumSignificantDigits: 3,
  }).format(value);
}
