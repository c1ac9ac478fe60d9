import { Anchor, Badge, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { CartView, InterestView } from '../../../api/behaviour.ts';
import { behaviour } from '../../../api/behaviour.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText } from '../../../lib/format.ts';
import { DateTime, Money } from '../../../ui/format.tsx';
import { Section } from '../../../ui/Section.tsx';

const SHOWN = 6;
const STATE_COLORS = { open: 'sky', abandoned: 'gold', ordered: 'pine' } as const;

/** Carts of a contact, the latest first; an ordered one is only named. Nothing at all while there was none. */
export function Carts({ contactId }: { contactId: string }) {
  const { t } = useTranslation('contacts');
  const { data = [] } = useQuery(behaviour.carts(contactId));
  const carts = data.filter(({ lines, state }) => lines.length > 0 || state === 'ordered').slice(0, 3);
  if (carts.length === 0) return null;
  return (
    <Section title={t('carts.title')}>
      <Stack gap="md">
        {carts.map((cart) => (
          <Cart key={cart.id} cart={cart} />
        ))}
      </Stack>
    </Section>
  );
}

function Cart({ cart }: { cart: CartView }) {
  const { t } = useTranslation('contacts');
  return (
    <div>
      <Group justify="space-between" gap="xs" mb={4}>
        <Group gap={6}>
          <Badge color={STATE_COLORS[cart.state]}>{t(`carts.states.${cart.state}`)}</Badge>
          <Text size="sm" c="dimmed">
            <DateTime at={cart.lastAt} mode="relative" />
          </Text>
        </Group>
        <Text size="sm" fw={550}>
          <Money minor={cart.totalMinor} currency={cart.currency} />
        </Text>
      </Group>
      {cart.state === 'ordered' && cart.orderNumber !== null ? (
        <Text size="sm">{t('timeline.order', { id: cart.orderNumber })}</Text>
      ) : (
        cart.lines.slice(0, SHOWN).map((line) => (
          <Text key={line.product} size="sm">
            {numberText(line.quantity, locale(), 2)} × {line.name === '' ? line.product : line.name}
          </Text>
        ))
      )}
      {cart.state !== 'ordered' && cart.lines.length > SHOWN && (
        <Text size="sm" c="dimmed">
          {t('carts.more', { count: cart.lines.length - SHOWN })}
        </Text>
      )}
    </div>
  );
}

/** What somebody looked at, put aside or searched for. */
export function Interest({ contactId }: { contactId: string }) {
  const { t } = useTranslation('contacts');
  const { data = [] } = useQuery(behaviour.interest(contactId));
  if (data.length === 0) return null;
  return (
    <Section title={t('interest.title')}>
      <Stack gap={6}>
        {data.slice(0, SHOWN).map((one) => (
          <Thing key={`${one.kind} ${one.key}`} one={one} />
        ))}
      </Stack>
    </Section>
  );
}

function Thing({ one }: { one: InterestView }) {
  const { t } = useTranslation('contacts');
  const name = one.name === '' ? one.key : one.name;
  const safe = one.url !== null && /^https?:/.test(one.url) ? one.url : undefined;
  return (
    <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {one.kind !== 'product' && `${t(`interest.kinds.${one.kind}`)}: `}
        {safe === undefined ? (
          name
        ) : (
          <Anchor href={safe} target="_blank" rel="noreferrer" inherit>
            {name}
          </Anchor>
        )}{' '}
        {one.boughtAt !== null && <Badge color="pine">{t('interest.bought')}</Badge>}
        {one.boughtAt === null && one.wished && <Badge color="gold">{t('interest.wished')}</Badge>}
      </Text>
      <Text size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
        {[
          one.viewed > 0 ? t('interest.viewed', { count: one.viewed }) : undefined,
          one.added > 0 ? t('interest.added', { count: one.added }) : undefined,
        ]
          .filter(Boolean)
          .join(' · ')}
      </Text>
    </Group>
  );
}
