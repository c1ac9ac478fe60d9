import { NumberInput, Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { ScoreRuleView } from '../../api/scoring.ts';
import { scoring } from '../../api/scoring.ts';
import { showFieldErrors } from '../../lib/formErrors.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { useWrite } from '../../ui/mutation.ts';

const FACTS = ['event', 'response', 'order'] as const;

type Form = {
  name: string;
  points: number | '';
  fact: (typeof FACTS)[number];
  factName: string;
  halfLifeDays: number | '';
  cap: number | '';
};

const FRESH: Form = { name: '', points: 5, fact: 'event', factName: '', halfLifeDays: 14, cap: '' };

/** A new rule for what people do, or other points and another name for one there is. */
export function RuleDrawer({ rule, onClose }: { rule?: ScoreRuleView; onClose: () => void }) {
  const { t } = useTranslation(['scoring', 'common']);
  const form = useForm<Form>({
    initialValues: rule === undefined ? FRESH : { ...FRESH, name: rule.rule.name, points: rule.rule.points },
  });
  const save = useWrite({
    run: ({ name, points, fact, factName, halfLifeDays, cap }: Form) =>
      rule === undefined
        ? scoring.create({
            kind: 'engagement',
            name,
            points: Number(points),
            fact,
            factName,
            halfLifeDays: halfLifeDays === '' ? null : halfLifeDays,
            cap: cap === '' ? null : cap,
          })
        : scoring.change(rule.id, { name, points: Number(points) }),
    touches: ['score-rules', 'leads'],
    done: t('scoring:saved'),
    onDone: onClose,
    onProblem: (error) => showFieldErrors(form, error),
  });
  return (
    <FormDrawer
      opened
      onClose={onClose}
      title={rule === undefined ? t('scoring:create') : t('scoring:edit')}
      submit={t('common:action.save')}
      busy={save.isPending}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
    >
      <Text size="sm" c="dimmed">
        {t(rule?.rule.kind === 'fit' ? 'scoring:fitChange' : 'scoring:engagementChange')}
      </Text>
      <TextInput label={t('scoring:name')} data-autofocus {...form.getInputProps('name')} />
      <NumberInput
        label={t('scoring:points')}
        description={t('scoring:pointsHint')}
        {...form.getInputProps('points')}
      />
      {rule === undefined && (
        <>
          <Select
            label={t('scoring:fact')}
            allowDeselect={false}
            data={FACTS.map((value) => ({ value, label: t(`scoring:facts.${value}`) }))}
            {...form.getInputProps('fact')}
          />
          <TextInput
            label={t('scoring:factName')}
            description={t(`scoring:factHint.${form.values.fact}`)}
            {...form.getInputProps('factName')}
          />
          <NumberInput
            label={t('scoring:halfLife')}
            description={t('scoring:halfLifeHint')}
            min={1}
            {...form.getInputProps('halfLifeDays')}
          />
          <NumberInput
            label={t('scoring:capLabel')}
            description={t('scoring:capHint')}
            min={1}
            {...form.getInputProps('cap')}
          />
        </>
      )}
    </FormDrawer>
  );
}
