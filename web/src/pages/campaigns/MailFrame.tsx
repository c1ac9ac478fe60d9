import { Text } from '@mantine/core';
import classes from './campaigns.module.css';

/** What a mail program does with a mail's own dark colours; without it the reader's own setting decides. */
export type Scheme = 'light' | 'dark';

const DARK = /@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)/gi;
const inScheme = (html: string, scheme: Scheme): string =>
  html.replaceAll(DARK, scheme === 'dark' ? '@media all' : '@media not all');

/**
 * A mail as it looks, in a frame that may do nothing: no scripts, no forms, no way out to the console around it.
 */
export function MailFrame(props: {
  title: string;
  subject?: string;
  html: string;
  height?: number;
  scheme?: Scheme;
}) {
  const { scheme = 'light' } = props;
  return (
    <div className={classes['mail']}>
      {props.subject !== undefined && (
        <Text size="sm" fw={600} className={classes['subject'] ?? ''}>
          {props.subject}
        </Text>
      )}
      <iframe
        className={classes['frame']}
        data-scheme={scheme}
        title={props.title}
        sandbox=""
        srcDoc={inScheme(props.html, scheme)}
        style={{ height: props.height ?? 560 }}
      />
    </div>
  );
}
