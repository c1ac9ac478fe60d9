import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { people } from '../../api/people.ts';
import { DateTime } from '../../ui/format.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { Section } from '../../ui/Section.tsx';
import { Loaded } from '../../ui/states.tsx';

/** Links that are out and not used yet. The links themselves were shown once. */
export function Invitations() {
  const { t } = useTranslation(['people', 'common']);
  const query = useQuery(people.invitations);
  const withdraw = useWrite({
    run: (id: string) => people.withdraw(id),
    touches: ['invitations'],
    done: t('people:withdrawn'),
  });
  return (
    <Section title={t('people:invitations')}>
      <Loaded query={query}>
        {(all) => {
          const open = all.filter(({ state }) => state === 'open');
          if (open.length === 0)
            return (
              <Text size="sm" c="dimmed">
                {t('common:state.none')}
              </Text>
            );
          return (
            <Stack gap="xs">
              {open.map((invitation) => (
                <Group key={invitation.id} justify="space-between">
                  <Text size="sm">
                    {invitation.email ?? t('people:anyone')} · {t(`common:role.${invitation.role}`)}
                  </Text>
                  <Group gap="xs">
                    <Text size="sm" c="dimmed">
                      {t('people:expires')} <DateTime at={invitation.expiresAt} mode="date" />
                    </Text>
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      color="red"
                      onClick={() => withdraw.mutate(invitation.id)}
                    >
                      {t('people:withdraw')}
                    </Button>
                  </Group>
                </Group>
              ))}
            </Stack>
          );
        }}
      </Loaded>
    </Section>
  );
}
