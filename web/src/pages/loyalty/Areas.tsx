import { Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../../ui/links.tsx';
import classes from './areas.module.css';

/** By what somebody comes for: what is on offer, how the program works, and what members have and wait for. */
const GROUPS = [
  {
    key: 'offers',
    areas: [
      { key: 'promotions', to: '/loyalty/promotions' },
      { key: 'coupons', to: '/loyalty/coupons' },
      { key: 'prices', to: '/loyalty/prices' },
      { key: 'discounts', to: '/loyalty/discounts' },
      { key: 'rewards', to: '/loyalty/rewards' },
    ],
  },
  {
    key: 'rules',
    areas: [
      { key: 'programs', to: '/loyalty' },
      { key: 'earning', to: '/loyalty/earning' },
      { key: 'tiers', to: '/loyalty/tiers' },
      { key: 'categories', to: '/loyalty/categories' },
    ],
  },
  {
    key: 'members',
    areas: [
      { key: 'till', to: '/loyalty/till' },
      { key: 'approvals', to: '/loyalty/approvals' },
      { key: 'liability', to: '/loyalty/liability' },
    ],
  },
] as const;

type Area = (typeof GROUPS)[number]['areas'][number]['key'];

/** The address of programs is the beginning of all others: it is not the present one for that. */
const EXACT = { exact: true };

/** The parts of loyalty in three groups, each leading to its first; below, the parts of the present group. */
export function Areas({ now }: { now: Area }) {
  const { t } = useTranslation('loyalty');
  const present = GROUPS.find(({ areas }) => areas.some(({ key }) => key === now)) ?? GROUPS[0];
  return (
    <nav aria-label={t('areas.label')} className={classes['nav'] ?? ''}>
      <Group gap={0} className={classes['groups'] ?? ''}>
        {GROUPS.map(({ key, areas: [first] }) => (
          <ButtonLink
            key={key}
            to={first.to}
            activeOptions={EXACT}
            size="sm"
            variant="subtle"
            color={key === present.key ? 'pine' : 'gray'}
            className={classes['group'] ?? ''}
            data-present={key === present.key || undefined}
          >
            {t(`areas.groups.${key}`)}
          </ButtonLink>
        ))}
      </Group>
      <Group gap={6}>
        {present.areas.map(({ key, to }) => (
          <ButtonLink
            key={key}
            to={to}
            activeOptions={EXACT}
            size="xs"
            variant={key === now ? 'light' : 'subtle'}
            aria-current={key === now ? 'page' : undefined}
          >
            {t(`areas.${key}`)}
          </ButtonLink>
        ))}
      </Group>
    </nav>
  );
}
