/** Every command of the application: for the palette, the help overlay and the keys. */
import {
  IconArrowsDiff,
  IconFileExport,
  IconFileImport,
  IconFlame,
  IconHelp,
  IconHistory,
  IconHome,
  IconList,
  IconPlayerPlay,
  IconPlayerStop,
  IconPlus,
  IconReportAnalytics,
  IconRocket,
  IconSearch,
  IconSettings,
  IconSun,
  IconX,
} from '@tabler/icons-react';
import { useMantineColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import { toAppError } from '../../main/errors';
import { isActive, startRun, stopRun, useApp } from '../state/app-store';
import { useClient } from '../state/client';
import { chooseAndImport, exportReport, exportSession } from '../state/files';
import { reportError } from '../state/report-error';
import { runTabs, useRoute } from '../state/selection';
import { exploreCommands } from './explore-commands';
import { focusSearch } from './focus-search';
import { memoryCommands } from './memory-commands';
import { useOverlays } from './overlays';
import { tabTitles } from './tab-titles';

export interface Command {
  id: string;
  group: 'Go to' | 'Run' | 'Session' | 'View';
  label: string;
  /** As shown, for example `N`. */
  keys?: string;
  icon: ReactNode;
  run: () => void;
}

const size = 16;

/** The commands that make sense now. */
export function useCommands(): Command[] {
  const client = useClient();
  const { route, go, select, clearInnermost, stepRange } = useRoute();
  const run = useApp((state) => state.run);
  const info = useApp((state) => state.info);
  const opened = useApp((state) => (route.id ? state.opened[route.id] : undefined));
  const { setColorScheme } = useMantineColorScheme();
  const openHelp = useOverlays((state) => state.openHelp);

  const commands: Command[] = [
    {
      id: 'home',
      group: 'Go to',
      label: 'Home',
      icon: <IconHome size={size} />,
      run: () => go({ view: 'home' }),
    },
    {
      id: 'new',
      group: 'Go to',
      label: 'New run: profile a command',
      keys: 'N',
      icon: <IconPlus size={size} />,
      run: () => go({ view: 'new' }),
    },
    {
      id: 'sessions',
      group: 'Go to',
      label: 'Sessions',
      icon: <IconList size={size} />,
      run: () => go({ view: 'sessions' }),
    },
    {
      id: 'compare',
      group: 'Go to',
      label: 'Compare two sessions',
      icon: <IconArrowsDiff size={size} />,
      run: () => go({ view: 'compare' }),
    },
    {
      id: 'settings',
      group: 'Go to',
      label: 'Settings',
      icon: <IconSettings size={size} />,
      run: () => go({ view: 'settings' }),
    },
    {
      id: 'import',
      group: 'Session',
      label: 'Open file (.scorchmark, .cpuprofile, .heapprofile, .heapsnapshot)',
      icon: <IconFileImport size={size} />,
      run: () => chooseAndImport(client),
    },
  ];
  if (run)
    commands.push({
      id: 'current-run',
      group: 'Go to',
      label: isActive(run) ? `Live run: ${run.name}` : `Last run: ${run.name}`,
      icon: <IconHistory size={size} />,
      run: () => go({ view: 'run', id: run.runId }),
    });
  if (isActive(run))
    commands.push({
      id: 'stop',
      group: 'Run',
      label: 'Stop and save',
      keys: 'S',
      icon: <IconPlayerStop size={size} />,
      run: () => void stopRun(client),
    });
  else
    for (const sample of info?.samples ?? [])
      commands.push({
        id: `sample-${sample.name}`,
        group: 'Run',
        label: `Try the sample: ${sample.title}`,
        icon: <IconRocket size={size} />,
        run: () =>
          void startRun(client, sample.spec).catch((thrown: unknown) => reportError(toAppError(thrown))),
      });
  if (isActive(run) && run.load?.phase === 'running')
    commands.push({
      id: 'cancel-load',
      group: 'Run',
      label: 'Cancel the load, keep recording',
      icon: <IconX size={size} />,
      run: () =>
        void client
          .call('run.cancelLoad', { runId: run.runId })
          .catch((thrown: unknown) => reportError(toAppError(thrown))),
    });
  if (route.view === 'run' && route.id) {
    const id = route.id;
    if (opened?.status === 'ready' && !opened.model.live) {
      const { name } = opened.model.state;
      commands.push(
        {
          id: 'report',
          group: 'Session',
          label: 'Save an HTML report',
          icon: <IconReportAnalytics size={size} />,
          run: () => void exportReport(client, id, name),
        },
        {
          id: 'export',
          group: 'Session',
          label: 'Export the session as one file',
          icon: <IconFileExport size={size} />,
          run: () => void exportSession(client, id, name),
        },
        {
          id: 'compare-this',
          group: 'Session',
          label: 'Compare this session with another',
          icon: <IconArrowsDiff size={size} />,
          run: () => go({ view: 'compare', b: id }),
        },
      );
    }
    if (opened?.status === 'ready') commands.push(...memoryCommands(client, opened.model));
    runTabs.forEach((tab, index) =>
      commands.push({
        id: `tab-${tab}`,
        group: 'View',
        label: `Show ${tabTitles[tab]}`,
        keys: String(index + 1),
        icon: <IconFlame size={size} />,
        run: () => select({ tab }),
      }),
    );
    if (opened?.status === 'ready')
      commands.push(...exploreCommands({ client, model: opened.model, selection: route.selection, select }));
    commands.push(
      {
        id: 'clear',
        group: 'View',
        label: 'Clear the innermost selection',
        keys: 'Esc',
        icon: <IconX size={size} />,
        run: clearInnermost,
      },
      {
        id: 'range-back',
        group: 'View',
        label: 'Previous range',
        keys: '[',
        icon: <IconHistory size={size} />,
        run: () => stepRange(-1),
      },
      {
        id: 'range-forward',
        group: 'View',
        label: 'Next range',
        keys: ']',
        icon: <IconPlayerPlay size={size} />,
        run: () => stepRange(1),
      },
    );
  }
  commands.push(
    {
      id: 'search',
      group: 'View',
      label: 'Search in this view',
      keys: '/',
      icon: <IconSearch size={size} />,
      // The palette gives the focus back when it closes; ours comes after that.
      run: () => setTimeout(focusSearch, 200),
    },
    ...(['light', 'dark', 'auto'] as const).map((scheme): Command => ({
      id: `theme-${scheme}`,
      group: 'View',
      label: `Theme: ${scheme === 'auto' ? 'follow the system' : scheme}`,
      icon: <IconSun size={size} />,
      run: () => setColorScheme(scheme),
    })),
    {
      id: 'help',
      group: 'View',
      label: 'Keyboard help',
      keys: '?',
      icon: <IconHelp size={size} />,
      run: openHelp,
    },
  );
  return commands;
}
