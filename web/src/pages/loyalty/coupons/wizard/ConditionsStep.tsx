import { Checkbox, Fieldset, Radio, Select, Stack, TagsInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { StepProps } from './fields.tsx';
import {
  CategoriesField,
  MoneyField,
  NumberField,
  Pair,
  PeopleField,
  ProductsField,
  SegmentsField,
  TiersField,
} from './fields.tsx';

const OF = ['order', 'scope'] as const;

/** When a code works: who shows it, for what goods, in what order. */
export function ConditionsStep(props: StepProps) {
  return (
    <Stack gap="lg">
      {props.draft.codeKind === 'unique' && <WhoMay {...props} />}
      <Order {...props} />
      <Goods {...props} />
      <Buyer {...props} />
    </Stack>
  );
}

function WhoMay({ draft, set, wrong, out }: StepProps) {
  const { t } = useTranslation('couponWizard');
  const multi = draft.usesPerCode !== 1;
  return (
    <Fieldset legend={t('conditions.who')}>
      <Stack gap="md">
        <Radio.Group
          aria-label={t('conditions.who')}
          value={draft.personal ? 'personal' : 'bearer'}
          onChange={(value) => set({ personal: value === 'personal' })}
        >
          <Stack gap="xs">
            {(['bearer', 'personal'] as const).map((value) => (
              <Radio
                key={value}
                value={value}
                disabled={out}
                label={t(`conditions.whos.${value}`)}
                description={t(`conditions.whoHints.${value}`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        <Pair>
          <Select
            label={t('conditions.uses')}
            allowDeselect={false}
            data={(['single', 'multi'] as const).map((value) => ({
              value,
              label: t(`conditions.useKinds.${value}`),
            }))}
            value={multi ? 'multi' : 'single'}
            onChange={(value) => set({ usesPerCode: value === 'single' ? 1 : '' })}
          />
          {multi && (
            <NumberField
              label={t('conditions.usesPerCode')}
              placeholder={t('noBound')}
              min={1}
              allowDecimal={false}
              value={draft.usesPerCode}
              error={wrong('usesPerCode')}
              onChange={(usesPerCode) => set({ usesPerCode })}
            />
          )}
        </Pair>
      </Stack>
    </Fieldset>
  );
}

function Order({ draft, set, wrong }: StepProps) {
  const { t } = useTranslation('couponWizard');
  const of = OF.map((value) => ({ value, label: t(`conditions.of.${value}`) }));
  return (
    <Fieldset legend={t('conditions.order')}>
      <Stack gap="md">
        <Pair>
          <MoneyField
            label={t('conditions.minOrder')}
            placeholder={t('noBound')}
            currency={draft.currency}
            value={draft.minOrder}
            error={wrong('conditions.minAmount.amountMinor', 'minOrderMinor')}
            onChange={(minOrder) => set({ minOrder })}
          />
          <Select
            label={t('conditions.counted')}
            allowDeselect={false}
            data={of}
            value={draft.minOf}
            onChange={(value) => set({ minOf: value === 'scope' ? 'scope' : 'order' })}
          />
          <NumberField
            label={t('conditions.minQuantity')}
            placeholder={t('noBound')}
            decimalScale={3}
            value={draft.minQuantity}
            error={wrong('conditions.minQuantity.quantity')}
            onChange={(minQuantity) => set({ minQuantity })}
          />
          <Select
            label={t('conditions.counted')}
            allowDeselect={false}
            data={of}
            value={draft.quantityOf}
            onChange={(value) => set({ quantityOf: value === 'order' ? 'order' : 'scope' })}
          />
          <MoneyField
            label={t('conditions.maxOrder')}
            placeholder={t('noBound')}
            currency={draft.currency}
            value={draft.maxOrder}
            error={wrong('conditions.maxAmountMinor')}
            onChange={(maxOrder) => set({ maxOrder })}
          />
        </Pair>
      </Stack>
    </Fieldset>
  );
}

function Goods({ draft, set, wrong }: StepProps) {
  const { t } = useTranslation('couponWizard');
  return (
    <Fieldset legend={t('conditions.goods')}>
      <Stack gap="md">
        <Pair>
          <ProductsField
            label={t('conditions.products')}
            value={draft.products}
            error={wrong('scope.products')}
            onChange={(products) => set({ products })}
          />
          <CategoriesField
            label={t('conditions.categories')}
            value={draft.categories}
            error={wrong('scope.categories')}
            onChange={(categories) => set({ categories })}
          />
          <ProductsField
            label={t('conditions.excludedProducts')}
            value={draft.excludedProducts}
            error={wrong('scope.excludedProducts')}
            onChange={(excludedProducts) => set({ excludedProducts })}
          />
          <CategoriesField
            label={t('conditions.excludedCategories')}
            value={draft.excludedCategories}
            error={wrong('scope.excludedCategories')}
            onChange={(excludedCategories) => set({ excludedCategories })}
          />
          <MoneyField
            label={t('conditions.minPrice')}
            placeholder={t('noBound')}
            currency={draft.currency}
            value={draft.minPrice}
            error={wrong('scope.minUnitPriceMinor')}
            onChange={(minPrice) => set({ minPrice })}
          />
          <MoneyField
            label={t('conditions.maxPrice')}
            placeholder={t('noBound')}
            currency={draft.currency}
            value={draft.maxPrice}
            error={wrong('scope.maxUnitPriceMinor')}
            onChange={(maxPrice) => set({ maxPrice })}
          />
        </Pair>
        <Checkbox
          label={t('conditions.fullPrice')}
          checked={draft.fullPriceOnly}
          onChange={(event) => set({ fullPriceOnly: event.currentTarget.checked })}
        />
      </Stack>
    </Fieldset>
  );
}

function Buyer({ draft, set, wrong }: StepProps) {
  const { t } = useTranslation('couponWizard');
  return (
    <Fieldset legend={t('conditions.buyer')}>
      <Stack gap="md">
        <Pair>
          <SegmentsField
            label={t('conditions.segments')}
            value={draft.segments}
            error={wrong('conditions.segments')}
            onChange={(segments) => set({ segments })}
          />
          <SegmentsField
            label={t('conditions.notSegments')}
            value={draft.notSegments}
            error={wrong('conditions.notSegments')}
            onChange={(notSegments) => set({ notSegments })}
          />
          <TiersField
            label={t('conditions.tiers')}
            value={draft.tiers}
            error={wrong('conditions.tiers')}
            onChange={(tiers) => set({ tiers })}
          />
          <PeopleField
            label={t('conditions.people')}
            value={draft.personCategories}
            error={wrong('conditions.personCategories')}
            onChange={(personCategories) => set({ personCategories })}
          />
          <TagsInput
            label={t('conditions.channels')}
            description={t('conditions.channelsHint')}
            value={draft.channels}
            error={wrong('conditions.channels')}
            onChange={(channels) => set({ channels })}
          />
          <NumberField
            label={t('conditions.minOrders')}
            placeholder={t('noBound')}
            min={1}
            allowDecimal={false}
            value={draft.minOrders}
            error={wrong('conditions.minOrders')}
            onChange={(minOrders) => set({ minOrders })}
          />
        </Pair>
        <Checkbox
          label={t('conditions.members')}
          checked={draft.membersOnly}
          onChange={(event) => set({ membersOnly: event.currentTarget.checked })}
        />
        <Checkbox
          label={t('conditions.first')}
          checked={draft.firstOrder}
          onChange={(event) => set({ firstOrder: event.currentTarget.checked })}
        />
      </Stack>
    </Fieldset>
  );
}
