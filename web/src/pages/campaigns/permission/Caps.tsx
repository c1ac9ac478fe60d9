import { ActionIcon, Button, Group, NumberInput, Select, Stack, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Cap } from '../../../api/permission.ts';
import { permission } from '../../../api/permission.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText } from '../../../lib/format.ts';
import { Section } from '../../../ui/Section.tsx';
import type { PartProps } from './PermissionPage.tsx';
import { CHANNELS, PURPOSES } from './Quiet.tsx';

const ANY = '';
/** The API's own limit. */
const MAX_CAPS = 20;
const FRESH: Cap = { channel: null, purpose: null, most: 3, days: 7 };

/** Frequency caps: a line each, what it says, and how many people it keeps waiting. */
export function Caps(props: PartProps) {
  const { t } = useTranslation('permission');
  const { draft, set, readOnly } = props;
  return (
    <Section title={t('caps')} hint={t('capsHint')}>
      <Stack gap="md">
        {draft.caps.length === 0 && <Text size="sm">{t('none')}</Text>}
        {draft.caps.map((cap, index) => (
          <Line
            key={index}
            {...props}
            cap={cap}
            index={index}
            put={(next) =>
              set({
                caps: draft.caps.flatMap((one, at) =>
                  at !== index ? [one] : next === undefined ? [] : [next],
                ),
              })
            }
          />
        ))}
        {!readOnly && (
          <Button
            size="xs"
            variant="default"
            mr="auto"
            disabled={draft.caps.length >= MAX_CAPS}
            onClick={() => set({ caps: [...draft.caps, FRESH] })}
          >
            {t('add')}
          </Button>
        )}
      </Stack>
    </Section>
  );
}

type LineProps = PartProps & { cap: Cap; index: number; put: (next: Cap | undefined) => void };

function Line({ cap, index, put, errors, readOnly }: LineProps) {
  const { t } = useTranslation(['permission', 'campaigns']);
  const count = (name: 'most' | 'days', max: number) => (
    <NumberInput
      label={t(`permission:${name}`)}
      w={110}
      min={1}
      max={max}
      readOnly={readOnly}
      value={cap[name]}
      onChange={(value) => put({ ...cap, [name]: typeof value === 'number' ? value : 1 })}
      error={errors[`caps.${index}.${name}`]}
    />
  );
  const number = index + 1;
  return (
    <div role="group" aria-label={`${t('permission:caps')} ${number}`}>
      <Group align="flex-end" gap="xs" wrap="nowrap">
        {count('most', 1_000)}
        {count('days', 365)}
        {!readOnly && (
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t('permission:remove', { number })}
            onClick={() => put(undefined)}
          >
            <IconX size={16} />
          </ActionIcon>
        )}
      </Group>
      <Group align="flex-end" gap="xs" mt={6} grow>
        <Select
          label={t('permission:capPurpose')}
          allowDeselect={false}
          readOnly={readOnly}
          data={[
            { value: ANY, label: t('permission:anyPurpose') },
            ...PURPOSES.map((value) => ({ value: value as string, label: t(`permission:purpose.${value}`) })),
          ]}
          value={cap.purpose ?? ANY}
          onChange={(value) => put({ ...cap, purpose: PURPOSES.find((one) => one === value) ?? null })}
        />
        <Select
          label={t('permission:channel')}
          allowDeselect={false}
          readOnly={readOnly}
          data={[
            { value: ANY, label: t('permission:anyChannel') },
            ...CHANNELS.map((value) => ({ value: value as string, label: t(`campaigns:channels.${value}`) })),
          ]}
          value={cap.channel ?? ANY}
          onChange={(value) => put({ ...cap, channel: CHANNELS.find((one) => one === value) ?? null })}
        />
      </Group>
      <Words cap={cap} />
    </div>
  );
}

function Words({ cap }: { cap: Cap }) {
  const { t } = useTranslation(['permission', 'campaigns']);
  const effect = useQuery(permission.effect);
  const people = effect.data?.caps.find(
    ({ channel, purpose, most, days }) =>
      channel === cap.channel && purpose === cap.purpose && most === cap.most && days === cap.days,
  )?.people;
  return (
    <Text size="sm" c="dimmed" mt={4}>
      {t('permission:capWords', {
        count: cap.most,
        days: t('permission:inDays', { count: cap.days }),
        which: cap.purpose === null ? t('permission:anyPurpose') : t(`permission:purpose.${cap.purpose}`),
        channel:
          cap.channel === null
            ? t('permission:anyChannel')
            : t('permission:by', { channel: t(`campaigns:channels.${cap.channel}`) }),
      })}{' '}
      {people === 0 && t('permission:fullNone')}
      {typeof people === 'number' &&
        people > 0 &&
        t('permission:full', { count: people, shown: numberText(people, locale()) })}
    </Text>
  );
}
