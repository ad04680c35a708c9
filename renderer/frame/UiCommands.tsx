import { spotlight } from '@mantine/spotlight';
import { useEffect, useRef } from 'react';
import type { UiCommand } from '../../main/api';
import { useClient } from '../state/client';
import { useCommands } from './use-commands';

/** Which command of ours a menu entry of the desktop shell means. */
const commandIds: Record<Exclude<UiCommand, 'palette'>, string> = {
  'export-report': 'report',
  'export-session': 'export',
  'theme-system': 'theme-auto',
  'theme-light': 'theme-light',
  'theme-dark': 'theme-dark',
  help: 'help',
};

/** Does what the desktop shell's menu asks for, when it makes sense now. */
export function UiCommands() {
  const client = useClient();
  const commands = useCommands();
  const latest = useRef(commands);
  useEffect(() => {
    latest.current = commands;
  });
  useEffect(
    () =>
      client.subscribe((event) => {
        if (event.event !== 'ui.command') return;
        const { command } = event.payload;
        if (command === 'palette') spotlight.open();
        else latest.current.find((each) => each.id === commandIds[command])?.run();
      }),
    [client],
  );
  return null;
}
