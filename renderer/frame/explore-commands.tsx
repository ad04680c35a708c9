/** Commands of the profile explorer, for the palette: modes, steps on the selected function, toggles, ways out. */
import {
  IconAdjustmentsHorizontal,
  IconArrowBackUp,
  IconDownload,
  IconFilter,
  IconFlame,
  IconLink,
  IconTable,
} from '@tabler/icons-react';
import type { Client } from '../../main/api';
import { categorise, categoryIndex } from '../../profiles/categories';
import { transformsFor } from '../../profiles/transforms';
import type { RecordingModel } from '../state/recording';
import { flameModes, tableModes, type Selection } from '../state/selection';
import { copyLink } from '../views/run/explore/copy';
import { exportProfile, exportTitles, formatsFor } from '../views/run/explore/export';
import { flameModeTitles, tableModeTitles } from '../views/run/explore/modes';
import { scopeOf } from '../views/run/explore/scope';
import type { Command } from './use-commands';

interface Context {
  client: Client;
  model: RecordingModel;
  selection: Selection;
  select: (change: Partial<Selection>) => void;
}

const size = 16;

/** What can be done with the profiles of the recording on the screen. */
export function exploreCommands({ client, model, selection, select }: Context): Command[] {
  const { transforms, functionKey, percentOf, weights, showIdle, mapped } = selection;
  const commands: Command[] = [];
  const add = (id: string, label: string, icon: Command['icon'], run: () => void): void => {
    commands.push({ id, group: 'View', label, icon, run });
  };
  const source = selection.tab === 'memory' ? 'allocations' : 'cpu';
  const flameTab = selection.tab === 'memory' ? 'memory' : 'flame';
  for (const flameMode of flameModes)
    if (flameTab === 'flame' || flameMode !== 'chart')
      add(`mode-${flameMode}`, `Show as ${flameModeTitles[flameMode].title.toLowerCase()}`, flame, () =>
        select({
          tab: flameTab,
          flameMode,
          ...(flameTab === 'memory' && { memory: { ...selection.memory, view: 'allocations' as const } }),
        }),
      );
  for (const tableMode of tableModes)
    add(
      `totals-${tableMode}`,
      `Show totals by ${tableModeTitles[tableMode].title.toLowerCase()}`,
      table,
      () => select({ tab: 'functions', tableMode }),
    );
  const toggle = (id: string, label: string, change: Partial<Selection>): void =>
    add(id, label, options, () => select(change));
  if (percentOf === 'selection') toggle('percent', 'Percentages of the whole run', { percentOf: 'run' });
  else toggle('percent', 'Percentages of what is selected', { percentOf: 'selection' });
  if (weights === 'value') toggle('weights', 'Count samples', { weights: 'samples' });
  else toggle('weights', source === 'cpu' ? 'Count time' : 'Count bytes', { weights: 'value' });
  if (showIdle) toggle('idle', 'Leave idle time out', { showIdle: false });
  else toggle('idle', 'Show idle time', { showIdle: true });
  if (mapped) toggle('names', 'Names and places of the code that ran', { mapped: false });
  else toggle('names', 'Names and places of the original sources', { mapped: true });

  if (functionKey !== null) {
    const [name = '', url = '', line = '0', column = '0'] = functionKey.split('\n');
    const { category, packageName } = categorise(name, url);
    const frames = {
      length: 1,
      name: [name],
      url: [url],
      line: Int32Array.of(Number(line)),
      column: Int32Array.of(Number(column)),
      category: Uint8Array.of(categoryIndex(category)),
      packageName: [packageName],
    };
    transformsFor(frames, 0).forEach(({ label, transform }, index) =>
      add(`transform-${index}`, `${name}: ${label}`, <IconFilter size={size} />, () =>
        select({ transforms: [...transforms, transform] }),
      ),
    );
  }
  for (const share of [0.001, 0.01, 0.05])
    add(
      `drop-below-${share}`,
      `Leave out call paths below ${share * 100} %`,
      <IconFilter size={size} />,
      () => select({ transforms: [...transforms, { kind: 'drop-below', share }] }),
    );
  if (functionKey === null) {
    add('collapse-packages', 'Collapse all packages', <IconFilter size={size} />, () =>
      select({ transforms: [...transforms, { kind: 'collapse-dependencies' }] }),
    );
    add('collapse-node', 'Collapse Node internals', <IconFilter size={size} />, () =>
      select({ transforms: [...transforms, { kind: 'collapse-node' }] }),
    );
    add('collapse-recursion', 'Collapse all recursion', <IconFilter size={size} />, () =>
      select({ transforms: [...transforms, { kind: 'collapse-recursion', functionKey: null }] }),
    );
  }
  if (transforms.length > 0) {
    add('undo-step', 'Remove the last step', <IconArrowBackUp size={size} />, () =>
      select({ transforms: transforms.slice(0, -1) }),
    );
    add('clear-steps', 'Remove all steps', <IconArrowBackUp size={size} />, () => select({ transforms: [] }));
  }
  for (const format of formatsFor(source))
    add(
      `export-${format}`,
      `Export the profile as ${exportTitles[format].title}`,
      <IconDownload size={size} />,
      () => void exportProfile(client, { model, scope: scopeOf(selection, source), format }),
    );
  add('copy-link', 'Copy link to this view', <IconLink size={size} />, () => void copyLink());
  return commands;
}

const flame = <IconFlame size={size} />;
const table = <IconTable size={size} />;
const options = <IconAdjustmentsHorizontal size={size} />;
