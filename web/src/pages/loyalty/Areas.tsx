import { Group } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../../ui/links.tsx';
import classes from './areas.module.css';

const AREAS = [
  { key: 'programs', to: '/loyalty' },
  { key: 'earning', to: '/loyalty/earning' },
  { key: 'promotions', to: '/loyalty/promotions' },
  { key: 'coupons', to: '/loyalty/coupons' },
  { key: 'prices', to: '/loyalty/prices' },
  { key: 'liability', to: '/loyalty/liability' },
  { key: 'tiers', to: '/loyalty/tiers' },
  { key: 'categories', to: '/loyalty/categories' },
  { key: 'discounts', to: '/loyalty/discounts' },
  { key: 'rewards', to: '/loyalty/rewards' },
  { key: 'approvals', to: '/loyalty/approvals' },
  { key: 'till', to: '/loyalty/till' },
] as const;

/** The address of programs is the beginning of all others: it is not the present one for that. */
const EXACT = { exact: true };

/** The parts of loyalty, from each to the others. */
export function Areas({ now }: { now: (typeof AREAS)[number]['key'] }) {
  const { t } = useTranslation('loyalty');
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const nav = line.current;
    const here = nav?.querySelector('[data-here]')?.getBoundingClientRect();
    if (nav === null || here === undefined) return;
    nav.scrollLeft += here.left - (nav.clientWidth - here.width) / 2;
  }, [now]);
  return (
    <Group
      ref={line}
      component="nav"
      gap={6}
      mb="lg"
      className={classes['areas'] ?? ''}
      aria-label={t('areas.label')}
    >
      {AREAS.map(({ key, to }) => (
        <ButtonLink
          key={key}
          to={to}
          activeOptions={EXACT}
          data-here={key === now || undefined}
          size="xs"
          variant={key === now ? 'light' : 'subtle'}
          aria-current={key === now ? 'page' : undefined}
        >
          {t(`areas.${key}`)}
        </ButtonLink>
      ))}
    </Group>
  );
}
