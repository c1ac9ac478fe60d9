import { NumberInput, Select, SimpleGrid, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { challenges } from '../../../api/earning.ts';
import type { ProgramView } from '../../../api/loyalty.ts';
import { fieldErrors } from '../../../api/problem.ts';
import { currencyDigits } from '../../../lib/format.ts';
import { fromLocalInput, inDays, toLocalInput } from '../../../lib/localTime.ts';
import { useMe } from '../../../lib/me.ts';
import { FormDrawer } from '../../../ui/FormDrawer.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import type { Blank } from '../amounts.ts';
import { minorOf } from '../amounts.ts';

const TRUST = ['server', 'verified', 'public'] as const;

type Fields = {
  name: string;
  counts: {
    kind: 'order' | 'event';
    minAmountMinor: Blank;
    event: string;
    onceBy: string;
    trust: (typeof TRUST)[number];
  };
  target: Blank;
  points: Blank;
  from: string;
  until: string;
};
const MONTH_DAYS = 30;

export function ChallengeDrawer({ program, onClose }: { program: ProgramView; onClose: () => void }) {
  const { t } = useTranslation('earning');
  const { settings } = useMe();
  const form = useForm<Fields>({
    initialValues: {
      name: '',
      counts: { kind: 'order', minAmountMinor: '', event: '', onceBy: '', trust: 'server' },
      target: 3,
      points: 100,
      from: toLocalInput(inDays(0)),
      until: toLocalInput(inDays(MONTH_DAYS)),
    },
  });
  const save = useWrite({
    run: ({ counts, ...values }: Fields) =>
      challenges.create({
        programId: program.id,
        name: values.name,
        target: Number(values.target),
        points: Number(values.points),
        from: fromLocalInput(values.from),
        until: fromLocalInput(values.until),
        counts:
          counts.kind === 'order'
            ? { kind: 'order', minAmountMinor: minorOf(Number(counts.minAmountMinor), settings.baseCurrency) }
            : {
                kind: 'event',
                event: counts.event,
                trust: counts.trust,
                ...(counts.onceBy.trim() === '' ? {} : { onceBy: counts.onceBy }),
              },
      }),
    touches: ['loyalty'],
    done: t('challenge.created'),
    onDone: onClose,
    onProblem: (error) => {
      const found = fieldErrors(error);
      form.setErrors(found);
      const paths = Object.keys(found);
      return paths.length > 0 && paths.every((path) => (path.split('.')[0] ?? '') in form.values);
    },
  });
  return (
    <FormDrawer
      opened
      onClose={onClose}
      title={t('challenge.create')}
      submit={t('challenge.launch')}
      busy={save.isPending}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
    >
      <TextInput label={t('challenge.name')} data-autofocus {...form.getInputProps('name')} />
      <Select
        label={t('challenge.counts')}
        allowDeselect={false}
        data={(['order', 'event'] as const).map((value) => ({ value, label: t(`challenge.kind.${value}`) }))}
        {...form.getInputProps('counts.kind')}
      />
      {form.values.counts.kind === 'order' ? (
        <NumberInput
          label={t('challenge.least', { currency: settings.baseCurrency })}
          placeholder={t('form.noLeast')}
          min={0}
          decimalScale={currencyDigits(settings.baseCurrency)}
          {...form.getInputProps('counts.minAmountMinor')}
        />
      ) : (
        <>
          <TextInput
            label={t('form.event')}
            description={t('form.eventHint')}
            {...form.getInputProps('counts.event')}
          />
          <TextInput
            label={t('form.onceBy')}
            description={t('form.onceByHint')}
            {...form.getInputProps('counts.onceBy')}
          />
          <Select
            label={t('form.trust')}
            allowDeselect={false}
            data={TRUST.map((value) => ({ value, label: t(`form.trustKind.${value}`) }))}
            {...form.getInputProps('counts.trust')}
          />
        </>
      )}
      <SimpleGrid cols={2} style={{ alignItems: 'end' }}>
        <NumberInput
          label={t('challenge.target')}
          min={1}
          allowDecimal={false}
          {...form.getInputProps('target')}
        />
        <NumberInput
          label={t('challenge.points')}
          min={1}
          allowDecimal={false}
          {...form.getInputProps('points')}
        />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, xs: 2 }} style={{ alignItems: 'end' }}>
        <TextInput type="datetime-local" label={t('form.from')} {...form.getInputProps('from')} />
        <TextInput type="datetime-local" label={t('form.until')} {...form.getInputProps('until')} />
      </SimpleGrid>
    </FormDrawer>
  );
}
