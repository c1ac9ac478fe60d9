import { ActionIcon, Tooltip } from '@mantine/core';
import { IconArrowsMaximize, IconZoomIn, IconZoomOut } from '@tabler/icons-react';
import { Panel, useReactFlow } from '@xyflow/react';
import { useTranslation } from 'react-i18next';
import classes from './canvas.module.css';

const MS = 200;

/** Closer, further, all of it. */
export function Tools() {
  const { t } = useTranslation('journeys');
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  const tools = [
    ['zoomIn', IconZoomIn, () => void zoomIn({ duration: MS })],
    ['zoomOut', IconZoomOut, () => void zoomOut({ duration: MS })],
    ['fit', IconArrowsMaximize, () => void fitView({ duration: MS, padding: 0.12, maxZoom: 1 })],
  ] as const;
  return (
    <Panel position="bottom-left" className={classes['tools'] ?? ''}>
      {tools.map(([key, Icon, act]) => (
        <Tooltip key={key} label={t(`editor.${key}`)}>
          <ActionIcon variant="subtle" color="gray" aria-label={t(`editor.${key}`)} onClick={act}>
            <Icon size={17} />
          </ActionIcon>
        </Tooltip>
      ))}
    </Panel>
  );
}
