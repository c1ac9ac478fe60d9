import { useTranslation } from 'react-i18next';
import { currencyDigits } from '../../../../lib/format.ts';
import type { Form } from './fields.tsx';
import { Choice, Fields, Num, Part } from './fields.tsx';
import { EVERY } from './form.ts';
import { Add, Row } from './Rows.tsx';

/** How often, for how many, and what it may cost: in all, and in each period. */
export function LimitsPart({ form, currency }: { form: Form; currency: string }) {
  const { t } = useTranslation('promotions');
  const { periods } = form.values.limits;
  const free = EVERY.find((every) => periods.every((one) => one.every !== every));
  return (
    <Part title={t('limits.title')} hint={t('limits.hint')}>
      <Caps form={form} path="limits" currency={currency} />
      {periods.map((one, i) => (
        <Row
          key={one.every}
          title={t(`limits.in.${one.every}`)}
          remove={() => form.removeListItem('limits.periods', i)}
        >
          <Choice
            form={form}
            path={`limits.periods.${i}.every`}
            label={t('limits.period')}
            kinds={EVERY.filter(
              (every) => every === one.every || periods.every((other) => other.every !== every),
            )}
            words={(every) => t(`limit.every.${every}`)}
          />
          <Caps form={form} path={`limits.periods.${i}`} currency={currency} />
        </Row>
      ))}
      {free !== undefined && (
        <Add
          label={t('limits.add')}
          onAdd={() =>
            form.insertListItem('limits.periods', {
              every: free,
              uses: '',
              perContact: '',
              budgetMinor: '',
              points: '',
            })
          }
        />
      )}
    </Part>
  );
}

function Caps({ form, path, currency }: { form: Form; path: string; currency: string }) {
  const { t } = useTranslation('promotions');
  const { type } = form.values.effect;
  return (
    <Fields>
      <Num form={form} path={`${path}.uses`} label={t('limits.uses')} hint={t('what.emptyNoLimit')} min={1} />
      <Num
        form={form}
        path={`${path}.perContact`}
        label={t('limits.perContact')}
        hint={t('limits.perContactHint')}
        min={1}
      />
      {type !== 'bonus_points' && type !== 'gift' && (
        <Num
          form={form}
          path={`${path}.budgetMinor`}
          label={t('limits.budget')}
          hint={t('limits.budgetHint')}
          unit={currency}
          decimals={currencyDigits(currency)}
        />
      )}
      {type === 'bonus_points' && (
        <Num
          form={form}
          path={`${path}.points`}
          label={t('limits.points')}
          hint={t('what.emptyNoLimit')}
          min={1}
        />
      )}
    </Fields>
  );
}
