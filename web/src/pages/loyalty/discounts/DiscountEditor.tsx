import {
  ActionIcon,
  Alert,
  Button,
  Checkbox,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { programs } from '../../../api/loyalty.ts';
import { ApiError } from '../../../api/problem.ts';
import type { AccumulativeView } from '../../../api/standing.ts';
import { accumulatives } from '../../../api/standing.ts';
import { showFieldErrors } from '../../../lib/formErrors.ts';
import { useMe } from '../../../lib/me.ts';
import { ButtonLink } from '../../../ui/links.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { Section } from '../../../ui/Section.tsx';
import classes from '../beside.module.css';
import { Example } from './Example.tsx';
import type { DiscountForm } from './form.ts';
import { freshStep, termsOf, useDiscountForm } from './form.ts';

type Props = { discount?: AccumulativeView; onSaved: () => void };

/** Makes or changes an accumulative discount, with what it comes to beside the fields. */
export function DiscountEditor({ discount, onSaved }: Props) {
  const { t } = useTranslation(['discounts', 'common']);
  const { settings } = useMe();
  const client = useQueryClient();
  const { data: known = [] } = useQuery(programs.all);
  const form = useDiscountForm(discount);
  const [version, setVersion] = useState(discount?.version);
  const [conflict, setConflict] = useState(false);
  const program = known.find(({ id }) => id === form.values.programId);
  const currency = discount?.currency ?? program?.currency ?? settings.baseCurrency;
  const save = useWrite({
    run: () => {
      const terms = termsOf(form.values, currency);
      return discount === undefined || version === undefined
        ? accumulatives.create({
            ...terms,
            currency,
            programId: program?.id ?? null,
            ...(program === undefined ? {} : { zone: program.zone }),
          })
        : accumulatives.change(discount.id, { version, ...terms });
    },
    touches: ['standing'],
    done: t(discount === undefined ? 'discounts:created' : 'discounts:saved'),
    onDone: onSaved,
    onProblem: (error) => {
      if (discount === undefined || !(error instanceof ApiError) || error.status !== 409)
        return showFieldErrors(form, error);
      void client
        .fetchQuery({ ...accumulatives.one(discount.id), staleTime: 0 })
        .then((newer) => setVersion(newer.version));
      setConflict(true);
      return true;
    },
  });
  return (
    <form onSubmit={form.onSubmit(() => save.mutate(undefined))} noValidate>
      <div className={classes['layout']}>
        <Stack gap="lg" miw={0}>
          {conflict && <Alert color="gold">{t('discounts:changedMeanwhile')}</Alert>}
          <Section title={t('discounts:form.what')}>
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" style={{ alignItems: 'end' }}>
              <TextInput label={t('discounts:form.name')} {...form.getInputProps('name')} />
              <Select
                label={t('discounts:form.who')}
                allowDeselect={false}
                disabled={discount !== undefined}
                data={[
                  { value: '', label: t('discounts:form.everybody') },
                  ...known.map(({ id, name }) => ({
                    value: id,
                    label: t('discounts:form.membersOf', { program: name }),
                  })),
                ]}
                {...form.getInputProps('programId')}
              />
            </SimpleGrid>
          </Section>
          <StepsPart form={form} currency={currency} />
          <CountsPart form={form} />
          <PrecedencePart form={form} />
        </Stack>
        <Stack gap="md" className={classes['aside'] ?? ''}>
          <Example values={form.values} currency={currency} />
          <Group>
            <Button type="submit" loading={save.isPending}>
              {t(discount === undefined ? 'common:action.create' : 'common:action.save')}
            </Button>
            <ButtonLink to="/loyalty/discounts" variant="default">
              {t('common:action.cancel')}
            </ButtonLink>
          </Group>
        </Stack>
      </div>
    </form>
  );
}

function StepsPart({ form, currency }: { form: DiscountForm; currency: string }) {
  const { t } = useTranslation('discounts');
  const { thresholds } = form.values;
  return (
    <Section title={t('form.steps')} hint={t('form.stepsHint')}>
      <Stack gap="sm">
        {thresholds.map(({ key }, index) => (
          <Group
            key={key}
            gap="sm"
            wrap="nowrap"
            align="flex-start"
            role="group"
            aria-label={t('form.nth', { number: index + 1 })}
          >
            <NumberInput
              label={t('form.from', { currency })}
              min={0}
              decimalScale={2}
              style={{ flex: 1 }}
              {...form.getInputProps(`thresholds.${index}.fromMinor`)}
            />
            <NumberInput
              label={t('form.percent')}
              min={0}
              max={100}
              decimalScale={3}
              style={{ flex: 1 }}
              {...form.getInputProps(`thresholds.${index}.percent`)}
            />
            <ActionIcon
              variant="subtle"
              color="red"
              mt={28}
              disabled={thresholds.length === 1}
              aria-label={t('form.remove', { number: index + 1 })}
              onClick={() => form.removeListItem('thresholds', index)}
            >
              <IconTrash size={17} />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            onClick={() => form.insertListItem('thresholds', freshStep())}
          >
            {t('form.add')}
          </Button>
        </Group>
      </Stack>
    </Section>
  );
}

function CountsPart({ form }: { form: DiscountForm }) {
  const { t } = useTranslation(['discounts', 'ladders']);
  const { window } = form.values;
  return (
    <Section title={t('discounts:form.counts')}>
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" style={{ alignItems: 'end' }}>
          <Select
            label={t('ladders:rules.window')}
            allowDeselect={false}
            data={(['rolling', 'calendarYear', 'lifetime'] as const).map((value) => ({
              value,
              label: t(`ladders:rules.windows.${value}`),
            }))}
            {...form.getInputProps('window.kind')}
          />
          {window.kind === 'rolling' && (
            <SimpleGrid cols={2} spacing="xs" style={{ alignItems: 'end' }}>
              <NumberInput
                label={t('ladders:rules.count')}
                min={1}
                max={3_650}
                allowDecimal={false}
                {...form.getInputProps('window.count')}
              />
              <Select
                label={t('ladders:rules.unit')}
                allowDeselect={false}
                data={(['days', 'months'] as const).map((value) => ({
                  value,
                  label: t(`ladders:rules.units.${value}`),
                }))}
                {...form.getInputProps('window.unit')}
              />
            </SimpleGrid>
          )}
          <Select
            label={t('discounts:form.returns')}
            allowDeselect={false}
            data={(['subtract', 'ignore'] as const).map((value) => ({
              value,
              label: t(`discounts:form.returnKinds.${value}`),
            }))}
            {...form.getInputProps('returns')}
          />
        </SimpleGrid>
        <Checkbox
          label={t('discounts:form.current')}
          description={t('discounts:form.currentHint')}
          {...form.getInputProps('countCurrentOrder', { type: 'checkbox' })}
        />
      </Stack>
    </Section>
  );
}

function PrecedencePart({ form }: { form: DiscountForm }) {
  const { t } = useTranslation('discounts');
  const { withPersonal } = form.values.precedence;
  return (
    <Section title={t('form.beside')} hint={t('form.besideHint')}>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" style={{ alignItems: 'end' }}>
        <Select
          label={t('form.withPersonal')}
          allowDeselect={false}
          data={(['max', 'sum'] as const).map((value) => ({
            value,
            label: t(`form.personalKinds.${value}`),
          }))}
          {...form.getInputProps('precedence.withPersonal')}
        />
        {withPersonal === 'sum' && (
          <NumberInput
            label={t('form.cap')}
            placeholder={t('form.noCap')}
            min={0}
            max={100}
            decimalScale={3}
            {...form.getInputProps('precedence.capPercent')}
          />
        )}
        <Select
          label={t('form.withList')}
          allowDeselect={false}
          data={(['add', 'max'] as const).map((value) => ({ value, label: t(`form.listKinds.${value}`) }))}
          {...form.getInputProps('precedence.withPriceList')}
        />
      </SimpleGrid>
      {withPersonal === 'sum' && (
        <Text size="sm" c="dimmed" mt="sm">
          {t('form.sumHint')}
        </Text>
      )}
    </Section>
  );
}
