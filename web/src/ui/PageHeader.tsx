import { Group, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { AnchorLink } from './links.tsx';

type Up =
  | '/loyalty'
  | '/loyalty/promotions'
  | '/loyalty/coupons'
  | '/loyalty/prices'
  | '/loyalty/earning'
  | '/loyalty/tiers'
  | '/loyalty/categories'
  | '/loyalty/discounts'
  | '/forms'
  | '/contacts'
  | '/segments'
  | '/campaigns'
  | '/journeys'
  | '/templates'
  | '/imports'
  | '/sources';

/** Every page starts with it: the one h1, what the page is for, and what one can do here. */
export function PageHeader(props: {
  title: string;
  /** The list this page belongs to. */
  up?: { to: Up; label: string };
  badge?: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
}) {
  useDocumentTitle(`${props.title} · Otklik`);
  return (
    <Group justify="space-between" align="flex-end" gap="md" mb="lg" wrap="wrap">
      <Stack gap={4} miw={0}>
        {props.up !== undefined && (
          <AnchorLink to={props.up.to} size="sm">
            {props.up.label}
          </AnchorLink>
        )}
        <Group gap="sm" wrap="wrap">
          <Title order={1} style={{ overflowWrap: 'anywhere' }}>
            {props.title}
          </Title>
          {props.badge}
        </Group>
        {props.description !== undefined && (
          <Text c="dimmed" size="sm" component="div">
            {props.description}
          </Text>
        )}
      </Stack>
      {props.actions !== undefined && <Group gap="xs">{props.actions}</Group>}
    </Group>
  );
}
