import { Alert, List, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ProductView } from '@server/orders/contract.ts';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '../../../../api/client.ts';
import { locale } from '../../../../i18n/index.ts';
import { numberText } from '../../../../lib/format.ts';
import { useMe } from '../../../../lib/me.ts';
import { goodsCategories, useOfferWords } from '../useOfferWords.ts';
import { useCouponWords } from '../words.ts';
import type { Draft } from './draft.ts';
import { budgetOf, limitsOf, offerOf } from './draft.ts';
import { fromLocalInput } from '../../../../lib/localTime.ts';
import { orNull } from '../../amounts.ts';
import type { Warning } from './warnings.ts';
import { warningsOf } from './warnings.ts';

const MANY = 200;
/** The first goods of the catalogue: enough to see whether a discount goes below cost. */
const goodsQuery = queryOptions({
  queryKey: ['products', 'first'],
  queryFn: async () =>
    (await api.get<{ items: ProductView[] }>('/api/products', { query: { limit: MANY } })).items,
  staleTime: 60_000,
});

/** The coupon in one paragraph, and what one may have overlooked. `codes`: how many are to be made at once. */
export function ReviewStep({ draft, codes }: { draft: Draft; codes: number | null }) {
  const { t } = useTranslation('couponWizard');
  const { may } = useMe();
  const { data: goods = [] } = useQuery({ ...goodsQuery, enabled: may('orders:read') });
  const { data: categories = [] } = useQuery({ ...goodsCategories, enabled: may('orders:read') });
  const warnings = warningsOf(draft, goods, categories, codes);
  return (
    <Stack gap="lg">
      <div>
        <Text size="sm" c="dimmed" mb={4}>
          {t('review.words')}
        </Text>
        <Paragraph draft={draft} />
      </div>
      {warnings.length > 0 && (
        <Alert color="gold" icon={<IconAlertTriangle size={18} />} title={t('review.think')}>
          <List size="sm" spacing={4}>
            {warnings.map((warning) => (
              <List.Item key={warning.kind}>
                <Told warning={warning} />
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
    </Stack>
  );
}

/** More goods than these are a number. */
const NAMED = 3;

function Told({ warning }: { warning: Warning }) {
  const { t } = useTranslation('couponWizard');
  if (warning.kind === 'crowded')
    return t('review.warnings.crowded', { safe: numberText(warning.safe, locale()) });
  if (warning.kind === 'belowCost')
    return t('review.warnings.belowCost', {
      count: warning.goods.length,
      known: warning.of,
      names: warning.goods.slice(0, NAMED).join(', '),
    });
  return t(`review.warnings.${warning.kind}`);
}

function Paragraph({ draft }: { draft: Draft }) {
  const { t } = useTranslation('couponWizard');
  const words = useCouponWords();
  const { gives, when } = useOfferWords()(offerOf(draft), draft.currency);
  const generic = draft.codeKind === 'generic';
  const limits = words.limits({
    limits: limitsOf(draft),
    budgetMinor: budgetOf(draft),
    currency: draft.currency,
  });
  const validity = words.validity({
    validFrom: fromLocalInput(draft.validFrom) || null,
    validUntil: fromLocalInput(draft.validUntil) || null,
    validDays: generic ? null : orNull(draft.validDays),
  });
  const name = draft.name.trim() || t('review.unnamed');
  const sentences = [
    generic
      ? t('review.generic', { name, code: draft.code || '…' })
      : t(draft.personal ? 'review.personal' : 'review.bearer', { name, pattern: draft.pattern }),
    when.length === 0
      ? t('review.gives', { gives })
      : t('review.givesWhen', { gives, when: when.join(', ') }),
    generic
      ? undefined
      : draft.usesPerCode === ''
        ? t('review.unbounded')
        : t('review.times', { count: draft.usesPerCode }),
    limits.length === 0 ? t('review.noLimits') : t('review.limits', { limits: limits.join(', ') }),
    t('review.valid', { validity }),
    t(`review.${draft.onReturn}`),
  ];
  return (
    <Text lh={1.6} style={{ overflowWrap: 'anywhere' }} data-review>
      {sentences.filter((one) => one !== undefined).join(' ')}
    </Text>
  );
}
