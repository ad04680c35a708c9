import { SegmentedControl, Select, TextInput } from '@mantine/core';
import { replaced, without } from './lists';
import { AddButton, RowTools } from './RowTools';
import type { LoadDraft } from './scenario-draft';
import { errorAt, type ScenarioErrors } from './to-scenario';

interface Props {
  load: LoadDraft;
  errors: ScenarioErrors;
  onChange: (change: Partial<LoadDraft>) => void;
}

const hints: Record<LoadDraft['model'], string> = {
  closed: 'So many users, each doing one thing after another: who waits does not send.',
  open: 'Iterations begin when the schedule says so, whether or not earlier ones have been answered.',
  knee: 'Raises the users step by step until latency or errors break, and reports capacity and the knee.',
};

/** How much of it, when. */
export function LoadModelFields({ load, errors, onChange }: Props) {
  return (
    <fieldset className="form-group">
      <legend>Load</legend>
      <div className="form-row align-center">
        <SegmentedControl
          aria-label="Load model"
          value={load.model}
          onChange={(model) => onChange({ model })}
          data={[
            { value: 'closed', label: 'Users (closed)' },
            { value: 'open', label: 'Arrival rate (open)' },
            { value: 'knee', label: 'Find the knee' },
          ]}
        />
      </div>
      <p className="hint">{hints[load.model]}</p>
      {load.model === 'knee' ? (
        <KneeFields load={load} errors={errors} onChange={onChange} />
      ) : (
        <Stages load={load} errors={errors} onChange={onChange} />
      )}
    </fieldset>
  );
}

function Stages({ load, errors, onChange }: Props) {
  const isOpen = load.model === 'open';
  return (
    <>
      {load.stages.map((stage, index) => {
        const path = `load.stages.${index}`;
        const set = (change: Partial<typeof stage>): void =>
          onChange({ stages: replaced(load.stages, index, change) });
        const label = (text: string): { label?: string; 'aria-label': string } => ({
          ...(index === 0 && { label: text }),
          'aria-label': `${text} of stage ${index + 1}`,
        });
        return (
          <div key={index} className="form-row stage-row">
            <TextInput
              {...label('For')}
              value={stage.duration}
              error={errorAt(errors, `${path}.durationMs`)}
              onChange={(event) => set({ duration: event.currentTarget.value })}
              w={104}
            />
            <TextInput
              {...label(isOpen ? 'Per second' : 'Users')}
              value={stage.amount}
              inputMode="decimal"
              error={errorAt(errors, `${path}.${isOpen ? 'rate' : 'users'}`)}
              onChange={(event) => set({ amount: event.currentTarget.value })}
              w={104}
            />
            <Select
              {...label('How')}
              data={[
                { value: 'step', label: 'at once' },
                { value: 'linear', label: 'evenly from the last' },
              ]}
              value={stage.ramp}
              onChange={(ramp) => ramp && set({ ramp })}
              allowDeselect={false}
              w={168}
            />
            {load.stages.length > 1 && (
              <RowTools
                name={`stage ${index + 1}`}
                onRemove={() => onChange({ stages: without(load.stages, index) })}
              />
            )}
          </div>
        );
      })}
      <AddButton
        onClick={() =>
          onChange({
            stages: [
              ...load.stages,
              { ...(load.stages.at(-1) ?? { duration: '30s', amount: '10' }), ramp: 'linear' },
            ],
          })
        }
      >
        Add stage
      </AddButton>
      <div className="form-row">
        {isOpen ? (
          <>
            <Select
              label="Arrivals"
              data={[
                { value: 'even', label: 'evenly spaced' },
                { value: 'poisson', label: 'independent (Poisson)' },
              ]}
              value={load.arrivals}
              onChange={(arrivals) => arrivals && onChange({ arrivals })}
              allowDeselect={false}
              w={180}
            />
            <TextInput
              label="At most under way"
              value={load.maxInFlight}
              inputMode="numeric"
              error={errorAt(errors, 'load.maxInFlight')}
              onChange={(event) => onChange({ maxInFlight: event.currentTarget.value })}
              w={140}
            />
          </>
        ) : (
          <Think load={load} errors={errors} onChange={onChange} />
        )}
      </div>
    </>
  );
}

function Think({ load, errors, onChange }: Props) {
  return (
    <TextInput
      label="Think time between iterations"
      placeholder="none; 1s, or 1s - 3s"
      value={load.think}
      error={errorAt(errors, 'load.thinkTime')}
      onChange={(event) => onChange({ think: event.currentTarget.value })}
      w={220}
    />
  );
}

function KneeFields({ load, errors, onChange }: Props) {
  const field = (
    name: 'startUsers' | 'maxUsers' | 'factor' | 'step' | 'p95' | 'errorPercent' | 'slowdown',
    label: string,
    path: string,
    placeholder = '',
  ) => (
    <TextInput
      key={name}
      label={label}
      placeholder={placeholder}
      value={load[name]}
      error={errorAt(errors, path)}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
      w={124}
    />
  );
  return (
    <>
      <div className="form-row">
        {field('startUsers', 'From users', 'load.startUsers')}
        {field('maxUsers', 'To at most', 'load.maxUsers')}
        {field('factor', 'Times, each step', 'load.factor')}
        {field('step', 'Each step for', 'load.stepMs')}
        <Think load={load} errors={errors} onChange={onChange} />
      </div>
      <div className="form-row">
        {field('p95', 'Ends at P95 above', 'load.until.p95Ms', 'no limit')}
        {field('errorPercent', 'Errors above (%)', 'load.until.errorRatio')}
        {field('slowdown', 'P95 × the first', 'load.until.slowdown')}
      </div>
    </>
  );
}
