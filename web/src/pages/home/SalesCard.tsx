import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { orders } from '../../api/orders.ts';
import { SalesChart } from '../sales/SalesChart.tsx';
import { Card } from './Card.tsx';

export function SalesCard() {
  const { t } = useTranslation(['home', 'common']);
  const query = useQuery(orders.sales({ by: 'month' }));
  const { data } = query;
  return (
    <Card
      title={t('home:revenue')}
      to="/sales"
      rows={data?.rows}
      error={query.error}
      onRetry={() => void query.refetch()}
      empty={t('common:state.noData')}
    >
      {() => data !== undefined && <SalesChart report={data} by="month" height={220} />}
    </Card>
  );
}
