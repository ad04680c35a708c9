import { Button, CloseButton } from '@mantine/core';
import { IconFileImport, IconFlask, IconPlayerRecord } from '@tabler/icons-react';
import { useState } from 'react';
import type { AppInfo, RunSpec } from '../../../main/api';
import { toAppError, type AppError } from '../../../main/errors';
import { ErrorPanel } from '../../components/ErrorPanel';
import { modKey } from '../../frame/shortcuts';
import { isActive, startRun, useApp } from '../../state/app-store';
import { useClient } from '../../state/client';
import { chooseAndImport } from '../../state/files';
import { usePreferences } from '../../state/preferences';
import { useRoute } from '../../state/selection';
import { RecentSessions } from './RecentSessions';

/** The first screen: what this is and the three ways in. */
export function HomeView({ info }: { info: AppInfo }) {
  const client = useClient();
  const go = useRoute((state) => state.go);
  const run = useApp((state) => state.run);
  const [starting, setStarting] = useState<string | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  const [first, ...others] = info.samples;

  const trySample = async (name: string, spec: RunSpec): Promise<void> => {
    setStarting(name);
    setError(null);
    try {
      await startRun(client, spec);
    } catch (thrown) {
      setError(toAppError(thrown));
    } finally {
      setStarting(null);
    }
  };

  return (
    <div className="pane home">
      <Notices notices={info.notices} />
      <h1 className="home-title">Where does the time and the memory of your Node app go?</h1>
      <p className="home-lead">
        Scorchmark starts your app, profiles every process and thread it has while it runs under load, and
        keeps the recording, so that you can look at it again, compare it, and send it on.
      </p>
      <div className="home-actions">
        <Button size="sm" leftSection={<IconPlayerRecord size={16} />} onClick={() => go({ view: 'new' })}>
          Profile a command
        </Button>
        {first && (
          <Button
            size="sm"
            variant="default"
            leftSection={<IconFlask size={16} />}
            loading={starting === first.name}
            disabled={isActive(run) || starting !== null}
            title={isActive(run) ? 'A run is being recorded; stop it first' : first.description}
            onClick={() => void trySample(first.name, first.spec)}
          >
            Try the sample app
          </Button>
        )}
        <Button
          size="sm"
          variant="default"
          leftSection={<IconFileImport size={16} />}
          onClick={() => chooseAndImport(client)}
        >
          Open file
        </Button>
      </div>
      <p className="hint">
        Opens .scorchmark, .cpuprofile, .heapprofile, .heapsnapshot and other tools’ profiles and load
        results, also dropped anywhere on this window. {modKey} K shows every command.
      </p>
      {error && (
        <ErrorPanel error={error.toJSON()}>
          {error.code === 'RUN_ACTIVE' && run && (
            <Button onClick={() => go({ view: 'run', id: run.runId })}>Show the run</Button>
          )}
        </ErrorPanel>
      )}
      <RecentSessions />
      {others.length > 0 && (
        <section className="section">
          <h2>More samples</h2>
          <ul className="plain-list">
            {others.map((sample) => (
              <li key={sample.name} className="list-row">
                <span className="list-row-main">
                  <strong>{sample.title}</strong>
                  <span className="muted ellipsis" title={sample.description}>
                    {sample.description}
                  </span>
                </span>
                <Button
                  size="compact-xs"
                  variant="default"
                  disabled={isActive(run) || starting !== null}
                  loading={starting === sample.name}
                  onClick={() => void trySample(sample.name, sample.spec)}
                >
                  Profile it
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Notices({ notices }: { notices: string[] }) {
  const { dismissedNotices, set } = usePreferences();
  const shown = notices.filter((notice) => !dismissedNotices.includes(notice));
  return shown.map((notice) => (
    <div key={notice} className="notice" role="status">
      <span>{notice}</span>
      <CloseButton
        size="xs"
        aria-label="Put this notice away"
        onClick={() => set({ dismissedNotices: [...dismissedNotices, notice].slice(-50) })}
      />
    </div>
  ));
}
