import { Alert, Badge, Button, Drawer, Group, Stack, Text, Timeline, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CodeCheck, CouponStory, CouponView } from '../../../api/coupons.ts';
import { coupons } from '../../../api/coupons.ts';
import { locale } from '../../../i18n/index.ts';
import { moneyText, numberText } from '../../../lib/format.ts';
import { useMe } from '../../../lib/me.ts';
import { DateTime } from '../../../ui/format.tsx';
import { AnchorLink } from '../../../ui/links.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { useWhy } from './useWhy.ts';
import { VoidDialog } from './VoidDialog.tsx';
import { CODE_COLORS } from './states.ts';

/** One code: who has it, whether it works now and why not, and everything it went through. */
export function CodeDrawer({ code, onClose }: { code: string; onClose: () => void }) {
  const { t } = useTranslation('coupons');
  const check = useQuery(coupons.check(code, undefined));
  const story = useQuery(coupons.story(code));
  return (
    <Drawer opened onClose={onClose} title={t('story.title', { code })} size="md">
      <Stack gap="lg">
        <Loaded query={check}>{(found) => <Now check={found} />}</Loaded>
        <div>
          <Title order={3} size="h4" mb="sm">
            {t('story.went')}
          </Title>
          <Loaded query={story}>
            {(items) => <Story items={items} currency={check.data?.campaign?.currency ?? ''} />}
          </Loaded>
        </div>
      </Stack>
    </Drawer>
  );
}

function Now({ check }: { check: CodeCheck }) {
  const { t } = useTranslation('coupons');
  const why = useWhy();
  const { may } = useMe();
  const [voiding, setVoiding] = useState(false);
  const { coupon, owner, campaign } = check;
  if (coupon === null || campaign === null) return null;
  const usable = coupon.state === 'issued' || coupon.state === 'held';
  return (
    <Stack gap="sm">
      <Group gap="xs">
        <CodeState state={coupon.state} />
        <Text size="sm" c="dimmed">
          <Uses coupon={coupon} />
        </Text>
      </Group>
      <Alert color={check.refused === null ? 'pine' : 'gold'}>{why(check)}</Alert>
      <Text size="sm">
        {t('check.campaign')}:{' '}
        <AnchorLink to="/loyalty/coupons/$id" params={{ id: campaign.id }}>
          {campaign.name}
        </AnchorLink>
      </Text>
      <Text size="sm">
        {t('story.whose')}:{' '}
        {owner === null ? (
          t('story.nobody')
        ) : owner.contactId === null ? (
          t('story.hidden')
        ) : (
          <AnchorLink to="/contacts/$id" params={{ id: owner.contactId }}>
            {owner.name || owner.contactId}
          </AnchorLink>
        )}
      </Text>
      {usable && may('loyalty:write') && (
        <Group>
          <Button size="xs" variant="default" color="red" onClick={() => setVoiding(true)}>
            {t('codes.void')}
          </Button>
        </Group>
      )}
      {voiding && <VoidDialog codes={[coupon.code]} onClose={() => setVoiding(false)} />}
    </Stack>
  );
}

function Uses({ coupon: { uses, maxUses } }: { coupon: CouponView }) {
  const { t } = useTranslation('coupons');
  return maxUses === null
    ? t('story.usesUnbounded', { count: uses, shown: numberText(uses, locale()) })
    : t('story.uses', { uses: numberText(uses, locale()), max: numberText(maxUses, locale()) });
}

export function CodeState({ state }: { state: CouponView['state'] }) {
  const { t } = useTranslation('coupons');
  return (
    <Badge color={CODE_COLORS[state]} title={t(`codes.help.${state}`)}>
      {t(`codes.states.${state}`)}
    </Badge>
  );
}

type Item = CouponStory['items'][number];

function Story({ items, currency }: { items: readonly Item[]; currency: string }) {
  const { t } = useTranslation('coupons');
  return (
    <Timeline bulletSize={14} lineWidth={2} active={items.length - 1} aria-label={t('story.went')}>
      {items.map((item, index) => (
        <Timeline.Item key={`${item.what} ${item.at ?? ''} ${index}`} title={<What item={item} />}>
          <Text size="xs" c="dimmed" component="div">
            {item.at === null ? t('story.now') : <DateTime at={item.at} />}
            {item.discountMinor !== null && currency !== '' && (
              <> · {t('story.off', { money: moneyText(item.discountMinor, currency, locale()) })}</>
            )}
            <Reason item={item} />
          </Text>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

function What({ item: { what, orderNumber } }: { item: Item }) {
  const { t } = useTranslation('coupons');
  if (what !== 'used' && what !== 'refused') return t(`story.${what}`);
  return orderNumber === null ? t(`story.${what}Plain`) : t(`story.${what}`, { number: orderNumber });
}

/** Of a refusal a known reason; of a void what somebody wrote. */
function Reason({ item: { what, reason } }: { item: Item }) {
  const { t, i18n } = useTranslation('coupons');
  if (reason === null || reason === '') return null;
  const key = `story.reasons.${reason}`;
  const known = what === 'refused' && i18n.exists(key, { ns: 'coupons' });
  return <> · {known ? t(key as 'story.reasons.void') : reason}</>;
}
