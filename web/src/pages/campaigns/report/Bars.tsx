import { Text } from '@mantine/core';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { Figure } from '../../../ui/format.tsx';
import classes from '../campaigns.module.css';

type Row = { name: string; human: number; machine?: number };

/** Counts side by side as bars of one scale; what machines did stands apart in grey. */
export function Bars({ rows, machines = false }: { rows: readonly Row[]; machines?: boolean }) {
  const { t } = useTranslation('campaigns');
  const top = Math.max(1, ...rows.map(({ human, machine = 0 }) => human + machine));
  if (rows.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('report.none')}
      </Text>
    );
  const width = (count: number) => ({ width: `${(count / top) * 100}%` });
  return (
    <div className={classes['bars']}>
      {rows.map(({ name, human, machine = 0 }) => (
        <Fragment key={name}>
          <span>{name}</span>
          <span className={classes['bar']} aria-hidden="true">
            <span data-part="human" style={width(human)} />
            <span data-part="machine" style={width(machine)} />
          </span>
          <span>
            <Figure value={human} />
            {machines && machine > 0 && (
              <Text span size="sm" c="dimmed" title={t('report.machines')}>
                {' + '}
                <Figure value={machine} />
              </Text>
            )}
          </span>
        </Fragment>
      ))}
    </div>
  );
}
