import { Anchor, Group, Stack, Text } from '@mantine/core';
import { IconAlertCircle, IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { ProgramCheck, ProgramChecks } from '../../../api/earning.ts';
import type { ProgramView } from '../../../api/loyalty.ts';
import { locale } from '../../../i18n/index.ts';
import { moneyText, numberText } from '../../../lib/format.ts';
import { Section } from '../../../ui/Section.tsx';
import type { DesignStep } from '../search.ts';

const LEVELS = ['block', 'warn', 'info'] as const;
const ICONS = { block: IconAlertCircle, warn: IconAlertTriangle, info: IconInfoCircle };
const COLOURS = { block: 'red', warn: 'gold', info: 'sky' };

type Props = { checks: ProgramChecks; program: ProgramView; go: (step: DesignStep) => void };

/** What stops the launch, what is worth a look, what is good to know; each with the way to its step. */
export function Checks({ checks, program, go }: Props) {
  const { t } = useTranslation('design');
  const live = program.state !== 'draft';
  return (
    <Section title={t(!live ? 'checks.title' : 'checks.titleLive')} hint={t('checks.hint')}>
      <Stack gap="lg">
        {checks.items.length === 0 && (
          <Group gap="xs" wrap="nowrap">
            <IconCircleCheck size={18} color="var(--mantine-color-pine-filled)" aria-hidden="true" />
            <Text size="sm">{t('checks.none')}</Text>
          </Group>
        )}
        {LEVELS.map((level) => {
          const own = checks.items.filter((item) => item.level === level);
          return own.length === 0 ? null : (
            <div key={level}>
              <Text size="sm" fw={600} mb={6}>
                {t(`checks.level.${level === 'block' && live ? 'missing' : level}`)}
              </Text>
              <Stack
                component="ul"
                gap={8}
                m={0}
                p={0}
                style={{ listStyle: 'none' }}
                aria-label={t(`checks.level.${level}`)}
              >
                {own.map((item) => (
                  <Item key={item.code} item={item} currency={program.currency} go={go} />
                ))}
              </Stack>
            </div>
          );
        })}
      </Stack>
    </Section>
  );
}

function Item({
  item,
  currency,
  go,
}: {
  item: ProgramCheck;
  currency: string;
  go: (step: DesignStep) => void;
}) {
  const { t } = useTranslation('design');
  const Icon = ICONS[item.level];
  return (
    <Group component="li" gap="xs" wrap="nowrap" align="flex-start">
      <Icon
        size={18}
        aria-hidden="true"
        style={{ flexShrink: 0, marginTop: 2 }}
        color={`var(--mantine-color-${COLOURS[item.level]}-filled)`}
      />
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {t(`check.${item.code as 'no_tier'}`, {
          ...wordsOf(item.params, currency, t),
          // Days to wait have their plural, and none of them words of their own.
          ...(typeof item.params['days'] === 'number' ? { count: item.params['days'] } : {}),
          defaultValue: item.detail,
        })}{' '}
        {item.at !== 'review' && (
          <Anchor component="button" type="button" inherit onClick={() => go(item.at)}>
            {t('checks.to', { step: t(`steps.${item.at}`) })}
          </Anchor>
        )}
      </Text>
    </Group>
  );
}

function wordsOf(
  params: ProgramCheck['params'],
  currency: string,
  t: TFunction<'design'>,
): Record<string, string> {
  const shown = Object.entries(params).map(([key, value]): [string, string] => [
    key,
    Array.isArray(value)
      ? value.map((name) => t('quoted', { name })).join(', ')
      : typeof value === 'number'
        ? numberText(value, locale())
        : Number.isFinite(Number(value)) && value !== ''
          ? numberText(Number(value), locale(), 2)
          : value,
  ]);
  const order = params['orderMinor'];
  return {
    ...Object.fromEntries(shown),
    ...(typeof order === 'number' ? { order: moneyText(order, currency, locale()) } : {}),
  };
}
