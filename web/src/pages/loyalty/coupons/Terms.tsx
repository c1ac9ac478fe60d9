import { SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CouponCampaignView } from '../../../api/coupons.ts';
import { Section } from '../../../ui/Section.tsx';
import { useOfferWords } from './useOfferWords.ts';
import { useCouponWords } from './words.ts';

/** Everything that was decided about a coupon, in words. */
export function Terms({ campaign }: { campaign: CouponCampaignView }) {
  const { t } = useTranslation('coupons');
  const words = useCouponWords();
  const { gives, when } = useOfferWords()(campaign.offer, campaign.currency);
  const limits = words.limits(campaign);
  const generic = campaign.codeKind === 'generic';
  return (
    <Section title={t('terms.title')} hint={t('version', { version: campaign.version })}>
      <SimpleGrid component="dl" m={0} cols={{ base: 1, xs: 2, md: 4 }} spacing="md">
        <Term name={t(generic ? 'terms.code' : 'terms.pattern')}>
          <span className="otk-figure">{campaign.pattern}</span>
        </Term>
        <Term name={t('terms.gives')}>{gives}</Term>
        <Term name={t('terms.when')}>{when.length === 0 ? t('terms.anyCart') : when.join(', ')}</Term>
        <Term name={t('terms.who')}>{t(campaign.personal ? 'terms.personal' : 'terms.bearer')}</Term>
        <Term name={t('valid')}>{words.validity(campaign)}</Term>
        <Term name={t('terms.limits')}>{limits.length === 0 ? t('limits.none') : limits.join('; ')}</Term>
        <Term name={t('terms.usesPerCode')}>
          {campaign.usesPerCode === null
            ? t('terms.noBound')
            : t('terms.times', { count: campaign.usesPerCode })}
        </Term>
        <Term name={t('terms.returns')}>{t(`terms.${campaign.onReturn}`)}</Term>
      </SimpleGrid>
    </Section>
  );
}

function Term({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <Text component="dt" size="xs" c="dimmed">
        {name}
      </Text>
      <Text component="dd" m={0} size="sm" style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Text>
    </div>
  );
}
