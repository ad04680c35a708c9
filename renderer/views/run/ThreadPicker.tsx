import { Button, Checkbox, Popover } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import type { ThreadKey } from '../../../main/api';
import { formatNumber } from '../../../profiles/format';
import { Chip } from '../../components/Chip';
import { threadsOf } from '../../state/recording';
import { useRoute } from '../../state/selection';
import { threadTitle } from './thread-title';
import type { ViewedRun } from './viewed-run';

/** Whose data is shown: all processes and threads, or some. */
export function ThreadPicker({ run, withChip }: { run: ViewedRun; withChip: boolean }) {
  const select = useRoute((state) => state.select);
  const threads = threadsOf(run.model);
  const chosen = run.selection.threads;
  if (threads.length < 2 && chosen === null) return null;
  const all = threads.map((thread) => thread.key);
  const toggle = (key: ThreadKey): void => {
    const now = chosen ?? all;
    const next = now.includes(key) ? now.filter((each) => each !== key) : [...now, key];
    select({ threads: next.length === all.length || next.length === 0 ? null : next });
  };
  const [only] = chosen ?? [];
  const onlyThread = threads.find((thread) => thread.key === only);
  const label =
    chosen === null
      ? `All ${threads.length} threads`
      : chosen.length === 1 && onlyThread
        ? threadTitle(onlyThread)
        : `${chosen.length} of ${threads.length} threads`;
  return (
    <>
      {withChip && chosen !== null && (
        <Chip label="Threads" value={label} onRemove={() => select({ threads: null })} />
      )}
      <Popover position="bottom-end" width={340} trapFocus shadow="md">
        <Popover.Target>
          <Button
            variant="default"
            aria-label={`Threads: ${label}`}
            rightSection={<IconChevronDown size={12} />}
            className="thread-button"
          >
            <span className="ellipsis">{chosen === null ? label : 'Threads'}</span>
          </Button>
        </Popover.Target>
        <Popover.Dropdown p="sm" aria-label="Processes and threads">
          <div className="thread-list">
            <div className="thread-item">
              <Checkbox
                label="All processes and threads"
                checked={chosen === null}
                indeterminate={chosen !== null}
                onChange={() => select({ threads: null })}
              />
            </div>
            {threads.map((thread) => (
              <div key={thread.key} className="thread-item">
                <Checkbox
                  label={threadTitle(thread)}
                  checked={chosen === null || chosen.includes(thread.key)}
                  onChange={() => toggle(thread.key)}
                />
                <span className="muted nowrap">
                  {formatNumber(run.model.cpu.get(thread.key)?.sampleCount ?? 0)} samples
                </span>
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
        </Popover.Dropdown>
      </Popover>
    </>
  );
}
