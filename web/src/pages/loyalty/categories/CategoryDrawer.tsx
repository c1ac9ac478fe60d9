import { Checkbox, NumberInput, Select, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { programs } from '../../../api/loyalty.ts';
import type { CategoryView } from '../../../api/standing.ts';
import { categories, ladders } from '../../../api/standing.ts';
import { showFieldErrors } from '../../../lib/formErrors.ts';
import { FormDrawer } from '../../../ui/FormDrawer.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import type { Blank } from '../amounts.ts';
import { blankOf, orNull } from '../amounts.ts';

const KINDS = ['family', 'student', 'pensioner', 'vip', 'employee', 'wholesale', 'custom'] as const;
const REVIEWS = ['any', 'other', 'none'] as const;

type Form = {
  kind: CategoryView['kind'];
  name: string;
  proofRequired: boolean;
  review: CategoryView['review'];
  maxTermDays: Blank;
  discountPercent: Blank;
  tierId: string | null;
};
type Props = { category?: CategoryView; onClose: () => void; onSaved?: (saved: CategoryView) => void };

/** Makes or changes a person category: what has to be shown, who looks at it, for how long, and what it gives. */
export function CategoryDrawer({ category, onClose, onSaved }: Props) {
  const { t } = useTranslation(['categories', 'common']);
  const form = useForm<Form>({
    initialValues: {
      kind: category?.kind ?? 'student',
      name: category?.name ?? t('categories:kinds.student'),
      proofRequired: category?.proofRequired ?? true,
      review: category?.review ?? 'any',
      maxTermDays: category === undefined ? 365 : blankOf(category.maxTermDays),
      discountPercent: blankOf(
        category === undefined || category.discountPercent === null ? null : Number(category.discountPercent),
      ),
      tierId: category?.tierId ?? null,
    },
    validate: { name: (name) => (name.trim() === '' ? t('categories:form.nameNeeded') : null) },
  });
  const save = useWrite({
    run: ({ maxTermDays, discountPercent, ...values }: Form) => {
      const given = {
        ...values,
        maxTermDays: orNull(maxTermDays),
        discountPercent: orNull(discountPercent),
      };
      return category === undefined
        ? categories.create(given)
        : categories.change(category.id, { version: category.version, ...given });
    },
    touches: ['standing'],
    done: t(category === undefined ? 'categories:created' : 'categories:saved'),
    onDone: (saved) => {
      onClose();
      onSaved?.(saved);
    },
    onProblem: (error) => showFieldErrors(form, error),
  });
  return (
    <FormDrawer
      opened
      onClose={onClose}
      title={t(category === undefined ? 'categories:create' : 'categories:changeTitle')}
      submit={t(category === undefined ? 'common:action.create' : 'common:action.save')}
      busy={save.isPending}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
    >
      <Select
        data-autofocus
        label={t('categories:form.kind')}
        allowDeselect={false}
        data={KINDS.map((value) => ({ value, label: t(`categories:kinds.${value}`) }))}
        {...form.getInputProps('kind')}
        onChange={(value) => {
          const kind = KINDS.find((one) => one === value) ?? 'custom';
          // A name that nobody has written follows what is chosen.
          const untouched = KINDS.some((one) => t(`categories:kinds.${one}`) === form.values.name);
          form.setFieldValue('kind', kind);
          if (untouched || form.values.name === '')
            form.setFieldValue('name', kind === 'custom' ? '' : t(`categories:kinds.${kind}`));
        }}
      />
      <TextInput label={t('categories:form.name')} {...form.getInputProps('name')} />
      <Checkbox
        label={t('categories:form.proof')}
        description={t('categories:form.proofHint')}
        {...form.getInputProps('proofRequired', { type: 'checkbox' })}
      />
      <Select
        label={t('categories:form.review')}
        allowDeselect={false}
        data={REVIEWS.map((value) => ({ value, label: t(`categories:reviews.${value}`) }))}
        {...form.getInputProps('review')}
      />
      <NumberInput
        label={t('categories:form.term')}
        description={t('categories:form.termHint')}
        min={1}
        max={36_500}
        allowDecimal={false}
        {...form.getInputProps('maxTermDays')}
      />
      <NumberInput
        label={t('categories:form.discount')}
        description={t('categories:form.discountHint')}
        min={0}
        max={100}
        decimalScale={3}
        {...form.getInputProps('discountPercent')}
      />
      <TierChoice value={form.values.tierId} onChange={(id) => form.setFieldValue('tierId', id)} />
      <Text size="sm">
        {t('categories:form.priceLists')}:{' '}
        {category === undefined || category.priceLists.length === 0
          ? t('categories:form.noPriceLists')
          : category.priceLists.map(({ name }) => name).join(', ')}
        .{' '}
        <Text span inherit c="dimmed">
          {t('categories:form.priceListsHint')}
        </Text>
      </Text>
    </FormDrawer>
  );
}

function TierChoice(props: { value: string | null; onChange: (id: string | null) => void }) {
  const { t } = useTranslation('categories');
  const { data: known = [] } = useQuery(programs.all);
  const { data = [] } = useQuery(ladders.all);
  const inForce = data.filter(({ state }) => state === 'active');
  if (inForce.length === 0) return null;
  return (
    <Select
      label={t('form.tier')}
      description={t('form.tierHint')}
      clearable
      data={inForce.map(({ programId, tiers }) => ({
        group: known.find(({ id }) => id === programId)?.name ?? '',
        items: tiers.map(({ id, name }) => ({ value: id, label: name })),
      }))}
      {...props}
    />
  );
}
