import { CloseButton, Divider, Group, Progress, Stack, Text, ThemeIcon } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { locale } from '../../../i18n/index.ts';
import { shareText } from '../../../lib/format.ts';
import { Figure } from '../../../ui/format.tsx';
import { useBoard } from '../canvas/board.ts';
import { LOOKS } from '../canvas/looks.ts';
import { exitsAt, nodeOf } from '../model/definition.ts';
import { entryWords, exitWords, nodeWords, titleOf } from '../model/words.ts';

/** The figures of one step: who came, who is here, which ways were taken, what became of its messages. */
export function NodeFigures({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation(['journeys', 'campaigns']);
  const { definition, told, counts } = useBoard();
  const node = nodeOf(definition, id);
  const kind = node?.type ?? 'entry';
  const { icon: Icon, tone } = LOOKS[kind];
  const own = counts?.nodes[id] ?? { entered: 0, here: 0, exits: {} };
  const exits = exitsAt(definition, id);
  const gone = Object.values(own.exits).reduce((sum, one) => sum + one, 0);
  const messages = Object.entries(('messages' in own ? own.messages : undefined) ?? {});
  return (
    <section
      aria-label={t('journeys:editor.selected', {
        name: node === undefined ? t('journeys:kinds.entry') : titleOf(node, t as never),
      })}
    >
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <ThemeIcon variant="light" color={tone} size={30}>
            <Icon size={18} stroke={1.7} aria-hidden="true" />
          </ThemeIcon>
          <div>
            <Text fw={650} lh={1.3}>
              {node === undefined ? t('journeys:kinds.entry') : titleOf(node, told.t)}
            </Text>
            <Text size="xs" c="dimmed">
              {node === undefined ? entryWords(definition.entry, told) : nodeWords(node, told)}
            </Text>
          </div>
        </Group>
        <CloseButton aria-label={t('journeys:editor.close')} onClick={onClose} />
      </Group>
      <Group grow mt="sm" gap="xs">
        <Big label={t('journeys:numbers.cameHere')} value={own.entered} />
        <Big label={t('journeys:numbers.hereNow')} value={own.here} />
      </Group>
      {exits.length > 1 && (
        <Stack gap={6} mt="sm">
          <Text size="sm" fw={600}>
            {t('journeys:numbers.exits')}
          </Text>
          {exits.map((exit) => {
            const count = own.exits[exit] ?? 0;
            const share = gone === 0 ? 0 : count / gone;
            const name = exitWords(node, exit, told);
            return (
              <div key={exit}>
                <Group justify="space-between" gap="xs" wrap="nowrap">
                  <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                    {name}
                  </Text>
                  <Text size="sm" style={{ whiteSpace: 'nowrap' }}>
                    <Figure value={count} /> · {shareText(share, locale(), 0)}
                  </Text>
                </Group>
                <Progress value={share * 100} size="sm" aria-label={name} />
              </div>
            );
          })}
        </Stack>
      )}
      {messages.length > 0 && (
        <Stack gap={2} mt="sm">
          <Text size="sm" fw={600}>
            {t('journeys:numbers.messages')}
          </Text>
          {messages.map(([state, count]) => (
            <Group key={state} justify="space-between">
              <Text size="sm">
                {t(`campaigns:messages.states.${state as 'sent'}`, { defaultValue: state })}
              </Text>
              <Text size="sm">
                <Figure value={count} />
              </Text>
            </Group>
          ))}
        </Stack>
      )}
      <Divider my="md" />
    </section>
  );
}

function Big({ label, value }: { label: string; value: number }) {
  return (
    <div>
      <Text fz={22} fw={650} lh={1.2}>
        <Figure value={value} />
      </Text>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
    </div>
  );
}
