import { Menu } from '@mantine/core';
import { IconArrowsSplit2, IconClock, IconCode, IconCopy, IconFilter, IconLink } from '@tabler/icons-react';
import { transformsFor } from '../../../../profiles/transforms';
import { categoryIndex } from '../../../../profiles/categories';
import { fullLocation } from '../../../flame/frame-text';
import type { FlameFrame } from '../../../flame/types';
import { stackText } from '../../../functions/frame-target';
import { useRoute } from '../../../state/selection';
import { copyLink, copyText } from './copy';
import { useFrameMenu, type FrameMenuRequest } from './frame-menu';
import type { FrameTable } from '../../../../profiles/types';

/** The menu of the frame that was pointed at, anywhere in a run. */
export function FrameMenu() {
  const { request, close } = useFrameMenu();
  return (
    <Menu
      opened={request !== null}
      onChange={(opened) => !opened && close()}
      position="bottom-start"
      offset={2}
      shadow="md"
      width={320}
      withinPortal
      returnFocus
      // Not `keydown`: the key that opened the menu is still on its way up and would close it at once.
      clickOutsideEvents={['mousedown', 'touchstart']}
      transitionProps={{ duration: 0 }}
    >
      <Menu.Target>
        <div className="menu-anchor" style={{ left: request?.at.x ?? 0, top: request?.at.y ?? 0 }} />
      </Menu.Target>
      {request && <Choices request={request} />}
    </Menu>
  );
}

const icon = 14;

function Choices({ request }: { request: FrameMenuRequest }) {
  const { frame, isCallPath } = request;
  const { select, addTransform, route } = useRoute();
  const { tab } = route.selection;
  const where = fullLocation(frame.url, frame.line, frame.column);
  const choices = transformsFor(tableOf(frame), 0, isCallPath ? { path: frame.path } : {});
  const { time, functionKey } = frame;
  const flameTab = tab === 'memory' ? 'memory' : 'flame';
  return (
    <Menu.Dropdown className="frame-menu" aria-label={`Menu of ${frame.name}`}>
      <Menu.Label className="frame-menu-title mono" title={where ? `${frame.name}\n${where}` : frame.name}>
        {frame.name}
      </Menu.Label>
      {choices.map(({ label, transform }) => (
        <Menu.Item
          key={label}
          leftSection={<IconFilter size={icon} aria-hidden />}
          onClick={() => addTransform(transform)}
        >
          {label}
        </Menu.Item>
      ))}
      <Menu.Divider />
      <Menu.Item
        leftSection={<IconArrowsSplit2 size={icon} aria-hidden />}
        onClick={() => select({ tab: flameTab, flameMode: 'sandwich', functionKey })}
      >
        Show in sandwich
      </Menu.Item>
      <Menu.Item
        leftSection={<IconCode size={icon} aria-hidden />}
        onClick={() => select({ functionKey })}
        disabled={frame.url === ''}
      >
        Find in source
      </Menu.Item>
      {time && (
        <Menu.Item
          leftSection={<IconClock size={icon} aria-hidden />}
          onClick={() => select({ range: time })}
        >
          Select the time of this call
        </Menu.Item>
      )}
      <Menu.Divider />
      <Menu.Item
        leftSection={<IconCopy size={icon} aria-hidden />}
        onClick={() => void copyText('Name', frame.name)}
      >
        Copy name
      </Menu.Item>
      <Menu.Item
        leftSection={<IconCopy size={icon} aria-hidden />}
        disabled={where === ''}
        onClick={() => void copyText('Location', where)}
      >
        Copy location
      </Menu.Item>
      {frame.path.length > 1 && (
        <Menu.Item
          leftSection={<IconCopy size={icon} aria-hidden />}
          onClick={() => void copyText('Stack', stackText(frame))}
        >
          Copy stack
        </Menu.Item>
      )}
      <Menu.Item
        leftSection={<IconLink size={icon} aria-hidden />}
        onClick={() => {
          select({ functionKey });
          void copyLink();
        }}
      >
        Copy link to this function here
      </Menu.Item>
    </Menu.Dropdown>
  );
}

/** A table of this frame alone. */
function tableOf(frame: FlameFrame): FrameTable {
  return {
    length: 1,
    name: [frame.name],
    url: [frame.url],
    line: Int32Array.of(frame.line),
    column: Int32Array.of(frame.column),
    category: Uint8Array.of(categoryIndex(frame.category)),
    packageName: [frame.packageName],
  };
}
