import { ActionIcon, Alert, Button, List, Menu, Modal, Group, Stack, Text } from '@mantine/core';
import { IconDots, IconPlayerPause, IconPlayerPlay, IconPlayerStop, IconRocket } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JourneyVerb, JourneyView } from '../../api/journeys.ts';
import { journeys } from '../../api/journeys.ts';
import { segments } from '../../api/segments.ts';
import { locale } from '../../i18n/index.ts';
import { numberText } from '../../lib/format.ts';
import { useMe } from '../../lib/me.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { Problems } from './editor/Aside.tsx';
import type { Check } from './editor/useCheck.ts';
import type { Draft } from './editor/useDraft.ts';

const DONE = { pause: 'act.pauseDone', resume: 'act.resumeDone', stop: 'act.stopDone' } as const;

/** Pause, resume, stop: each says first what becomes of the people on their way. */
export function JourneyActions({ journey }: { journey: JourneyView }) {
  const { t } = useTranslation('journeys');
  const { may } = useMe();
  const [asking, ask] = useState<'pause' | 'resume' | 'stop'>();
  const { id, name, state } = journey;
  const versions = useQuery({ ...journeys.versions(id), enabled: asking !== undefined });
  const inside = (versions.data ?? []).reduce((sum, one) => sum + one.inside, 0);
  const act = useWrite({
    run: (verb: Exclude<JourneyVerb, 'publish'>) => journeys.act(id, verb),
    touches: ['journeys'],
    done: (_journey, verb) => t(DONE[verb]),
    onDone: () => ask(undefined),
  });
  if (!may('campaigns:send') || state === 'stopped') return null;
  const words = {
    pause: inside === 0 ? t('act.pauseNone') : t('act.pauseText', { count: inside }),
    resume: t('act.resumeText', { count: inside }),
    stop: inside === 0 ? t('act.stopNone') : t('act.stopText', { count: inside }),
  };
  return (
    <>
      {state === 'running' && (
        <Button variant="default" leftSection={<IconPlayerPause size={16} />} onClick={() => ask('pause')}>
          {t('act.pause')}
        </Button>
      )}
      {state === 'paused' && (
        <Button leftSection={<IconPlayerPlay size={16} />} onClick={() => ask('resume')}>
          {t('act.resume')}
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t('act.more')}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item color="red" leftSection={<IconPlayerStop size={16} />} onClick={() => ask('stop')}>
            {t('act.stop')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asking !== undefined && (
        <Confirm
          opened
          onClose={() => ask(undefined)}
          title={t(`act.${asking}Title`, { name })}
          text={versions.data === undefined ? '…' : words[asking]}
          yes={t(`act.${asking}`)}
          danger={asking === 'stop'}
          disabled={versions.data === undefined}
          busy={act.isPending}
          onYes={() => act.mutate(asking)}
        />
      )}
    </>
  );
}

type Publishing = {
  journey: JourneyView;
  draft: Draft;
  check: Check;
  onGo: (id: string) => void;
  onDone: () => void;
};

/** The draft becomes the version people come into; before that, what it means for those on their way. */
export function PublishButton(props: Publishing) {
  const { t } = useTranslation('journeys');
  const { may } = useMe();
  const [open, setOpen] = useState(false);
  const { journey, draft } = props;
  if (!may('campaigns:send') || journey.state === 'stopped') return null;
  const nothing = !journey.changed && !draft.dirty;
  return (
    <>
      <Button
        leftSection={<IconRocket size={16} />}
        disabled={nothing || draft.conflict}
        title={nothing ? t('act.nothing') : undefined}
        onClick={() => setOpen(true)}
      >
        {t('act.publish')}
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={t('act.publishTitle', { version: (journey.version ?? 0) + 1 })}
        size="lg"
      >
        {open && <Publish {...props} onClose={() => setOpen(false)} />}
      </Modal>
    </>
  );
}

function Publish({ journey, draft, check, onGo, onDone, onClose }: Publishing & { onClose: () => void }) {
  const { t } = useTranslation(['journeys', 'common']);
  const publish = useWrite({
    run: async () => ((await draft.save()) ? journeys.act(journey.id, 'publish') : undefined),
    touches: ['journeys'],
    onDone: (published) => {
      if (published === undefined) return;
      onClose();
      onDone();
    },
    done: (published) =>
      t('journeys:act.publishDone', { version: published?.version ?? journey.version ?? 0 }),
  });
  const version = (journey.version ?? 0) + 1;
  return (
    <Stack>
      {check.sound ? (
        <>
          <Meaning journey={journey} draft={draft} version={version} />
          {check.problems.length > 0 && <Problems check={check} onGo={onGo} />}
        </>
      ) : (
        <>
          <Text size="sm">{t('journeys:act.notSound')}</Text>
          <Problems
            check={check}
            onGo={(id) => {
              onClose();
              onGo(id);
            }}
          />
        </>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('common:action.cancel')}
        </Button>
        <Button
          loading={publish.isPending}
          disabled={!check.sound || !check.settled}
          onClick={() => publish.mutate(undefined)}
        >
          {t('journeys:act.publish')}
        </Button>
      </Group>
    </Stack>
  );
}

function Meaning({ journey, draft, version }: Pick<Publishing, 'journey' | 'draft'> & { version: number }) {
  const { t } = useTranslation('journeys');
  const { data = [] } = useQuery(journeys.versions(journey.id));
  const { trigger } = draft.definition.entry;
  const segmentId = trigger.type === 'audience' ? (trigger.segmentId ?? '') : '';
  const { data: segment } = useQuery({ ...segments.one(segmentId), enabled: segmentId !== '' });
  const count = segment?.count ?? 0;
  return (
    <>
      <List size="sm" spacing={6}>
        <List.Item>{journey.version === null ? t('act.first') : t('act.newPeople', { version })}</List.Item>
        {segment !== undefined && (
          <List.Item>
            {t('act.audience', { count, shown: numberText(count, locale()), name: segment.name })}
          </List.Item>
        )}
        {data
          .filter(({ inside }) => inside > 0)
          .map((one) => (
            <List.Item key={one.version}>
              {t('act.finish', { count: one.inside, version: one.version })}
            </List.Item>
          ))}
        {draft.dirty && <List.Item>{t('act.saveFirst')}</List.Item>}
      </List>
      {journey.state === 'paused' && (
        <Alert color="gold" p="xs">
          {t('act.paused')}
        </Alert>
      )}
    </>
  );
}
