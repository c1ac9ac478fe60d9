import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChallengeView } from '../../../api/earning.ts';
import { challenges } from '../../../api/earning.ts';
import type { ProgramView } from '../../../api/loyalty.ts';
import { locale } from '../../../i18n/index.ts';
import { dateText, moneyText, numberText } from '../../../lib/format.ts';
import { useMe } from '../../../lib/me.ts';
import { Confirm } from '../../../ui/Confirm.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { ChallengeDrawer } from './ChallengeDrawer.tsx';

/** So many actions in a window, for a reward. */
export function Challenges({ program }: { program: ProgramView }) {
  const { t } = useTranslation('earning');
  const { may } = useMe();
  const [opened, { open, close }] = useDisclosure(false);
  const writes = may('loyalty:write') && program.state !== 'archived';
  return (
    <Section
      title={t('challenge.title')}
      hint={t('challenge.hint')}
      actions={
        writes && (
          <Button size="xs" variant="default" onClick={open}>
            {t('challenge.create')}
          </Button>
        )
      }
    >
      <Loaded query={useQuery(challenges.ofProgram(program.id))}>
        {(found) =>
          found.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('challenge.none')}
            </Text>
          ) : (
            <Stack
              component="ul"
              gap="sm"
              m={0}
              p={0}
              style={{ listStyle: 'none' }}
              aria-label={t('challenge.title')}
            >
              {found.map((one) => (
                <li key={one.id}>
                  <Challenge challenge={one} writes={writes} />
                </li>
              ))}
            </Stack>
          )
        }
      </Loaded>
      {opened && <ChallengeDrawer program={program} onClose={close} />}
    </Section>
  );
}

function Challenge({ challenge, writes }: { challenge: ChallengeView; writes: boolean }) {
  const { t } = useTranslation('earning');
  const { settings } = useMe();
  const [asking, ask] = useState(false);
  const { counts, target, points, from, until, name } = challenge;
  const end = useWrite({
    run: () => challenges.end(challenge.id),
    touches: ['loyalty'],
    done: t('challenge.ended'),
    onDone: () => ask(false),
  });
  const over = challenge.state === 'ended' || Date.parse(until) <= Date.now();
  const what =
    counts.kind === 'event'
      ? t('challenge.ofEvent', { count: target, event: counts.event })
      : counts.minAmountMinor > 0
        ? t('challenge.ofOrdersFrom', {
            count: target,
            money: moneyText(counts.minAmountMinor, settings.baseCurrency, locale()),
          })
        : t('challenge.ofOrders', { count: target });
  return (
    <Group justify="space-between" gap="sm" wrap="wrap" align="flex-start">
      <div style={{ flex: '1 1 260px', minWidth: 0 }}>
        <Group gap="xs">
          <Text fw={600}>{name}</Text>
          <Badge color={over ? 'gray' : 'pine'}>{t(over ? 'challenge.over' : 'challenge.live')}</Badge>
        </Group>
        <Text size="sm">
          {t('challenge.words', {
            what,
            points: t('points', { count: points, shown: numberText(points, locale()) }),
            from: dateText(from, locale()),
            until: dateText(until, locale()),
          })}
        </Text>
      </div>
      {writes && !over && (
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          aria-label={`${t('end')}: ${name}`}
          onClick={() => ask(true)}
        >
          {t('end')}
        </Button>
      )}
      <Confirm
        opened={asking}
        onClose={() => ask(false)}
        title={t('challenge.endTitle', { name })}
        text={t('challenge.endText')}
        yes={t('end')}
        danger
        busy={end.isPending}
        onYes={() => end.mutate(undefined)}
      />
    </Group>
  );
}
