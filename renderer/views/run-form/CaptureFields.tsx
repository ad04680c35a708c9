import { Switch, TextInput } from '@mantine/core';
import type { FieldErrors } from './form-state';
import { useForm } from './form-store';

/** What to measure, and how often. */
export function CaptureFields({ errors }: { errors: FieldErrors }) {
  const { form, change } = useForm();
  return (
    <section className="form-section">
      <h2>Capture</h2>
      <div className="form-row capture-row">
        <Switch
          label="CPU profile"
          checked={form.cpu}
          onChange={(event) => change({ cpu: event.currentTarget.checked })}
          w={150}
        />
        <TextInput
          label="Sample every (µs)"
          inputMode="numeric"
          value={form.cpuIntervalUs}
          error={errors['cpuIntervalUs']}
          disabled={!form.cpu}
          onChange={(event) => change({ cpuIntervalUs: event.currentTarget.value })}
          w={150}
        />
        <span className="hint">1000 is precise and cheap; 5000 for targets that do little but answer.</span>
      </div>
      <div className="form-row capture-row">
        <Switch
          label="Allocations"
          checked={form.allocations}
          onChange={(event) => change({ allocations: event.currentTarget.checked })}
          w={150}
        />
        <TextInput
          label="Sample every (KiB)"
          inputMode="numeric"
          value={form.allocationIntervalKib}
          error={errors['allocationIntervalKib']}
          disabled={!form.allocations}
          onChange={(event) => change({ allocationIntervalKib: event.currentTarget.value })}
          w={150}
        />
        <span className="hint">Of allocated memory, on average. Less is finer and dearer.</span>
      </div>
      <div className="form-row capture-row">
        <span className="capture-label">Process metrics</span>
        <TextInput
          label="Measure every (ms)"
          inputMode="numeric"
          value={form.metricsIntervalMs}
          error={errors['metricsIntervalMs']}
          onChange={(event) => change({ metricsIntervalMs: event.currentTarget.value })}
          w={150}
        />
        <span className="hint">CPU, memory, event loop, garbage collection.</span>
      </div>
    </section>
  );
}
