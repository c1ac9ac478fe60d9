import type { TFunction } from 'i18next';

/** Reasons the program gives itself; everything else is what somebody wrote. */
export function reasonWords(t: TFunction<'wallet'>, reason: string | null | undefined): string | undefined {
  if (reason === null || reason === undefined || reason === '') return undefined;
  return reason === 'order_limit' ? t('reasons.order_limit') : reason;
}

const KINDS = ['event', 'challenge', 'referral', 'birthday', 'anniversary', 'enrolment'] as const;

/** What a movement of points belongs to, in words: the order by the shop's number, never by ids of ours. */
export function aboutWords(
  t: TFunction<'wallet'>,
  { ref, orderNumber }: { ref?: string | null | undefined; orderNumber?: string | null | undefined },
): string | undefined {
  if (orderNumber !== null && orderNumber !== undefined) return t('about.order', { number: orderNumber });
  const kind = KINDS.find((one) => ref === one || ref?.startsWith(`${one}:`) === true);
  return kind === undefined ? undefined : t(`about.${kind}`);
}
