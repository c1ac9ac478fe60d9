import { VisuallyHidden } from '@mantine/core';
import { IconAlertCircle, IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ProgramChecks } from '../../../api/earning.ts';
import type { DesignStep } from '../search.ts';

/** What a step has to say, beside its name: whether something stops the launch, or is worth a look. */
export function Mark({ step, checks }: { step: DesignStep; checks: ProgramChecks | undefined }) {
  const { t } = useTranslation('design');
  const own = checks?.items.filter(({ at }) => at === step) ?? [];
  const level = own.some((one) => one.level === 'block')
    ? 'block'
    : own.some((one) => one.level === 'warn')
      ? 'warn'
      : undefined;
  if (level === undefined) return null;
  const Icon = level === 'block' ? IconAlertCircle : IconAlertTriangle;
  return (
    <>
      <Icon
        size={16}
        aria-hidden="true"
        color={`var(--mantine-color-${level === 'block' ? 'red' : 'gold'}-filled)`}
      />
      <VisuallyHidden>{t(`marks.${level}`)}</VisuallyHidden>
    </>
  );
}
