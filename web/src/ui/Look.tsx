import { localStorageColorSchemeManager, MantineProvider, mergeThemeOverrides } from '@mantine/core';
import type { ReactNode } from 'react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { language } from '../i18n/index.ts';
import { cssVariables, theme } from '../theme.ts';

const colorScheme = localStorageColorSchemeManager({ key: 'otklik.appearance' });

/** How numbers are typed and shown in fields: as the reader's language writes them. A Russian keypad may have the point. */
const SEPARATORS = {
  en: { thousandSeparator: ',', decimalSeparator: '.' },
  ru: { thousandSeparator: '\u00A0', decimalSeparator: ',', allowedDecimalSeparators: ['.', ','] },
};

/** The theme, with the names of the library's own small buttons in the reader's language. */
export function Look({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const spoken = useMemo(() => {
    const close = { defaultProps: { closeButtonProps: { 'aria-label': t('action.close') } } };
    const clear = { defaultProps: { clearButtonProps: { 'aria-label': t('action.clear') } } };
    const components = {
      Notification: close,
      Modal: close,
      Drawer: close,
      Select: clear,
      MultiSelect: clear,
      TagsInput: clear,
      FileInput: clear,
      NumberInput: { defaultProps: SEPARATORS[language()] },
    };
    return mergeThemeOverrides(theme, { components });
  }, [t]);
  return (
    <MantineProvider
      theme={spoken}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={colorScheme}
      defaultColorScheme="auto"
    >
      {children}
    </MantineProvider>
  );
}
