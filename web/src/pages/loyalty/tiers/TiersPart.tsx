import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  NumberInput,
  Paper,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Section } from '../../../ui/Section.tsx';
import type { LadderForm } from './form.ts';
import { freshTier } from './form.ts';
import { MoreBenefits } from './MoreBenefits.tsx';

const MAX_TIERS = 20;

/** The steps of the ladder, the lowest first, each with what it gives. */
export function TiersPart({ form, currency }: { form: LadderForm; currency: string }) {
  const { t } = useTranslation('ladders');
  const { tiers } = form.values;
  return (
    <Section title={t('tiers.title')} hint={t('tiers.hint')}>
      <Stack gap="md">
        {tiers.map((tier, index) => (
          <TierPart key={tier.key} form={form} index={index} currency={currency} only={tiers.length === 1} />
        ))}
        {typeof form.errors['tiers'] === 'string' && (
          <Text size="sm" c="red" role="alert">
            {form.errors['tiers']}
          </Text>
        )}
        {tiers.length < MAX_TIERS && (
          <Group>
            <Button
              variant="default"
              leftSection={<IconPlus size={16} />}
              onClick={() => form.insertListItem('tiers', freshTier())}
            >
              {t('tiers.add')}
            </Button>
          </Group>
        )}
      </Stack>
    </Section>
  );
}

type Props = { form: LadderForm; index: number; currency: string; only: boolean };

function TierPart({ form, index, currency, only }: Props) {
  const { t } = useTranslation('ladders');
  const { measure, tiers } = form.values;
  const tier = tiers[index];
  const path = `tiers.${index}`;
  if (tier === undefined) return null;
  const name = tier.name.trim() === '' ? t('tiers.nth', { number: index + 1 }) : tier.name;
  return (
    <Paper component="fieldset" withBorder shadow="none" p="sm" m={0} miw={0} aria-label={name}>
      <Group gap="sm" align="flex-start" wrap="nowrap">
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" style={{ flex: 1, alignItems: 'end' }}>
          <TextInput label={t('tiers.name')} {...form.getInputProps(`${path}.name`)} />
          <NumberInput
            label={t(`tiers.threshold.${measure}`, { currency })}
            min={0}
            decimalScale={measure === 'spend' ? 2 : 0}
            {...form.getInputProps(`${path}.threshold`)}
          />
          <NumberInput
            label={t('tiers.multiplier')}
            min={0}
            max={999}
            step={0.1}
            decimalScale={3}
            {...form.getInputProps(`${path}.benefits.multiplier`)}
          />
          <NumberInput
            label={t('tiers.discount')}
            placeholder={t('tiers.noDiscount')}
            min={0}
            max={100}
            decimalScale={3}
            {...form.getInputProps(`${path}.benefits.discountPercent`)}
          />
        </SimpleGrid>
        <ActionIcon
          variant="subtle"
          color="red"
          mt={26}
          disabled={only}
          aria-label={t('tiers.remove', { name })}
          onClick={() => form.removeListItem('tiers', index)}
        >
          <IconTrash size={17} />
        </ActionIcon>
      </Group>
      <Group gap="lg" mt="sm">
        <Checkbox
          label={t('tiers.freeShipping')}
          {...form.getInputProps(`${path}.benefits.freeShipping`, { type: 'checkbox' })}
        />
        {form.values.downgrade !== 'never' && (
          <Checkbox
            label={t('tiers.keep')}
            {...form.getInputProps(`${path}.neverDowngrade`, { type: 'checkbox' })}
          />
        )}
      </Group>
      <MoreBenefits form={form} index={index} tier={tier} />
    </Paper>
  );
}
