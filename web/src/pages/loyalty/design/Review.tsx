import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ProgramChecks } from '../../../api/earning.ts';
import { design } from '../../../api/earning.ts';
import type { ProgramView } from '../../../api/loyalty.ts';
import { useMe } from '../../../lib/me.ts';
import { Confirm } from '../../../ui/Confirm.tsx';
import { ButtonLink } from '../../../ui/links.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';
import classes from '../beside.module.css';
import { Backtest } from '../earning/Backtest.tsx';
import type { DesignStep } from '../search.ts';
import { Checks } from './Checks.tsx';
import { GiveBack } from './GiveBack.tsx';

type Props = { program: ProgramView; go: (step: DesignStep) => void };

/** Everything that should be known, and the launch. */
export function Review({ program, go }: Props) {
  return (
    <Loaded query={useQuery(design.checks(program.id))}>
      {(checks) => (
        <div className={classes['layout']}>
          <Stack gap="lg" miw={0}>
            <Checks checks={checks} program={program} go={go} />
            <Launch program={program} checks={checks} />
            <Backtest program={program} />
          </Stack>
          <Stack gap="md" miw={0}>
            <GiveBack checks={checks} />
          </Stack>
        </div>
      )}
    </Loaded>
  );
}

function Launch({ program, checks }: { program: ProgramView; checks: ProgramChecks }) {
  const { t } = useTranslation('design');
  const { may } = useMe();
  const [asking, ask] = useDisclosure(false);
  const launch = useWrite({
    run: () => design.launch(program.id, program.version),
    touches: ['loyalty'],
    done: t('launch.done'),
    onDone: ask.close,
  });
  const blocks = checks.items.filter(({ level }) => level === 'block').length;
  if (program.state !== 'draft')
    return (
      <Section title={t('launch.title')}>
        <Group gap="md">
          <Text size="sm">{t('launch.live')}</Text>
          <ButtonLink to="/loyalty/programs/$id" params={{ id: program.id }} size="xs" variant="default">
            {t('launch.toProgram')}
          </ButtonLink>
        </Group>
      </Section>
    );
  return (
    <Section title={t('launch.title')} hint={t('launch.text')}>
      <Stack gap="sm" align="flex-start">
        {blocks > 0 && (
          <Alert color="red" variant="light" w="100%">
            {t('launch.blocked', { count: blocks })}
          </Alert>
        )}
        {may('loyalty:write') && (
          <Button disabled={!checks.launchable} onClick={ask.open}>
            {t('launch.action')}
          </Button>
        )}
      </Stack>
      <Confirm
        opened={asking}
        onClose={ask.close}
        title={t('launch.confirm', { name: program.name })}
        text={t('launch.confirmText')}
        yes={t('launch.action')}
        busy={launch.isPending}
        onYes={() => launch.mutate(undefined)}
      />
    </Section>
  );
}
