import { Select } from '@mantine/core';
import type { Role, Visibility } from '@server/core/rights.ts';
import { ROLES, VISIBILITIES } from '@server/core/rights.ts';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { people } from '../../api/people.ts';

export type Access = { role: Role; teamId: string | null; visibility: Visibility };

/** What a person may do and see: the same three fields for an invitation and for a change. */
export function AccessFields(props: {
  value: Access;
  onChange: (value: Access) => void;
  errors: Record<string, unknown>;
}) {
  const { t } = useTranslation(['people', 'common']);
  const teams = useQuery(people.teams);
  const { value, onChange } = props;
  const error = (name: string) => (typeof props.errors[name] === 'string' ? props.errors[name] : undefined);
  return (
    <>
      <Select
        label={t('people:role')}
        description={t(`people:roleHint.${value.role}`)}
        allowDeselect={false}
        data={ROLES.map((role) => ({ value: role, label: t(`common:role.${role}`) }))}
        value={value.role}
        onChange={(role) =>
          role !== null && onChange({ ...value, role, visibility: role === 'manager' ? 'own' : 'all' })
        }
        error={error('role')}
      />
      <Select
        label={t('people:team')}
        placeholder={t('people:noTeam')}
        clearable
        data={(teams.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={value.teamId}
        onChange={(teamId) => onChange({ ...value, teamId })}
        error={error('teamId')}
      />
      <Select
        label={t('people:sees')}
        allowDeselect={false}
        data={VISIBILITIES.map((visibility) => ({
          value: visibility,
          label: t(`common:visibility.${visibility}`),
        }))}
        value={value.visibility}
        onChange={(visibility) => visibility !== null && onChange({ ...value, visibility })}
        error={error('visibility')}
      />
    </>
  );
}
