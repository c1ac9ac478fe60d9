import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ProgramChecks } from '../../../api/earning.ts';
import { locale } from '../../../i18n/index.ts';
import { moneyText, numberText } from '../../../lib/format.ts';
import { Section } from '../../../ui/Section.tsx';

const percentText = (percent: string): string => numberText(Number(percent), locale(), 2);

/** The share of a usual order that comes back as points, as one figure, and how it comes about. */
export function GiveBack({ checks }: { checks: ProgramChecks }) {
  const { t } = useTranslation('design');
  const { giveBack, backtest } = checks;
  const { best, marginPercent, costKnownPercent } = giveBack;
  const money = (minor: number): string => moneyText(minor, giveBack.currency, locale());
  const past = backtest?.result;
  return (
    <Section title={t('giveBack.title')} hint={t('giveBack.hint')}>
      <Stack gap={6}>
        <Text fz={30} fw={650} lh={1.2}>
          {t('giveBack.figure', { percent: percentText(giveBack.percent) })}
        </Text>
        <Text size="sm">
          {t('giveBack.how', {
            order: money(giveBack.orderMinor),
            points: numberText(giveBack.points, locale()),
            value: money(giveBack.valueOf100Minor),
            worth: money(giveBack.worthMinor),
            percent: percentText(giveBack.percent),
          })}
        </Text>
        {best !== null && (
          <Text size="sm">
            {t('giveBack.best', {
              tier: best.tier,
              points: numberText(best.points, locale()),
              percent: percentText(best.percent),
            })}
          </Text>
        )}
        {past && past.tried.percent !== null && (
          <Text size="sm">
            {t('giveBack.tested', {
              orders: numberText(past.orders, locale()),
              percent: percentText(past.tried.percent),
            })}
          </Text>
        )}
        <Text size="sm" c="dimmed">
          {t(`giveBack.basis.${giveBack.basis}`)}{' '}
          {marginPercent === null
            ? t('giveBack.noMargin')
            : t('giveBack.margin', {
                margin: percentText(marginPercent),
                known: percentText(costKnownPercent ?? '0'),
              })}
        </Text>
      </Stack>
    </Section>
  );
}
