import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { sources } from '../../api/sources.ts';
import classes from './developer.module.css';
import { bucketsOf } from './health.ts';

const HOURS = 24;
const BARS = 24;
const BAR = 4;
const GAP = 1;
const HEIGHT = 22;

/** The last day of a source at a glance: a bar an hour, what was set aside in red at its foot. */
export function Sparkline({
  sourceId,
  events,
  rejected,
}: {
  sourceId: string;
  events: number;
  rejected: number;
}) {
  const { t } = useTranslation('developer');
  const { data = [] } = useQuery({ ...sources.health(sourceId, HOURS), refetchInterval: 60_000 });
  const buckets = bucketsOf(data, HOURS, BARS, Date.now());
  const top = Math.max(1, ...buckets.map((one) => one.accepted + one.rejected));
  const width = BARS * (BAR + GAP);
  return (
    <svg
      className={classes['spark']}
      width={width}
      height={HEIGHT}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      role="img"
      aria-label={t('sparkline', { events, rejected })}
    >
      {buckets.map(({ from, accepted, rejected: bad }, index) => {
        const all = ((accepted + bad) / top) * (HEIGHT - 2);
        const foot = (bad / top) * (HEIGHT - 2);
        const x = index * (BAR + GAP);
        return (
          <g key={from}>
            <rect
              x={x}
              y={HEIGHT - Math.max(1, all)}
              width={BAR}
              height={Math.max(1, all)}
              fill="currentColor"
            />
            {foot > 0 && (
              <rect
                data-part="bad"
                x={x}
                y={HEIGHT - Math.max(2, foot)}
                width={BAR}
                height={Math.max(2, foot)}
              />
            )}
          </g>
        );
      })}
    </svg>
  );
}
