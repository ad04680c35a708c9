import { Button, Checkbox, Popover, TextInput } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import type { ThreadInfo, ThreadKey } from '../../../main/api';
import { formatNumber } from '../../../profiles/format';
import type { ProfileUnit } from '../../../profiles/types';
import { Chip } from '../../components/Chip';
import { threadsOf } from '../../state/recording';
import { useRoute } from '../../state/selection';
import { threadTitle } from './thread-title';
import type { ViewedRun } from './viewed-run';

const unitTitles: Record<ProfileUnit, string> = {
  microseconds: 'Time',
  bytes: 'Memory',
  count: 'Counts',
};
/** From here on a list is easier to search than to read. */
const manyThreads = 12;

/** Whose data is shown: all processes and threads, or some. What is measured in different units is never added up. */
export function ThreadPicker({ run, withChip }: { run: ViewedRun; withChip: boolean }) {
  const select = useRoute((state) => state.select);
  const [filter, setFilter] = useState('');
  const threads = threadsOf(run.model);
  const chosen = run.selection.threads;
  if (threads.length < 2 && chosen === null) return null;
  const all = threads.map((thread) => thread.key);
  const unitOf = (key: ThreadKey): ProfileUnit =>
    run.model.cpu.get(key)?.unit ?? run.model.allocations.get(key)?.unit ?? 'microseconds';
  const groups = groupByUnit(threads, unitOf);
  // Several values of the same samples (pprof) come as threads of one file: by default the first unit's are shown.
  const shownUnit = unitOf(chosen?.[0] ?? all[0] ?? '');
  const values = all.some((key) => (run.model.cpu.get(key) ?? run.model.allocations.get(key))?.exclusive);
  const byDefault = values
    ? groups.flatMap(([, members]) => members.slice(0, 1).map(({ key }) => key))
    : all.filter((key) => unitOf(key) === shownUnit);
  const inUse = chosen ?? byDefault;
  const toggle = (key: ThreadKey): void => {
    if (values) {
      select({ threads: [key] });
      return;
    }
    const alike = inUse.filter((each) => unitOf(each) === unitOf(key));
    const next = alike.includes(key) ? alike.filter((each) => each !== key) : [...alike, key];
    select({ threads: next.length === all.length || next.length === 0 ? null : next });
  };
  const [only] = chosen ?? [];
  const onlyThread = threads.find((thread) => thread.key === only);
  const label =
    chosen === null
      ? values
        ? `1 of ${threads.length} values`
        : `All ${threads.length} threads`
      : chosen.length === 1 && onlyThread
        ? threadTitle(onlyThread)
        : `${chosen.length} of ${threads.length} threads`;
  const noun = values ? 'Value' : 'Threads';
  const wanted = filter.trim().toLowerCase();
  return (
    <>
      {withChip && chosen !== null && (
        <Chip label={noun} value={label} onRemove={() => select({ threads: null })} />
      )}
      <Popover position="bottom-end" width={360} trapFocus shadow="md">
        <Popover.Target>
          <Button
            variant="default"
            aria-label={`${noun}: ${label}`}
            rightSection={<IconChevronDown size={12} />}
            className="thread-button"
          >
            <span className="ellipsis">{chosen === null ? label : noun}</span>
          </Button>
        </Popover.Target>
        <Popover.Dropdown p="sm" aria-label="Processes and threads">
          {threads.length > manyThreads && (
            <TextInput
              aria-label="Find a thread"
              placeholder="Find a thread"
              value={filter}
              onChange={(event) => setFilter(event.currentTarget.value)}
              mb={6}
            />
          )}
          <div className="thread-list">
            <div className="thread-item">
              <Checkbox
                label={values ? 'The first value of each kind' : 'All processes and threads'}
                checked={chosen === null}
                indeterminate={chosen !== null}
                onChange={() => select({ threads: null })}
              />
            </div>
            {groups.map(([unit, members]) => (
              <div key={unit} role="group" aria-label={unitTitles[unit]}>
                {groups.length > 1 && (
                  <div className="thread-group">
                    <span>{unitTitles[unit]}</span>
                    {!values && (
                      <Button
                        size="compact-xs"
                        variant="subtle"
                        color="gray"
                        onClick={() => select({ threads: members.map((thread) => thread.key) })}
                      >
                        all of these
                      </Button>
                    )}
                  </div>
                )}
                {members
                  .filter((thread) => wanted === '' || threadTitle(thread).toLowerCase().includes(wanted))
                  .map((thread) => (
                    <div key={thread.key} className="thread-item">
                      <Checkbox
                        label={
                          <span className="thread-name" title={threadTitle(thread)}>
                            {threadTitle(thread)}
                          </span>
                        }
                        aria-label={threadTitle(thread)}
                        checked={inUse.includes(thread.key)}
                        onChange={() => toggle(thread.key)}
                      />
                      <span className="muted nowrap">{samplesOf(run, thread.key)} samples</span>
                      <Button
                        size="compact-xs"
                        variant="subtle"
                        color="gray"
                        aria-label={`Only ${threadTitle(thread)}`}
                        onClick={() => select({ threads: [thread.key] })}
                      >
                        only
                      </Button>
                    </div>
                  ))}
              </div>
            ))}
          </div>
        </Popover.Dropdown>
      </Popover>
    </>
  );
}

function samplesOf({ model }: ViewedRun, key: ThreadKey): string {
  return formatNumber(model.cpu.get(key)?.sampleCount ?? model.allocations.get(key)?.sampleCount ?? 0);
}

function groupByUnit<T extends Pick<ThreadInfo, 'key'>>(
  threads: readonly T[],
  unitOf: (key: ThreadKey) => ProfileUnit,
): [ProfileUnit, T[]][] {
  const groups = new Map<ProfileUnit, T[]>();
  for (const thread of threads) {
    const unit = unitOf(thread.key);
    const group = groups.get(unit);
    if (group) group.push(thread);
    else groups.set(unit, [thread]);
  }
  return [...groups];
}
