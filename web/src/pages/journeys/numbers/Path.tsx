import { Text, Timeline } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { JourneyEntry, JourneyStep } from '../../../api/journeys.ts';
import { journeys } from '../../../api/journeys.ts';
import type texts from '../../../i18n/en/journeys.ts';
import { DateTime } from '../../../ui/format.tsx';
import { LOOKS } from '../canvas/looks.ts';
import type { Kind } from '../model/definition.ts';

type Reason = keyof typeof texts.path.reasons;

/** Why somebody went this way or left; a code without words is spelt out. */
export function useReasonWords(): (reason: string) => string {
  const { t, i18n } = useTranslation('journeys');
  return (reason) =>
    /^\w+$/.test(reason) && i18n.exists(`path.reasons.${reason}`, { ns: 'journeys' })
      ? t(`path.reasons.${reason as Reason}`)
      : reason.replaceAll('_', ' ');
}

/** The way of one entry of a contact, once it has been read. */
export function usePath(
  contactId: string | undefined,
  entryId: string | undefined,
): JourneyEntry | undefined {
  const { data } = useQuery({
    ...journeys.ofContact(contactId ?? ''),
    enabled: contactId !== undefined && entryId !== undefined,
  });
  return data?.find((one) => one.entryId === entryId);
}

/** Step by step: when, which way, and why. */
export function Steps({ entry }: { entry: JourneyEntry }) {
  const { t } = useTranslation('journeys');
  const by = entry.enteredBy;
  const { icon: Entry } = LOOKS.entry;
  return (
    <Timeline mt="xs" mb="xs" bulletSize={24} lineWidth={2} active={entry.path.length}>
      <Timeline.Item bullet={<Entry size={13} />} title={<Text size="sm">{t('path.cameIn')}</Text>}>
        <Text size="xs" c="dimmed">
          {t(`path.enteredBy.${by as 'api'}`, { defaultValue: by })} · <DateTime at={entry.enteredAt} />
        </Text>
      </Timeline.Item>
      {entry.path.map((step) => (
        <Timeline.Item
          key={`${step.node} ${step.visit} ${step.arrivedAt}`}
          bullet={<Bullet step={step} />}
          title={
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {step.nodeName === '' ? t(`kinds.${step.nodeType as Kind}`) : step.nodeName}
              {step.visit > 1 && ` · ${t('path.visit', { number: step.visit })}`}
            </Text>
          }
        >
          <Came step={step} />
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

function Bullet({ step }: { step: JourneyStep }) {
  const { icon: Icon } = LOOKS[step.nodeType as Kind] ?? LOOKS.exit;
  return <Icon size={13} />;
}

function Came({ step }: { step: JourneyStep }) {
  const { t } = useTranslation('journeys');
  const reasonWords = useReasonWords();
  return (
    <Text size="xs" c="dimmed">
      {step.leftAt === null ? t('path.isHere') : reasonWords(step.reason ?? '')} ·{' '}
      <DateTime at={step.leftAt ?? step.arrivedAt} />
    </Text>
  );
}
