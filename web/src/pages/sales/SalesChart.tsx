import { useTranslation } from 'react-i18next';
import type { SalesReport } from '../../api/orders.ts';
import { locale } from '../../i18n/index.ts';
import { currencyDigits, dateText, monthText } from '../../lib/format.ts';
import { Chart } from '../../ui/Chart.tsx';

/** Net sales by period; the home pages show the same picture, smaller. */
export function SalesChart({
  report,
  by,
  height,
}: {
  report: SalesReport;
  by: 'day' | 'month';
  height?: number;
}) {
  const { t } = useTranslation('sales');
  const unit = 10 ** currencyDigits(report.currency);
  const short = new Intl.NumberFormat(locale(), {
    style: 'currency',
    currency: report.currency,
    notation: 'compact',
    maximumFractionDigits: 1,
  });
  return (
    <Chart
      label={t('chart')}
      kind="bar"
      categories={report.rows.map(({ period }) =>
        by === 'month' ? monthText(period, locale()) : dateText(period, locale()),
      )}
      series={[{ name: t('net'), values: report.rows.map(({ netMinor }) => netMinor / unit) }]}
      format={(value) => short.format(value)}
      {...(height === undefined ? {} : { height })}
    />
  );
}
