import { Text } from '@mantine/core';
import classes from './campaigns.module.css';

/**
 * A mail as it looks, in a frame that may do nothing: no scripts, no forms, no way out to the console around it.
 */
export function MailFrame(props: { title: string; subject?: string; html: string; height?: number }) {
  return (
    <div className={classes['mail']}>
      {props.subject !== undefined && (
        <Text size="sm" fw={600} className={classes['subject'] ?? ''}>
          {props.subject}
        </Text>
      )}
      <iframe
        className={classes['frame']}
        title={props.title}
        sandbox=""
        srcDoc={props.html}
        style={{ height: props.height ?? 560 }}
      />
    </div>
  );
}
