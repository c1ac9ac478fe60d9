import { Alert, Button, Code, Group, Loader, Paper, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SegmentView } from '../../../api/segments.ts';
import { segments } from '../../../api/segments.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText } from '../../../lib/format.ts';
import { DateTime } from '../../../ui/format.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import classes from './build.module.css';

const PHASES = ['waiting', 'evaluating', 'writing', 'counting'] as const;

/** A failure with a way to try again, or the build that runs, by its phases; nothing when all is well. */
export function BuildNotice({ segment, mayWrite }: { segment: SegmentView; mayWrite: boolean }) {
  const { t } = useTranslation(['segments', 'common']);
  const build = useWrite({
    run: () => segments.build(segment.id),
    touches: ['segments'],
    done: t('segments:rebuilding'),
  });
  if (segment.state === 'failed')
    return (
      <Alert color="red" title={t('segments:build.failed')} role="alert">
        <Stack gap="xs" align="flex-start">
          <Text size="sm">
            {segment.servedVersion === null ? t('segments:build.failedNone') : t('segments:build.failedOld')}
          </Text>
          {segment.error !== null && <Code>{segment.error}</Code>}
          {mayWrite && (
            <Button
              size="xs"
              variant="default"
              loading={build.isPending}
              onClick={() => build.mutate(undefined)}
            >
              {t('common:action.retry')}
            </Button>
          )}
        </Stack>
      </Alert>
    );
  if (segment.state !== 'building' && segment.phase === null) return null;
  return <Running segment={segment} />;
}

function Running({ segment }: { segment: SegmentView }) {
  const { t } = useTranslation('segments');
  const { phase, version, servedVersion, buildMs } = segment;
  const at = PHASES.findIndex((name) => name === (phase?.name ?? 'waiting'));
  return (
    <Paper p="md" role="status">
      <Group gap="xs" mb="sm">
        <Loader size={16} />
        <Text fw={600}>{t('build.running', { version })}</Text>
        {phase !== null && (
          <Text size="sm" c="dimmed">
            {t('build.since')} <DateTime at={phase.since} mode="relative" />
          </Text>
        )}
      </Group>
      <ol className={classes['phases']}>
        {PHASES.map((name, index) => (
          <li
            key={name}
            data-state={index < at ? 'done' : index === at ? 'now' : 'next'}
            aria-current={index === at}
          >
            {t(`build.phase.${name}`)}
          </li>
        ))}
      </ol>
      <Text size="sm" c="dimmed" mt="sm">
        {servedVersion === null ? t('build.first') : t('build.serving', { version: servedVersion })}
        {buildMs !== null && ` ${t('build.lastTook', { shown: secondsText(buildMs) })}`}
      </Text>
    </Paper>
  );
}

const secondsText = (ms: number): string => numberText(ms / 1_000, locale(), ms < 10_000 ? 2 : 0);

/** Which version is served, since when, and how long it took: one quiet line. */
export function VersionLine({ segment }: { segment: SegmentView }) {
  const { t } = useTranslation('segments');
  if (segment.kind === 'static' || segment.builtAt === null || segment.servedVersion === null) return null;
  return (
    <Text size="xs" c="dimmed">
      {t('build.version', { version: segment.servedVersion })}{' '}
      <DateTime at={segment.builtAt} mode="relative" />
      {segment.buildMs !== null && ` · ${t('build.took', { shown: secondsText(segment.buildMs) })}`}
    </Text>
  );
}
