import { Select } from '@mantine/core';
import { IconGift } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProgramView } from '../../api/loyalty.ts';
import { programs } from '../../api/loyalty.ts';
import { ButtonLink } from '../../ui/links.tsx';
import { EmptyState, Loaded } from '../../ui/states.tsx';

/** What is about one program: the one the address names, or the first; without any it says what to do. */
export function OfProgram(props: {
  chosen: string | undefined;
  onChoose: (id: string) => void;
  children: (program: ProgramView) => ReactNode;
}) {
  const { t } = useTranslation('loyalty');
  return (
    <Loaded query={useQuery(programs.all)}>
      {(all) => {
        const program = all.find(({ id }) => id === props.chosen) ?? all[0];
        if (program === undefined)
          return (
            <EmptyState
              icon={<IconGift />}
              title={t('noProgram')}
              text={t('noProgramText')}
              action={<ButtonLink to="/loyalty">{t('toPrograms')}</ButtonLink>}
            />
          );
        return (
          <>
            {all.length > 1 && (
              <Select
                label={t('program')}
                maw={320}
                mb="lg"
                allowDeselect={false}
                data={all.map(({ id, name }) => ({ value: id, label: name }))}
                value={program.id}
                onChange={(id) => id !== null && props.onChoose(id)}
              />
            )}
            {props.children(program)}
          </>
        );
      }}
    </Loaded>
  );
}
