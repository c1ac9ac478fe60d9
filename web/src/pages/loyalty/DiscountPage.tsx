import { Badge, Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { AccumulativeView } from '../../api/standing.ts';
import { accumulatives } from '../../api/standing.ts';
import { useMe } from '../../lib/me.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Loaded } from '../../ui/states.tsx';
import { DiscountEditor } from './discounts/DiscountEditor.tsx';

const route = getRouteApi('/app/loyalty/discounts/$id');

export default function DiscountPage() {
  const { id } = route.useParams();
  return (
    <Loaded page query={useQuery({ ...accumulatives.one(id), refetchOnWindowFocus: false })}>
      {(discount) => <Discount key={discount.id} discount={discount} />}
    </Loaded>
  );
}

function Discount({ discount }: { discount: AccumulativeView }) {
  const { t } = useTranslation('discounts');
  const { may } = useMe();
  const navigate = useNavigate();
  const active = discount.state === 'active';
  const writes = may('loyalty:write');
  return (
    <>
      <PageHeader
        title={discount.name}
        up={{ to: '/loyalty/discounts', label: t('title') }}
        badge={<Badge color={active ? 'pine' : 'gray'}>{t(active ? 'activeState' : 'archivedState')}</Badge>}
        description={writes ? `${discount.currency} · ${discount.zone}` : t('readersOnly')}
        actions={writes && <StateButton discount={discount} />}
      />
      <fieldset disabled={!writes} style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
        <DiscountEditor discount={discount} onSaved={() => void navigate({ to: '/loyalty/discounts' })} />
      </fieldset>
    </>
  );
}

function StateButton({ discount }: { discount: AccumulativeView }) {
  const { t } = useTranslation('discounts');
  const navigate = useNavigate();
  const [asking, ask] = useDisclosure(false);
  const active = discount.state === 'active';
  const change = useWrite({
    run: () =>
      accumulatives.change(discount.id, { version: discount.version, state: active ? 'archived' : 'active' }),
    touches: ['standing'],
    done: t(active ? 'archived' : 'restored'),
    onDone: () => {
      ask.close();
      void navigate({ to: '/loyalty/discounts' });
    },
  });
  return (
    <>
      <Button
        variant="default"
        loading={change.isPending}
        onClick={() => (active ? ask.open() : change.mutate(undefined))}
      >
        {t(active ? 'archive' : 'restore')}
      </Button>
      <Confirm
        opened={asking}
        onClose={ask.close}
        title={t('archiveTitle', { name: discount.name })}
        text={t('archiveText')}
        yes={t('archive')}
        danger
        busy={change.isPending}
        onYes={() => change.mutate(undefined)}
      />
    </>
  );
}
