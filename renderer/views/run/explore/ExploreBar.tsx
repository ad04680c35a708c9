import { ActionIcon, Button, Menu, SegmentedControl, Tooltip } from '@mantine/core';
import { IconAdjustmentsHorizontal, IconCheck, IconDownload, IconLink } from '@tabler/icons-react';
import { useClient } from '../../../state/client';
import { flameModes, tableModes, useRoute, type Selection } from '../../../state/selection';
import type { ViewedRun } from '../viewed-run';
import { Breadcrumbs } from './Breadcrumbs';
import { copyLink } from './copy';
import { exportProfile, exportTitles, formatsFor } from './export';
import { flameModeTitles, modeOnTab, tableModeTitles } from './modes';
import { useIsMapped } from '../../../source/use-source-maps';

/** How profiles are shown: the view's mode, what it is restricted to, what its numbers mean, and the ways out. */
export function ExploreBar({ run }: { run: ViewedRun }) {
  const { route, select } = useRoute();
  const { tab, flameMode, tableMode } = route.selection;
  return (
    <div className="explore-bar">
      {tab === 'functions' ? (
        <SegmentedControl
          size="xs"
          aria-label="Add up by"
          value={tableMode}
          onChange={(value) => select({ tableMode: value })}
          data={tableModes.map((mode) => ({ value: mode, label: label(tableModeTitles[mode]) }))}
        />
      ) : (
        <SegmentedControl
          size="xs"
          aria-label="View"
          value={modeOnTab(tab, flameMode)}
          onChange={(value) => select({ flameMode: value })}
          data={flameModes
            .filter((mode) => tab !== 'memory' || mode !== 'chart')
            .map((mode) => ({ value: mode, label: label(flameModeTitles[mode]) }))}
        />
      )}
      <Breadcrumbs run={run} />
      <div className="explore-actions">
        <OptionsMenu run={run} />
        <ExportMenu run={run} />
        <Tooltip label="Copy link to this view">
          <ActionIcon aria-label="Copy link to this view" onClick={() => void copyLink()}>
            <IconLink size={16} />
          </ActionIcon>
        </Tooltip>
      </div>
    </div>
  );
}

function label({ title, hint }: { title: string; hint: string }) {
  return <span title={hint}>{title}</span>;
}

interface Choice {
  label: string;
  chosen: boolean;
  change: Partial<Selection>;
}

/** What numbers and widths mean. Choices that are not the usual ones also stand in the breadcrumbs. */
function OptionsMenu({ run }: { run: ViewedRun }) {
  const { route, select } = useRoute();
  const { tab, percentOf, weights, showIdle, mapped } = route.selection;
  const memory = tab === 'memory';
  const names = useIsMapped(run.model.id);
  const tree = memory ? run.allocationTree : run.cpuTree;
  const counted = tree?.unit === 'count' && weights === 'value';
  const groups: [title: string, choices: Choice[]][] = [
    [
      'Percentages of',
      [
        { label: 'What is selected', chosen: percentOf === 'selection', change: { percentOf: 'selection' } },
        { label: 'The whole run', chosen: percentOf === 'run', change: { percentOf: 'run' } },
      ],
    ],
    [
      'Widths and numbers',
      [
        {
          label: memory ? 'Bytes' : counted ? 'Counts of the file' : 'Time',
          chosen: weights === 'value',
          change: { weights: 'value' },
        },
        { label: 'Samples', chosen: weights === 'samples', change: { weights: 'samples' } },
      ],
    ],
  ];
  if (!memory)
    groups.push([
      'Idle time',
      [
        { label: 'Left out', chosen: !showIdle, change: { showIdle: false } },
        { label: 'Shown', chosen: showIdle, change: { showIdle: true } },
      ],
    ]);
  if (names || !mapped)
    groups.push([
      'Names and places',
      [
        { label: 'Of the original sources', chosen: mapped, change: { mapped: true } },
        { label: 'Of the code that ran', chosen: !mapped, change: { mapped: false } },
      ],
    ]);
  return (
    <Menu position="bottom-end" width={240} shadow="md" closeOnItemClick={false}>
      <Menu.Target>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconAdjustmentsHorizontal size={14} aria-hidden />}
          className="explore-options"
        >
          Options
        </Button>
      </Menu.Target>
      <Menu.Dropdown aria-label="View options">
        {groups.map(([title, choices]) => (
          <div key={title} role="group" aria-label={title}>
            <Menu.Label>{title}</Menu.Label>
            {choices.map((choice) => (
              <Menu.RadioItem
                key={choice.label}
                value={choice.label}
                checked={choice.chosen}
                checkIcon={<IconCheck size={14} aria-hidden />}
                onChange={() => select(choice.change)}
              >
                {choice.label}
              </Menu.RadioItem>
            ))}
          </div>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function ExportMenu({ run }: { run: ViewedRun }) {
  const client = useClient();
  const tab = useRoute((state) => state.route.selection.tab);
  const source = tab === 'memory' ? 'allocations' : 'cpu';
  const scope = source === 'cpu' ? run.cpuScope : run.allocationScope;
  const tree = source === 'cpu' ? run.cpuTree : run.allocationTree;
  return (
    <Menu position="bottom-end" width={260} shadow="md">
      <Menu.Target>
        <Tooltip label="Export what is shown">
          <ActionIcon aria-label="Export what is shown" disabled={!tree}>
            <IconDownload size={16} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown aria-label="Export">
        <Menu.Label>Profile, as selected and transformed</Menu.Label>
        {formatsFor(source).map((format) => (
          <Menu.Item
            key={format}
            rightSection={<span className="muted">{exportTitles[format].hint}</span>}
            onClick={() => void exportProfile(client, { model: run.model, scope, format })}
          >
            {exportTitles[format].title}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
