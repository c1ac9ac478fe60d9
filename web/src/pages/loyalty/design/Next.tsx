import { Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { DESIGN_STEPS } from '../search.ts';
import type { DesignStep } from '../search.ts';

/** On to the next step. */
export function Next({ step, go }: { step: DesignStep; go: (step: DesignStep) => void }) {
  const { t } = useTranslation('design');
  const next = DESIGN_STEPS[DESIGN_STEPS.indexOf(step) + 1];
  if (next === undefined) return null;
  return (
    <Group>
      <Button onClick={() => go(next)}>{t('next', { step: t(`steps.${next}`) })}</Button>
    </Group>
  );
}
