import { NumberInput, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Section } from '../../../ui/Section.tsx';
import type { LadderForm } from './form.ts';
import { useRuleWords } from './useRuleWords.ts';

const MEASURES = ['spend', 'points', 'orders'] as const;
const WINDOWS = ['rolling', 'calendarYear', 'lifetime'] as const;
const COUNTS = ['all', 'membership'] as const;
const DOWNGRADES = ['matching', 'one_step', 'never'] as const;

/** By what members rise and fall. */
export function RulesPart({ form }: { form: LadderForm }) {
  const { t } = useTranslation('ladders');
  const ruleWords = useRuleWords();
  const { window, downgrade, graceDays, stepDays, ...rest } = form.values;
  const choices = <Kind extends string>(kinds: readonly Kind[], words: (kind: Kind) => string) =>
    kinds.map((value) => ({ value, label: words(value) }));
  const days = { allowDecimal: false, min: 0, max: 3_650 };
  const shown =
    window.kind === 'rolling' ? { ...window, kind: window.kind, count: Number(window.count) } : window;
  return (
    <Section title={t('rules.title')} hint={t('rules.hint')}>
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" style={{ alignItems: 'end' }}>
          <TextInput label={t('rules.name')} {...form.getInputProps('name')} />
          <Select
            label={t('rules.measure')}
            allowDeselect={false}
            data={choices(MEASURES, (kind) => t(`rules.measures.${kind}`))}
            {...form.getInputProps('measure')}
          />
          <Select
            label={t('rules.window')}
            allowDeselect={false}
            data={choices(WINDOWS, (kind) => t(`rules.windows.${kind}`))}
            {...form.getInputProps('window.kind')}
          />
          {window.kind === 'rolling' && (
            <SimpleGrid cols={2} spacing="xs" style={{ alignItems: 'end' }}>
              <NumberInput
                label={t('rules.count')}
                {...days}
                min={1}
                {...form.getInputProps('window.count')}
              />
              <Select
                label={t('rules.unit')}
                allowDeselect={false}
                data={choices(['days', 'months'] as const, (unit) => t(`rules.units.${unit}`))}
                {...form.getInputProps('window.unit')}
              />
            </SimpleGrid>
          )}
          <Select
            label={t('rules.counts')}
            allowDeselect={false}
            data={choices(COUNTS, (kind) => t(`rules.countKinds.${kind}`))}
            {...form.getInputProps('counts')}
          />
          <Select
            label={t('rules.downgrade')}
            allowDeselect={false}
            data={choices(DOWNGRADES, (kind) => t(`rules.downgrades.${kind}`))}
            {...form.getInputProps('downgrade')}
          />
          {downgrade !== 'never' && (
            <NumberInput
              label={t('rules.grace')}
              description={t('rules.graceHint')}
              {...days}
              {...form.getInputProps('graceDays')}
            />
          )}
          {downgrade === 'one_step' && (
            <NumberInput
              label={t('rules.step')}
              description={t('rules.stepHint')}
              {...days}
              min={1}
              {...form.getInputProps('stepDays')}
            />
          )}
        </SimpleGrid>
        <Text
          size="sm"
          pl="sm"
          aria-live="polite"
          style={{ borderInlineStart: '3px solid var(--otk-accent-line)' }}
        >
          {ruleWords({
            ...rest,
            window: shown as Parameters<typeof ruleWords>[0]['window'],
            downgrade,
            graceDays: Number(graceDays),
            stepDays: Number(stepDays),
          })}
        </Text>
      </Stack>
    </Section>
  );
}
