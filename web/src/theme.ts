import { createTheme } from '@mantine/core';
import type { CSSVariablesResolver, MantineColorsTuple } from '@mantine/core';

/**
 * Pine for what one may do, ember for what is hot, paper greys for the rest. Each tuple runs from light to dark; the
 * shades used for text reach 4.5:1 on the surface they stand on.
 */
const pine: MantineColorsTuple = [
  '#eff9f4',
  '#dbf0e7',
  '#bee1d2',
  '#9dcdba',
  '#7bb8a1',
  '#5ba187',
  '#3d826a',
  '#2b6b55',
  '#1f5442',
  '#153e30',
];
const ember: MantineColorsTuple = [
  '#fff3ee',
  '#fde5da',
  '#faccb7',
  '#f3af91',
  '#e89068',
  '#d96e39',
  '#bd5110',
  '#9a3c00',
  '#792f01',
  '#592204',
];
const gold: MantineColorsTuple = [
  '#fdf4e7',
  '#fce8ca',
  '#f5d29c',
  '#e6b970',
  '#d39f48',
  '#b9862c',
  '#996d17',
  '#7b560d',
  '#604308',
  '#473005',
];
const red: MantineColorsTuple = [
  '#fef3f2',
  '#fde4e2',
  '#facac7',
  '#f6aaa7',
  '#f08684',
  '#e46061',
  '#ca3a43',
  '#a72530',
  '#831e25',
  '#60171b',
];
const sky: MantineColorsTuple = [
  '#eff7fe',
  '#dfecf9',
  '#c2dbf1',
  '#a1c6e6',
  '#7eafd9',
  '#5c97c7',
  '#3a77a8',
  '#2a628e',
  '#1f4d70',
  '#163853',
];
const gray: MantineColorsTuple = [
  '#fbfaf8',
  '#f5f4f1',
  '#eae9e6',
  '#dddcd8',
  '#c8c7c2',
  '#918f8a',
  '#6d6c66',
  '#54534d',
  '#393833',
  '#23221e',
];
const dark: MantineColorsTuple = [
  '#d4dbd8',
  '#b9bfbc',
  '#9aa09d',
  '#7d8380',
  '#4c514f',
  '#363b38',
  '#292e2c',
  '#1e2321',
  '#161a18',
  '#0f1311',
];

/** Of dialogs: set like the headings of the page. */
const title = { fontWeight: 650, fontSize: '1.0625rem' };

export const theme = createTheme({
  colors: { pine, ember, gold, red, sky, gray, dark },
  primaryColor: 'pine',
  primaryShade: { light: 7, dark: 6 },
  black: '#23221e',
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: "'Inter', 'Segoe UI', -apple-system, 'Noto Sans', 'Liberation Sans', system-ui, sans-serif",
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.25' },
      h2: { fontSize: '1.0625rem', lineHeight: '1.35' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' },
    },
  },
  components: {
    Table: { defaultProps: { verticalSpacing: 'sm', horizontalSpacing: 'md' } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300, multiline: true, maw: 320 } },
    Drawer: { defaultProps: { position: 'right', size: 'md', padding: 'lg' }, styles: { title } },
    Modal: { defaultProps: { centered: true, padding: 'lg' }, styles: { title } },
    Badge: { defaultProps: { variant: 'light', radius: 'sm', tt: 'none', fw: 500 } },
    // What is typed stays as it is: a price of -7 that becomes 0 in silence is given away.
    NumberInput: { defaultProps: { clampBehavior: 'none' } },
    Select: { defaultProps: { checkIconPosition: 'right', comboboxProps: { shadow: 'md' } } },
    Paper: { defaultProps: { withBorder: true } },
  },
});

const tints = { pine, ember, gold, red, sky, gray };

/** On dark surfaces a tint is light seen through, with text that stands out from it. */
function darkTints(): Record<string, string> {
  const variables = Object.entries(tints).flatMap(([name, tuple]) => [
    [`--mantine-color-${name}-light`, `color-mix(in srgb, ${tuple[4]} 18%, transparent)`],
    [`--mantine-color-${name}-light-hover`, `color-mix(in srgb, ${tuple[4]} 26%, transparent)`],
    [`--mantine-color-${name}-light-color`, tuple[2]],
  ]);
  return Object.fromEntries(variables) as Record<string, string>;
}

/** Where Mantine's own choice falls under 4.5:1 (text) or 3:1 (outlines of fields). */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-placeholder': gray[6],
    '--mantine-color-dimmed': gray[6],
    '--mantine-color-error': red[6],
    '--otk-page': gray[0],
    '--otk-nav': gray[1],
    '--otk-accent-line': pine[2],
    '--otk-field-border': gray[5],
    '--otk-line': gray[2],
    '--otk-hot': ember[6],
  },
  dark: {
    ...darkTints(),
    '--mantine-color-placeholder': dark[2],
    '--mantine-color-dimmed': dark[2],
    '--mantine-color-error': red[4],
    '--otk-page': dark[8],
    '--otk-nav': dark[9],
    '--otk-accent-line': pine[7],
    '--otk-field-border': dark[3],
    '--otk-line': dark[5],
    '--otk-hot': ember[4],
  },
});
