import { Tooltip } from '@mantine/core';
import { IconArrowsDiff, IconList, IconPlus, IconSettings, IconWaveSine } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { isActive, useApp } from '../state/app-store';
import { useRoute, type Route } from '../state/selection';
import { FlameMark } from './FlameMark';

/** The places of the application, left. */
export function Rail() {
  const { route, go } = useRoute();
  const run = useApp((state) => state.run);
  const active = isActive(run);
  return (
    <nav className="rail" aria-label="Main">
      <button
        type="button"
        className="rail-mark"
        aria-label="Home"
        aria-current={route.view === 'home' ? 'page' : undefined}
        onClick={() => go({ view: 'home' })}
      >
        <FlameMark />
      </button>
      <RailItem label="New run" keys="N" to={{ view: 'new' }} icon={<IconPlus size={20} />} />
      {run && (
        <RailItem
          label={active ? 'Live run' : 'Last run'}
          to={{ view: 'run', id: run.runId }}
          icon={
            <span className="rail-live">
              <IconWaveSine size={20} />
              {active && <span className="live-dot" aria-hidden />}
            </span>
          }
        />
      )}
      <RailItem label="Sessions" to={{ view: 'sessions' }} icon={<IconList size={20} />} />
      <RailItem label="Compare" to={{ view: 'compare' }} icon={<IconArrowsDiff size={20} />} />
      <span className="rail-gap" />
      <RailItem label="Settings" to={{ view: 'settings' }} icon={<IconSettings size={20} />} />
    </nav>
  );
}

function RailItem(props: {
  label: string;
  keys?: string;
  to: Partial<Route> & Pick<Route, 'view'>;
  icon: ReactNode;
}) {
  const { route, go } = useRoute();
  const { label, keys, to, icon } = props;
  const current = route.view === to.view && (to.id === undefined || route.id === to.id);
  return (
    <Tooltip label={keys ? `${label} (${keys})` : label} position="right">
      <button
        type="button"
        className="rail-item"
        aria-label={label}
        aria-current={current ? 'page' : undefined}
        onClick={() => (current ? undefined : go(to))}
      >
        {icon}
        <span className="rail-label">{label.split(' ')[0]}</span>
      </button>
    </Tooltip>
  );
}
