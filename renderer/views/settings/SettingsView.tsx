import { Button, CopyButton, NumberInput, SegmentedControl, useMantineColorScheme } from '@mantine/core';
import type { AppInfo } from '../../../main/api';
import { usePreferences } from '../../state/preferences';
import { EditorSetting } from './EditorSetting';

/** What can be set, and what this workbench is. */
export function SettingsView({ info }: { info: AppInfo }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { cpuIntervalUs, set } = usePreferences();
  return (
    <div className="pane settings">
      <h1 className="view-title">Settings</h1>
      <section className="setting">
        <div>
          <h2 id="setting-theme">Theme</h2>
          <p className="muted">For this window’s browser or desktop.</p>
        </div>
        <SegmentedControl
          aria-labelledby="setting-theme"
          value={colorScheme}
          onChange={(value) => setColorScheme(value)}
          data={[
            { value: 'auto', label: 'System' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
        />
      </section>
      <section className="setting">
        <div>
          <h2>CPU sampling</h2>
          <p className="muted">
            What a new run form starts with. V8 takes one sample per interval and thread.
          </p>
        </div>
        <NumberInput
          aria-label="CPU sampling interval in microseconds"
          value={cpuIntervalUs}
          onChange={(value) => {
            const interval = Number(value);
            if (Number.isInteger(interval) && interval >= 50 && interval <= 100_000)
              set({ cpuIntervalUs: interval });
          }}
          min={50}
          max={100_000}
          step={100}
          suffix=" µs"
          w={140}
        />
      </section>
      <EditorSetting />
      <section className="setting">
        <div>
          <h2>Data folder</h2>
          <p className="muted">
            Sessions are folders of standard files here. SCORCHMARK_HOME in the environment chooses another
            place.
          </p>
        </div>
        <div className="setting-value">
          <code className="break">{info.dataFolder}</code>
          <CopyButton value={info.dataFolder}>
            {({ copied, copy }) => (
              <Button size="compact-xs" variant="default" onClick={copy}>
                {copied ? 'Copied' : 'Copy path'}
              </Button>
            )}
          </CopyButton>
        </div>
      </section>
      <section className="setting">
        <div>
          <h2>About</h2>
          <p className="muted">A profiling workbench for Node.js. MIT licence.</p>
        </div>
        <dl className="facts">
          <dt>Scorchmark</dt>
          <dd>{info.version}</dd>
          <dt>Node</dt>
          <dd>{info.nodeVersion}</dd>
          <dt>Platform</dt>
          <dd>{info.platform}</dd>
          <dt>Shown by</dt>
          <dd>{info.shell === 'electron' ? 'the desktop window' : 'the local web shell'}</dd>
        </dl>
      </section>
    </div>
  );
}
