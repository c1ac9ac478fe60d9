import { Box, Skeleton, Text } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';

export type Series = { name: string; values: readonly number[]; tone?: 'main' | 'hot' | 'cool' | 'quiet' };

export type ChartProps = {
  /** What the picture shows, in words: read aloud, and the caption of the table behind it. */
  label: string;
  kind: 'bar' | 'line';
  categories: readonly string[];
  series: readonly Series[];
  height?: number;
  stacked?: boolean;
  /** A line of levels that hold from mark to mark: nothing between two of them is made up. */
  steps?: boolean;
  /** Counts: no marks between whole numbers. */
  whole?: boolean;
  format: (value: number) => string;
};

const Picture = lazy(() => import('./Chart.picture.tsx'));

/** Every chart of the console. The library comes only when a chart is on the page; the figures are there as a table too. */
export function Chart(props: ChartProps) {
  const { t } = useTranslation();
  const height = props.height ?? 240;
  if (props.categories.length === 0)
    return (
      <Text c="dimmed" size="sm">
        {t('state.noData')}
      </Text>
    );
  return (
    <Box component="figure" m={0}>
      <Suspense fallback={<Skeleton height={height} />}>
        <Picture {...props} height={height} />
      </Suspense>
      {/* A table can't be narrowed: its wrapper is what is hidden. */}
      <div className="otk-hidden">
        <table>
          <caption>{props.label}</caption>
          <thead>
            <tr>
              <td />
              {props.series.map((series) => (
                <th key={series.name} scope="col">
                  {series.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {props.categories.map((category, index) => (
              <tr key={category}>
                <th scope="row">{category}</th>
                {props.series.map((series) => (
                  <td key={series.name}>{props.format(series.values[index] ?? 0)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Box>
  );
}
