import { Menu } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { SnapshotInfo } from '../../../../../main/api';
import { formatBytes, formatTime } from '../../../../../profiles/format';
import { useCall } from '../../../../components/use-call';
import { formatWhen } from '../../../../components/when';
import { useRoute } from '../../../../state/selection';
import type { ViewedRun } from '../../viewed-run';
import { reasonTitles, snapshotsOf, titleOfThread } from './snapshots-of';

interface Props {
  run: ViewedRun;
  /** What is compared: it becomes B unless the other one is later. */
  file: string;
  /** The button. */
  children: ReactNode;
}

/** Chooses the other snapshot of a comparison: of the same session, or of any other that has some. */
export function ComparePicker({ run, file, children }: Props) {
  const [opened, setOpened] = useState(false);
  return (
    <Menu position="bottom-end" width={360} shadow="md" opened={opened} onChange={setOpened}>
      <Menu.Target>{children}</Menu.Target>
      <Menu.Dropdown aria-label="Compare with" className="compare-menu">
        {opened && <Choices run={run} file={file} />}
      </Menu.Dropdown>
    </Menu>
  );
}

function Choices({ run, file }: Omit<Props, 'children'>) {
  const goInMemory = useRoute((state) => state.goInMemory);
  const { model } = run;
  const here = snapshotsOf(model).filter(({ state }) => state === 'complete');
  const own = here.find((each) => each.file === file);
  const others = here.filter((each) => each.file !== file);
  const compare = (other: SnapshotInfo): void => {
    // The earlier one is what the later one is compared with.
    const isLater = own !== undefined && other.startedUs > own.startedUs;
    const [a, b] = isLater ? [file, other.file] : [other.file, file];
    goInMemory({ file: b, base: { id: '', file: a }, group: null, object: null });
  };
  return (
    <>
      <Menu.Label>Of this session</Menu.Label>
      {others.length === 0 && <div className="menu-note">There is no other complete one.</div>}
      {others.map((other) => (
        <Menu.Item
          key={other.file}
          rightSection={
            <span className="muted number">{formatBytes(other.heapUsedBytes ?? other.sizeBytes)}</span>
          }
          onClick={() => compare(other)}
        >
          {formatTime(other.startedUs)} · {titleOfThread(model, other.thread)}, {reasonTitles[other.reason]}
        </Menu.Item>
      ))}
      <OtherSessions run={run} file={file} />
    </>
  );
}

/** At most so many of the newest sessions are asked for their snapshots. */
const mostSessions = 50;

function OtherSessions({ run, file }: Omit<Props, 'children'>) {
  const { data, error } = useCall('sessions.list', {}, run.model.id);
  const sessions = (data?.sessions ?? []).filter(({ id }) => id !== run.model.id).slice(0, mostSessions);
  return (
    <>
      <Menu.Label>Of another session</Menu.Label>
      {error && <div className="menu-note bad">{error.message}</div>}
      {data && sessions.length === 0 && <div className="menu-note">There is no other session.</div>}
      {sessions.map((session) => (
        <OfSession key={session.id} id={session.id} name={session.name} at={session.createdAt} file={file} />
      ))}
      {sessions.length > 0 && <div className="menu-note">Sessions without snapshots are not listed.</div>}
    </>
  );
}

function OfSession(props: { id: string; name: string; at: string; file: string }) {
  const { id, name, at, file } = props;
  const goInMemory = useRoute((state) => state.goInMemory);
  const detail = useCall('sessions.get', { id }, id).data;
  const snapshots = (detail?.snapshots ?? []).filter(({ state }) => state === 'complete');
  return snapshots.map((snapshot) => (
    <Menu.Item
      key={snapshot.file}
      rightSection={
        <span className="muted number">{formatBytes(snapshot.heapUsedBytes ?? snapshot.sizeBytes)}</span>
      }
      onClick={() => goInMemory({ file, base: { id, file: snapshot.file }, group: null, object: null })}
    >
      {name} <span className="muted">{formatWhen(at)}</span> · {reasonTitles[snapshot.reason]}
    </Menu.Item>
  ));
}
