import { Alert, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LadderPreview } from '../../../api/standing.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText, shareText } from '../../../lib/format.ts';
import { Figure } from '../../../ui/format.tsx';
import { Section } from '../../../ui/Section.tsx';
import { ErrorState, Loading } from '../../../ui/states.tsx';
import { suggested } from './marks.ts';
import type { usePreview } from './usePreview.ts';

const HUNDRED = 100;

type Props = {
  preview: ReturnType<typeof usePreview>;
  /** A ladder is in force: what would change is told. */
  changes: boolean;
  figure: (value: number) => string;
  tiers: number;
  onSuggest: (thresholds: number[]) => void;
};

/** Beside the form: how many members would stand where, before anything is saved. */
export function Preview({ preview, changes, figure, tiers, onSuggest }: Props) {
  const { t } = useTranslation('ladders');
  const { query, whole, old } = preview;
  const found = query.data;
  return (
    <Section title={t('preview.title')} hint={t('preview.hint')}>
      <div aria-live="polite" aria-busy={old} style={{ opacity: old ? 0.55 : 1 }}>
        {found === undefined ? (
          query.error === null ? (
            <Loading />
          ) : (
            <ErrorState error={query.error} retry={() => void query.refetch()} />
          )
        ) : found.members === 0 ? (
          <Text size="sm" c="dimmed">
            {t('preview.nobody')}
          </Text>
        ) : (
          <Stack gap="md">
            {whole ? (
              <Places found={found} changes={changes} />
            ) : (
              <Text size="sm">{t('preview.notWhole')}</Text>
            )}
            <Marks found={found} figure={figure} tiers={tiers} onSuggest={onSuggest} />
            {found.looked < found.members && (
              <Text size="sm" c="dimmed">
                {t('preview.sample', {
                  looked: numberText(found.looked, locale()),
                  members: numberText(found.members, locale()),
                })}
              </Text>
            )}
          </Stack>
        )}
      </div>
    </Section>
  );
}

function Places({ found, changes }: { found: LadderPreview; changes: boolean }) {
  const { t } = useTranslation(['ladders', 'loyalty']);
  const movesWords = useMovesWords();
  const shareOf = (members: number): number => members / found.members;
  const nameOf = (name: string | null): string => name ?? t('loyalty:tiers.without');
  return (
    <>
      <Stack gap="sm" role="list" aria-label={t('ladders:preview.title')}>
        {found.tiers.toReversed().map(({ id, name, members, before }) => (
          <div key={id ?? 'none'} role="listitem">
            <Group justify="space-between" gap="xs" mb={4} align="baseline">
              <Text size="sm" fw={id === null ? 400 : 550} style={{ overflowWrap: 'anywhere' }}>
                {nameOf(name)}
              </Text>
              <Text size="sm">
                <Text span inherit fw={650}>
                  <Figure value={members} />
                </Text>{' '}
                <Text span inherit c="dimmed">
                  {shareText(shareOf(members), locale())}
                  {changes && members !== before
                    ? ` · ${t('ladders:preview.before', { shown: numberText(before, locale()) })}`
                    : ''}
                </Text>
              </Text>
            </Group>
            <Progress
              value={shareOf(members) * HUNDRED}
              color={id === null ? 'gray' : 'pine'}
              size="md"
              aria-label={nameOf(name)}
            />
          </div>
        ))}
      </Stack>
      {changes && <Alert color={found.down > 0 ? 'gold' : 'sky'}>{movesWords(found)}</Alert>}
    </>
  );
}

/** "12 members go up, 3 go down." */
export function useMovesWords(): (found: LadderPreview) => string {
  const { t } = useTranslation('ladders');
  return ({ up, down }) =>
    up + down === 0
      ? t('preview.nobodyMoves')
      : [
          t('preview.up', { count: up, shown: numberText(up, locale()) }),
          t('preview.down', { count: down, shown: numberText(down, locale()) }),
        ].join(' ');
}

function Marks({
  found,
  figure,
  tiers,
  onSuggest,
}: Omit<Props, 'preview' | 'changes'> & { found: LadderPreview }) {
  const { t } = useTranslation('ladders');
  const thresholds = suggested(found.marks, tiers);
  if (found.marks.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('preview.noFigures')}
      </Text>
    );
  return (
    <div>
      <Text size="sm" c="dimmed" mb={4}>
        {t('preview.marks')}
      </Text>
      <Stack gap={2} component="ul" m={0} pl="md">
        {found.marks.map((mark) => (
          <Text key={mark.percent} size="sm" component="li">
            {t('preview.mark', { percent: mark.percent, figure: figure(mark.figure) })}
          </Text>
        ))}
      </Stack>
      {thresholds !== undefined && (
        <Button size="compact-sm" variant="light" mt="xs" onClick={() => onSuggest(thresholds)}>
          {t('preview.suggest')}
        </Button>
      )}
    </div>
  );
}
