import type { Blank, EffectForm, PromotionForm } from './form.ts';

/** Fields that have to be filled before it is whole, by their paths. */
export function lackingIn(form: PromotionForm): string[] {
  const { effect, conditions } = form;
  const need = (path: string, value: Blank | string[]): string[] =>
    value === '' || (Array.isArray(value) && value.length === 0) ? [`effect.${path}`] : [];
  const found = [...effectNeeds(effect, need)];
  if (form.code === '') found.push('code');
  if (conditions.orders === 'atLeast' && conditions.minOrders === '') found.push('conditions.minOrders');
  for (const [i, { days }] of conditions.schedule.weekly.entries())
    if (days.length === 0) found.push(`conditions.schedule.weekly.${i}.days`);
  return found;
}

function effectNeeds(
  effect: EffectForm,
  need: (path: string, value: Blank | string[]) => string[],
): string[] {
  switch (effect.type) {
    case 'percent':
      return need('percent', effect.percent);
    case 'fixed_amount':
      return need('amountMinor', effect.amountMinor);
    case 'fixed_price':
      return need('unitPrice', effect.unitPrice);
    case 'buy_x_get_y':
      return [...need('buy', effect.buy), ...need('get', effect.get), ...need('percent', effect.percent)];
    case 'cheapest_free':
      return [
        ...need('groupOf', effect.groupOf),
        ...need('free', effect.free),
        ...need('percent', effect.percent),
      ];
    case 'bundle':
      return [
        ...need('setValue', effect.setValue),
        ...effect.items.flatMap(({ quantity }, i) => need(`items.${i}.quantity`, quantity)),
      ];
    case 'volume_ladder':
    case 'spend_ladder':
      return effect.steps.flatMap(({ from, value }, i) => [
        ...need(`steps.${i}.from`, from),
        ...need(`steps.${i}.value`, value),
      ]);
    case 'gift':
      return [
        ...need('products', effect.products),
        ...need('quantity', effect.quantity),
        ...repeatNeeds(effect, need),
      ];
    case 'bonus_points':
      return [...need('points', effect.points), ...repeatNeeds(effect, need)];
    case 'free_shipping':
      break;
  }
  return [];
}

function repeatNeeds(
  { every, everyMinor, everyQuantity }: EffectForm,
  need: (path: string, value: Blank | string[]) => string[],
): string[] {
  if (every === 'once') return [];
  return every === 'amount' ? need('everyMinor', everyMinor) : need('everyQuantity', everyQuantity);
}
