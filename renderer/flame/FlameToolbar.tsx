import { ActionIcon, Menu, NativeSelect, Tooltip } from '@mantine/core';
import {
  IconArrowsMaximize,
  IconFlame,
  IconLayoutNavbar,
  IconPhotoDown,
  IconStairsDown,
} from '@tabler/icons-react';
import { useMemo, type ReactElement } from 'react';
import { formatPercent } from '../../profiles/format';
import { categoryLabels, colorModeLabels, colorModes, type ColorMode } from '../theme/colors';
import type { FlameCanvas, FlameState } from './flame-canvas';
import { foundText } from './flame-search';
import type { FlamePreferences } from './flame-preferences';
import { categoryShares } from './category-shares';
import { savePicture } from './save-picture';
import { useClient } from '../state/client';
import type { FlameViewProps } from './types';

interface FlameToolbarProps extends FlameViewProps {
  canvas: FlameCanvas | null;
  state: FlameState;
  preferences: FlamePreferences;
  onPreferences(changed: FlamePreferences): void;
}

const colorChoices = colorModes.map((mode) => ({ value: mode, label: `Colour: ${colorModeLabels[mode]}` }));

export function FlameToolbar(props: FlameToolbarProps): ReactElement {
  const { tree, version, live, unit, direction, canvas, state, preferences } = props;
  const { colorMode, growUp, minimap } = preferences;
  const change = (part: Partial<FlamePreferences>) => props.onPreferences({ ...preferences, ...part });
  return (
    <div className="sm-flame-toolbar">
      {tree && colorMode === 'category' ? <Legend tree={tree} version={version} /> : null}
      <span className="sm-spacer" />
      {state.found ? (
        <span className="sm-flame-found" data-testid="flame-found" role="status">
          {foundText(state.found, unit)}
        </span>
      ) : null}
      {live && !state.following ? (
        <button
          type="button"
          className="sm-chip sm-chip-live"
          data-testid="flame-follow"
          onClick={() => canvas?.resetZoom()}
        >
          Follow live
        </button>
      ) : null}
      <NativeSelect
        size="xs"
        variant="unstyled"
        aria-label="Colour by"
        className="sm-flame-colors"
        data={colorChoices}
        value={colorMode}
        onChange={(event) => change({ colorMode: event.currentTarget.value as ColorMode })}
      />
      {direction ? null : (
        <Tooltip label={growUp ? 'Root at the top (icicles)' : 'Root at the bottom (flames)'}>
          <ActionIcon
            aria-label={growUp ? 'Draw with the root at the top' : 'Draw with the root at the bottom'}
            onClick={() => change({ growUp: !growUp })}
          >
            {growUp ? <IconStairsDown size={16} /> : <IconFlame size={16} />}
          </ActionIcon>
        </Tooltip>
      )}
      <Tooltip label={minimap ? 'Hide the overview' : 'Show the overview'}>
        <ActionIcon
          aria-label="Overview"
          aria-pressed={minimap}
          variant={minimap ? 'light' : 'subtle'}
          onClick={() => change({ minimap: !minimap })}
        >
          <IconLayoutNavbar size={16} />
        </ActionIcon>
      </Tooltip>
      <SavePicture {...props} />
      <Tooltip label="Show everything (0)">
        <ActionIcon
          aria-label="Show everything"
          disabled={state.following}
          onClick={() => canvas?.resetZoom()}
        >
          <IconArrowsMaximize size={16} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

function SavePicture({ canvas, title = 'Flame graph' }: FlameToolbarProps): ReactElement {
  const client = useClient();
  const save = (kind: 'png' | 'svg', whole: boolean) => () => {
    const scene = canvas?.exportScene();
    if (scene) void savePicture(client, scene, { kind, whole, title });
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Tooltip label="Save as a picture">
          <ActionIcon aria-label="Save as a picture" disabled={!canvas}>
            <IconPhotoDown size={16} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>What is in sight</Menu.Label>
        <Menu.Item onClick={save('png', false)}>Save as PNG</Menu.Item>
        <Menu.Item onClick={save('svg', false)}>Save as SVG</Menu.Item>
        <Menu.Label>The whole graph</Menu.Label>
        <Menu.Item onClick={save('png', true)}>Save as PNG</Menu.Item>
        <Menu.Item onClick={save('svg', true)}>Save as SVG</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** The categories that this tree has, with their share of self time or bytes. */
function Legend({
  tree,
  version,
}: {
  tree: NonNullable<FlameViewProps['tree']>;
  version: number;
}): ReactElement {
  const shares = useMemo(() => {
    return categoryShares(tree).filter(({ category, share }) => share > 0.0005 && category !== 'root');
    // A live tree may be grown in place: the version says when.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [tree, version]);
  return (
    <ul className="sm-flame-legend" aria-label="Colours">
      {shares.map(({ category, share }) => (
        <li key={category}>
          <span className="sm-swatch" style={{ background: `var(--sm-category-${category})` }} />
          {categoryLabels[category]} {formatPercent(share)}
        </li>
      ))}
    </ul>
  );
}
