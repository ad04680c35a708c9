import { Checkbox, SegmentedControl, Switch, TextInput } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { thresholdMeanings, thresholdNames } from '../run/memory/overview/Thresholds';
import type { FieldErrors } from './form-state';
import { useForm } from './form-store';
import { memoryChoices, memoryFieldNames } from './memory-form';

/** What to find out about memory: which allocations, when to take heap snapshots, how to judge leaks. Closed at first. */
export function MemoryFields({ errors }: { errors: FieldErrors }) {
  const { form } = useForm();
  const [opened, setOpened] = useState(false);
  const chosen = memoryChoices(form);
  const wrong = memoryFieldNames.some((name) => errors[name]);
  const isOpen = opened || wrong;
  return (
    <section className="form-section">
      <h2>
        <button
          type="button"
          className="link form-fold"
          aria-expanded={isOpen}
          onClick={() => setOpened(!isOpen)}
        >
          {isOpen ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
          Memory
          {!isOpen && (
            <span className="muted form-fold-note">
              {chosen.length === 0
                ? 'living allocations, no heap snapshots by themselves'
                : chosen.join(', ')}
            </span>
          )}
        </button>
      </h2>
      {isOpen && (
        <>
          <AllocationKind />
          <SnapshotRules errors={errors} />
          <LeakCheck errors={errors} />
        </>
      )}
    </section>
  );
}

function AllocationKind() {
  const { form, change } = useForm();
  return (
    <div className="form-row capture-row">
      <span className="capture-label">Allocations</span>
      <SegmentedControl
        size="xs"
        aria-label="Which allocations"
        disabled={!form.allocations}
        value={form.allocationKind}
        onChange={(allocationKind) => change({ allocationKind })}
        data={[
          { value: 'alive', label: 'Still alive' },
          { value: 'all', label: 'All allocated' },
        ]}
      />
      <span className="hint">
        {form.allocationKind === 'all'
          ? 'Also what is garbage since: who makes the collector work. Node versions that cannot say so in a warning.'
          : 'What was allocated and not yet collected: who holds the memory.'}
      </span>
    </div>
  );
}

type Flag = 'snapshotAtStart' | 'snapshotAfterWarmUp' | 'snapshotAtEnd' | 'snapshotNearLimit';

const moments: { name: Flag; label: string }[] = [
  { name: 'snapshotAtStart', label: 'At the start' },
  { name: 'snapshotAfterWarmUp', label: 'After the warm-up' },
  { name: 'snapshotAtEnd', label: 'At the end' },
  { name: 'snapshotNearLimit', label: 'Shortly before the heap limit' },
];

function SnapshotRules({ errors }: { errors: FieldErrors }) {
  const { form, change } = useForm();
  return (
    <fieldset className="form-group">
      <legend>Take heap snapshots by themselves</legend>
      <p className="hint">
        Each stops its thread while it is written, about a second for 100 MB. One after the warm-up and one at
        the end tell which constructors a leak consists of.
      </p>
      <div className="form-row">
        {moments.map(({ name, label }) => (
          <Checkbox
            key={name}
            size="xs"
            label={label}
            checked={form[name]}
            onChange={(event) => change({ [name]: event.currentTarget.checked })}
          />
        ))}
      </div>
      <div className="form-row">
        <TextInput
          label="Heap above (MB)"
          placeholder="never"
          inputMode="numeric"
          value={form.snapshotHeapAboveMb}
          error={errors['snapshotHeapAboveMb']}
          onChange={(event) => change({ snapshotHeapAboveMb: event.currentTarget.value })}
          w={150}
        />
        <TextInput
          label="Heap grown by (MB)"
          placeholder="never"
          inputMode="numeric"
          value={form.snapshotGrowthMb}
          error={errors['snapshotGrowthMb']}
          onChange={(event) => change({ snapshotGrowthMb: event.currentTarget.value })}
          w={150}
        />
        <TextInput
          label="At most"
          inputMode="numeric"
          value={form.snapshotMost}
          error={errors['snapshotMost']}
          onChange={(event) => change({ snapshotMost: event.currentTarget.value })}
          w={100}
        />
      </div>
    </fieldset>
  );
}

function LeakCheck({ errors }: { errors: FieldErrors }) {
  const { form, change } = useForm();
  return (
    <fieldset className="form-group">
      <legend>Leak check</legend>
      <p className="hint">
        Leaks are judged by the heap just after full collections. Forced ones make the verdict quicker and
        surer; they cost pauses, marked as ours.
      </p>
      <div className="form-row">
        <Switch
          className="form-row-switch"
          label="Force a full collection"
          checked={form.forceGc}
          onChange={(event) => change({ forceGc: event.currentTarget.checked })}
        />
        <TextInput
          label="Every (s)"
          inputMode="decimal"
          value={form.forceGcEverySeconds}
          error={errors['forceGcEverySeconds']}
          disabled={!form.forceGc}
          onChange={(event) => change({ forceGcEverySeconds: event.currentTarget.value })}
          w={100}
        />
        <TextInput
          label="Warm-up left out (s)"
          placeholder="from the data"
          inputMode="decimal"
          value={form.warmUpSeconds}
          error={errors['warmUpSeconds']}
          onChange={(event) => change({ warmUpSeconds: event.currentTarget.value })}
          w={180}
        />
      </div>
      <div className="form-row">
        {thresholdNames.map((name) => {
          const { title, unit } = thresholdMeanings[name];
          return (
            <TextInput
              key={name}
              label={`${title} (${unit})`}
              inputMode="decimal"
              value={form.leakThresholds[name]}
              error={errors[`leakThresholds.${name}`]}
              onChange={(event) =>
                change({ leakThresholds: { ...form.leakThresholds, [name]: event.currentTarget.value } })
              }
              w={205}
            />
          );
        })}
      </div>
    </fieldset>
  );
}
