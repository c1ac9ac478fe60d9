import { Chip, Group, Input, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { permission } from '../../../api/permission.ts';
import type { PermissionSettings } from '../../../api/permission.ts';
import { Section } from '../../../ui/Section.tsx';
import type { PartProps } from './PermissionPage.tsx';

type Hours = PermissionSettings['quietHours'];

export const CHANNELS = ['email', 'sms', 'telegram', 'push', 'webhook', 'call'] as const;
export const PURPOSES = ['informational', 'activation'] as const;

/** Quiet hours: from when until when, for which channels and messages, and the same in words. */
export function Quiet({ draft: { quietHours: hours }, set, errors, readOnly }: PartProps) {
  const { t } = useTranslation(['permission', 'campaigns']);
  const effect = useQuery(permission.effect);
  const put = (change: Partial<Hours>) => set({ quietHours: { ...hours, ...change } });
  const kept = hours.channels.length > 0 && hours.purposes.length > 0;
  const time = (name: 'from' | 'to') => (
    <TextInput
      type="time"
      label={t(`permission:${name}`)}
      w={150}
      readOnly={readOnly}
      value={hours[name]}
      onChange={(event) => put({ [name]: event.currentTarget.value })}
      error={errors[`quietHours.${name}`]}
    />
  );
  return (
    <Section
      title={t('permission:quiet')}
      hint={t('permission:quietHint', { zone: effect.data?.timeZone ?? '…' })}
    >
      <Stack gap="sm">
        <Group align="flex-start">
          {time('from')}
          {time('to')}
        </Group>
        <Chips
          label={t('permission:channels')}
          all={CHANNELS}
          chosen={hours.channels}
          word={(one) => t(`campaigns:channels.${one}`)}
          onChange={(channels) => !readOnly && put({ channels })}
        />
        <Chips
          label={t('permission:purposes')}
          all={PURPOSES}
          chosen={hours.purposes}
          word={(one) => t(`permission:purpose.${one}`)}
          onChange={(purposes) => !readOnly && put({ purposes })}
        />
        <Text size="sm" c="dimmed">
          {kept
            ? t('permission:quietWords', {
                from: hours.from,
                to: hours.to,
                purposes: hours.purposes.map((one) => t(`permission:purpose.${one}`)).join(', '),
                channels: hours.channels.map((one) => t(`campaigns:channels.${one}`)).join(', '),
              })
            : t('permission:quietNone')}
        </Text>
      </Stack>
    </Section>
  );
}

function Chips<T extends string>(props: {
  label: string;
  all: readonly T[];
  chosen: readonly T[];
  word: (one: T) => string;
  onChange: (chosen: T[]) => void;
}) {
  return (
    <Input.Wrapper label={props.label} labelElement="div">
      <Chip.Group
        multiple
        value={[...props.chosen]}
        onChange={(chosen) => props.onChange(props.all.filter((one) => chosen.includes(one)))}
      >
        <Group gap={6} mt={4} role="group" aria-label={props.label}>
          {props.all.map((one) => (
            <Chip key={one} value={one} size="sm">
              {props.word(one)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
    </Input.Wrapper>
  );
}
