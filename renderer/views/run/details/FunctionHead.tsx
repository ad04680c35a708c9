import { Button, CloseButton, Menu } from '@mantine/core';
import type { CallTree } from '../../../../profiles/call-tree';
import type { FunctionInfo } from '../../../../profiles/functions';
import { formatLocation } from '../../../../profiles/location';
import type { PackageVersion } from '../../../../main/api';
import { fullLocation } from '../../../flame/frame-text';
import { stackText, targetOfFrame } from '../../../functions/frame-target';
import { isOpenable, openInEditor } from '../../../source/open-in-editor';
import { useClient } from '../../../state/client';
import { useRoute } from '../../../state/selection';
import { categoryLabels } from '../../../../profiles/totals';
import { copyLink, copyText } from '../explore/copy';
import type { ViewedRun } from '../viewed-run';
import { heaviestPath } from './facts';

interface Props {
  run: ViewedRun;
  name: string;
  functionKey: string;
  tree: CallTree | null;
  info: FunctionInfo | null;
  pack: PackageVersion | undefined;
}

/** Name, place, origin, and what can be taken along. */
export function FunctionHead({ run, name, functionKey, tree, info, pack }: Props) {
  const client = useClient();
  const select = useRoute((state) => state.select);
  const where = info ? fullLocation(info.url, info.line, info.column) : '';
  const stack = (): string =>
    tree && info
      ? stackText({ ...targetOfFrame(tree.frames, info.frame), path: heaviestPath(tree, functionKey) })
      : '';
  return (
    <>
      <div className="side-panel-head">
        <h2 className="mono break">{name}</h2>
        <CloseButton size="sm" aria-label="Close details" onClick={() => select({ functionKey: null })} />
      </div>
      {info && info.url !== '' && (
        <p className="details-location">
          <code className="break" title={where}>
            {formatLocation(info.url, info.line, run.model.state.cwd)}
          </code>
        </p>
      )}
      {info && (
        <p className="details-origin">
          <span
            className="swatch"
            style={{ background: `var(--sm-category-${info.category})` }}
            aria-hidden
          />
          {categoryLabels[info.category]}
          {info.packageName && (
            <>
              {' · '}
              <span className="mono">
                {info.packageName}
                {pack && pack.name === info.packageName && ` ${pack.version}`}
              </span>
            </>
          )}
        </p>
      )}
      <div className="details-actions">
        {info && isOpenable(info.url) && (
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => void openInEditor(client, run.model.id, info)}
          >
            Open in editor
          </Button>
        )}
        <Menu position="bottom-start" shadow="md" transitionProps={{ duration: 0 }}>
          <Menu.Target>
            <Button size="compact-xs" variant="default">
              Copy…
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => void copyText('Name', name)}>Name</Menu.Item>
            {where !== '' && <Menu.Item onClick={() => void copyText('Location', where)}>Location</Menu.Item>}
            {info && <Menu.Item onClick={() => void copyText('Stack', stack())}>Heaviest stack</Menu.Item>}
            <Menu.Item onClick={() => void copyLink()}>Link to this view</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
    </>
  );
}
