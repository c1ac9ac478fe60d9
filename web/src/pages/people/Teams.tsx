import { Button, Group, List, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import type { Team, TeamInput } from '@server/people/contract.ts';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { people } from '../../api/people.ts';
import { showFieldErrors } from '../../lib/formErrors.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { Section } from '../../ui/Section.tsx';
import { EmptyState, Loaded } from '../../ui/states.tsx';

/** Teams as the tree they are: whoever sees a team's contacts sees those of the teams inside it. */
export function Teams({ writes }: { writes: boolean }) {
  const { t } = useTranslation(['people', 'common']);
  const teams = useQuery(people.teams);
  const [adding, add] = useDisclosure(false);
  return (
    <Section
      title={t('people:teams')}
      actions={
        writes && (
          <Button size="xs" variant="default" onClick={add.open}>
            {t('people:teamCreate')}
          </Button>
        )
      }
    >
      <Loaded query={teams}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState title={t('people:teamsEmpty')} />
          ) : (
            <Branch all={all} parentId={null} />
          )
        }
      </Loaded>
      <TeamDrawer opened={adding} onClose={add.close} teams={teams.data ?? []} />
    </Section>
  );
}

function Branch({ all, parentId }: { all: readonly Team[]; parentId: string | null }) {
  const { t } = useTranslation('people');
  const here = all.filter((team) => team.parentId === parentId);
  if (here.length === 0) return null;
  return (
    <List listStyleType="none" withPadding={parentId !== null} spacing={6}>
      {here.map((team) => (
        <List.Item key={team.id}>
          <Group gap="xs">
            <Text size="sm" fw={550}>
              {team.name}
            </Text>
            <Text size="sm" c="dimmed">
              {t('members', { count: team.members })}
            </Text>
          </Group>
          <Branch all={all} parentId={team.id} />
        </List.Item>
      ))}
    </List>
  );
}

function TeamDrawer(props: { opened: boolean; onClose: () => void; teams: readonly Team[] }) {
  const { t } = useTranslation('people');
  const form = useForm<{ name: string; parentId: string | null }>({
    initialValues: { name: '', parentId: null },
  });
  const create = useWrite({
    run: (input: TeamInput) => people.createTeam(input),
    touches: ['teams'],
    done: t('teamCreated'),
    onDone: () => {
      form.reset();
      props.onClose();
    },
    onProblem: (error) => showFieldErrors(form, error),
  });
  return (
    <FormDrawer
      opened={props.opened}
      onClose={props.onClose}
      title={t('teamCreate')}
      submit={t('teamCreate')}
      busy={create.isPending}
      onSubmit={form.onSubmit((values) => create.mutate(values))}
    >
      <Stack>
        <TextInput label={t('teamName')} data-autofocus {...form.getInputProps('name')} />
        <Select
          label={t('teamParent')}
          placeholder={t('teamNone')}
          clearable
          data={props.teams.map(({ id, name }) => ({ value: id, label: name }))}
          {...form.getInputProps('parentId')}
        />
      </Stack>
    </FormDrawer>
  );
}
