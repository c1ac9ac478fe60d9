import { useComputedColorScheme, useMantineTheme } from '@mantine/core';
import type { MantineTheme } from '@mantine/core';
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use as register } from 'echarts/core';
import type { ECharts } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import type { ChartProps, Series } from './Chart.tsx';

register([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

function palette(theme: MantineTheme, dark: boolean): Record<NonNullable<Series['tone']>, string> {
  const shade = dark ? 4 : 7;
  return {
    main: theme.colors['pine']?.[shade] ?? '#2b6b55',
    hot: theme.colors['ember']?.[dark ? 4 : 5] ?? '#d96e39',
    cool: theme.colors['sky']?.[dark ? 4 : 6] ?? '#3a77a8',
    quiet: theme.colors['gray']?.[5] ?? '#918f8a',
  };
}

function optionsOf(props: ChartProps, theme: MantineTheme, dark: boolean) {
  const tones = palette(theme, dark);
  const ink = dark ? theme.colors.dark[2] : theme.colors.gray[6];
  const line = dark ? theme.colors.dark[5] : theme.colors.gray[2];
  const many = props.series.length > 1;
  return {
    animation: false,
    textStyle: { fontFamily: theme.fontFamily },
    grid: { left: 4, right: 8, top: many ? 34 : 10, bottom: 10, containLabel: true },
    legend: many
      ? { type: 'scroll', top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: { color: ink } }
      : { show: false },
    tooltip: {
      trigger: 'axis',
      confine: true,
      valueFormatter: (value: unknown) => props.format(typeof value === 'number' ? value : 0),
      backgroundColor: dark ? theme.colors.dark[6] : theme.white,
      borderColor: line,
      textStyle: { color: dark ? theme.colors.dark[0] : theme.black },
    },
    xAxis: {
      type: 'category',
      data: [...props.categories],
      axisTick: { show: false },
      axisLine: { lineStyle: { color: line } },
      axisLabel: { color: ink, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      ...(props.whole === true ? { minInterval: 1 } : {}),
      splitLine: { lineStyle: { color: line } },
      axisLabel: { color: ink, formatter: (value: number) => props.format(value) },
    },
    series: props.series.map((series) => ({
      name: series.name,
      type: props.kind,
      data: [...series.values],
      color: tones[series.tone ?? 'main'],
      barMaxWidth: 34,
      itemStyle: { borderRadius: props.kind === 'bar' && props.stacked !== true ? [3, 3, 0, 0] : 0 },
      ...(props.stacked === true ? { stack: 'all' } : {}),
      ...(props.kind === 'line'
        ? {
            showSymbol: props.categories.length < 40,
            ...(props.steps === true ? { step: 'middle' } : { smooth: 0.2 }),
          }
        : {}),
    })),
  };
}

export default function Picture(props: ChartProps & { height: number }) {
  const theme = useMantineTheme();
  const dark = useComputedColorScheme('light') === 'dark';
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const made = init(element, null, { renderer: 'svg' });
    chart.current = made;
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    chart.current?.setOption(optionsOf(props, theme, dark), { notMerge: true });
  });

  return <div ref={box} role="img" aria-label={props.label} style={{ height: props.height }} />;
}
