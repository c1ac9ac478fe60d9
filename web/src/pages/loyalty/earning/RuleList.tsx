import { Badge, Group, Paper, Stack, Text } from '@mantine/core';
import { IconPlus, IconSparkles } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { RuleView } from '../../../api/earning.ts';
import { rules } from '../../../api/earning.ts';
import type { ProgramView } from '../../../api/loyalty.ts';
import { useMe } from '../../../lib/me.ts';
import { AnchorLink, ButtonLink } from '../../../ui/links.tsx';
import { EmptyState, Loaded } from '../../../ui/states.tsx';
import { Section } from '../../../ui/Section.tsx';
import { RuleActions } from './RuleActions.tsx';
import { useRuleWords } from './words.ts';

const COLOURS = { live: 'pine', draft: 'sky', paused: 'gold', ended: 'gray' } as const;
const ORDER = ['live', 'paused', 'draft', 'ended'];

export function RuleState({ state }: { state: RuleView['state'] }) {
  const { t } = useTranslation('earning');
  return <Badge color={COLOURS[state]}>{t(`state.${state}`)}</Badge>;
}

/** Rules of a program in plain sentences, those in service first. */
export function RuleList({ program }: { program: ProgramView }) {
  const { t } = useTranslation('earning');
  const { may } = useMe();
  const create = may('loyalty:write') && program.state !== 'archived' && (
    <ButtonLink
      to="/loyalty/earning/new"
      search={{ program: program.id }}
      size="xs"
      leftSection={<IconPlus size={15} />}
    >
      {t('create')}
    </ButtonLink>
  );
  return (
    <Section title={t('rules')} hint={t('rulesHint')} actions={create}>
      <Loaded query={useQuery(rules.ofProgram(program.id))}>
        {(found) =>
          found.length === 0 ? (
            <EmptyState icon={<IconSparkles />} title={t('none')} text={t('noneText')} action={create} />
          ) : (
            <Stack component="ul" gap="sm" m={0} p={0} style={{ listStyle: 'none' }} aria-label={t('rules')}>
              {found
                .toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))
                .map((rule) => (
                  <li key={rule.id}>
                    <Rule rule={rule} currency={program.currency} />
                  </li>
                ))}
            </Stack>
          )
        }
      </Loaded>
    </Section>
  );
}

function Rule({ rule, currency }: { rule: RuleView; currency: string }) {
  const words = useRuleWords();
  const { may } = useMe();
  return (
    <Paper withBorder shadow="none" p="sm">
      <Group justify="space-between" gap="sm" wrap="wrap" align="flex-start">
        <div style={{ flex: '1 1 260px', minWidth: 0 }}>
          <Group gap="xs" wrap="wrap">
            <AnchorLink to="/loyalty/earning/$id" params={{ id: rule.id }} c="inherit" fw={600}>
              {rule.definition.name}
            </AnchorLink>
            <RuleState state={rule.state} />
          </Group>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {words(rule.definition, currency)}
          </Text>
        </div>
        {may('loyalty:write') && <RuleActions rule={rule} />}
      </Group>
    </Paper>
  );
}
