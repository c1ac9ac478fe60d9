import { Anchor, MultiSelect, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { coupons } from '../../../api/coupons.ts';
import { priceLists } from '../../../api/standing.ts';
import { useList } from '../../../lib/list.ts';
import type { LadderForm, TierFields } from './form.ts';

type Props = { form: LadderForm; index: number; tier: TierFields };

/** What most tiers do without; the lists are asked for only when somebody wants to see them. */
export function MoreBenefits({ form, index, tier }: Props) {
  const { t } = useTranslation('ladders');
  const { couponCampaignIds } = tier.benefits;
  const [open, { toggle }] = useDisclosure(couponCampaignIds.length > 0);
  return (
    <>
      <Anchor component="button" type="button" size="sm" mt="sm" aria-expanded={open} onClick={toggle}>
        {t(open ? 'more.less' : 'more.more')}
      </Anchor>
      {open && <More form={form} index={index} tier={tier} />}
    </>
  );
}

function More({ form, index, tier }: Props) {
  const { t } = useTranslation('ladders');
  const campaigns = useList(coupons.campaigns());
  const { data: lists = [] } = useQuery(priceLists.all);
  const path = `tiers.${index}.benefits`;
  const chosen = new Set(tier.benefits.couponCampaignIds);
  const own = lists.filter(
    ({ tiers, state }) => state === 'active' && tier.id !== undefined && tiers.includes(tier.id),
  );
  return (
    <Stack gap="sm" mt="xs">
      <MultiSelect
        label={t('more.coupons')}
        description={t('more.couponsHint')}
        searchable
        clearable
        data={(campaigns.rows ?? [])
          .filter(({ id, state }) => state === 'active' || chosen.has(id))
          .map(({ id, name }) => ({ value: id, label: name }))}
        {...form.getInputProps(`${path}.couponCampaignIds`)}
      />
      <Text size="sm">
        {t('more.lists')}: {own.length === 0 ? t('more.noLists') : own.map(({ name }) => name).join(', ')}.{' '}
        <Text span inherit c="dimmed">
          {t('more.listsHint')}
        </Text>
      </Text>
    </Stack>
  );
}
