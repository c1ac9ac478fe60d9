import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Grade } from '../../api/leads.ts';
import classes from './leads.module.css';

/** The score as a ring: fuller and warmer the hotter. Scores above 100 fill it. */
export function LeadScore({ score, grade, size = 52 }: { score: number; grade: Grade; size?: number }) {
  const { t } = useTranslation('leads');
  const shown = Math.round(score);
  const radius = 20;
  const length = 2 * Math.PI * radius;
  const filled = Math.min(1, Math.max(0, score / 100)) * length;
  return (
    <span
      className={classes['score']}
      data-grade={grade}
      role="img"
      aria-label={`${t('score')} ${shown}, ${t(`grade.${grade}`)}`}
    >
      <svg width={size} height={size} viewBox="0 0 48 48" aria-hidden="true">
        <circle cx="24" cy="24" r={radius} className={classes['track']} />
        <circle
          cx="24"
          cy="24"
          r={radius}
          className={classes['arc']}
          strokeDasharray={`${filled} ${length}`}
          transform="rotate(-90 24 24)"
        />
      </svg>
      <Text span className={classes['figure']}>
        {shown}
      </Text>
    </span>
  );
}
