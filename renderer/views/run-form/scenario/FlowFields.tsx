import { TextInput } from '@mantine/core';
import { Fold } from './Fold';
import { moved, replaced, without } from './lists';
import { AddButton, RowTools } from './RowTools';
import { newFlow, newStep, type FlowDraft, type ScenarioDraft, type StepDraft } from './scenario-draft';
import { StepFields } from './StepFields';
import { errorAt, type ScenarioErrors } from './to-scenario';

interface Props {
  draft: ScenarioDraft;
  errors: ScenarioErrors;
  onChange: (change: Partial<ScenarioDraft>) => void;
}

/** What users do: flows of steps, chosen by weight; and what each does once before. */
export function FlowFields({ draft, errors, onChange }: Props) {
  const { flows, setUp } = draft;
  return (
    <>
      {flows.map((flow, index) => (
        <Flow
          key={index}
          flow={flow}
          index={index}
          alone={flows.length === 1}
          errors={errors}
          onChange={(change) => onChange({ flows: replaced(flows, index, change) })}
          onMove={(by) => onChange({ flows: moved(flows, index, by) })}
          onRemove={() => onChange({ flows: without(flows, index) })}
        />
      ))}
      <AddButton onClick={() => onChange({ flows: [...flows, newFlow(flows.length + 1)] })}>
        Add flow
      </AddButton>
      <Fold
        title="Set-up per user"
        note={setUp.length === 0 ? 'none: for example a login, once per user' : stepsNote(setUp)}
        wrong={errorAt(errors, 'setUp') !== undefined}
      >
        <p className="hint">Once per user before its first iteration; not counted.</p>
        <Steps
          steps={setUp}
          path="setUp"
          of="the set-up"
          errors={errors}
          onChange={(steps) => onChange({ setUp: steps })}
        />
      </Fold>
    </>
  );
}

function stepsNote(steps: readonly StepDraft[]): string {
  return steps.map((step) => (step.kind === 'think' ? 'think' : step.name || step.url)).join(', ');
}

function Flow({
  flow,
  index,
  alone,
  errors,
  onChange,
  onMove,
  onRemove,
}: {
  flow: FlowDraft;
  index: number;
  alone: boolean;
  errors: ScenarioErrors;
  onChange: (change: Partial<FlowDraft>) => void;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}) {
  const path = `flows.${index}`;
  return (
    <fieldset className="form-group scenario-flow">
      <legend>Flow {index + 1}</legend>
      <div className="form-row">
        <TextInput
          aria-label={`Name of flow ${index + 1}`}
          value={flow.name}
          error={errorAt(errors, `${path}.name`)}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
          className="grow"
        />
        {!alone && (
          <>
            <TextInput
              aria-label={`Weight of flow ${index + 1}`}
              leftSection={<span className="hint">weight</span>}
              leftSectionWidth={56}
              value={flow.weight}
              error={errorAt(errors, `${path}.weight`)}
              onChange={(event) => onChange({ weight: event.currentTarget.value })}
              w={120}
            />
            <RowTools name={`flow ${index + 1}`} onMove={onMove} onRemove={onRemove} />
          </>
        )}
      </div>
      <Steps
        steps={flow.steps}
        path={`${path}.steps`}
        of={flow.name || `flow ${index + 1}`}
        errors={errors}
        least={1}
        onChange={(steps) => onChange({ steps })}
      />
    </fieldset>
  );
}

function Steps({
  steps,
  path,
  of,
  errors,
  least = 0,
  onChange,
}: {
  steps: StepDraft[];
  path: string;
  of: string;
  errors: ScenarioErrors;
  /** So many stay. */
  least?: number;
  onChange: (steps: StepDraft[]) => void;
}) {
  return (
    <>
      {steps.map((step, index) => (
        <StepFields
          key={index}
          step={step}
          path={`${path}.${index}`}
          name={`step ${index + 1} of ${of}`}
          errors={errors}
          onChange={(change) => onChange(replaced(steps, index, change))}
          onMove={(by) => onChange(moved(steps, index, by))}
          {...(steps.length > least && { onRemove: () => onChange(without(steps, index)) })}
        />
      ))}
      <div className="form-row">
        <AddButton onClick={() => onChange([...steps, newStep()])}>Add request</AddButton>
        <AddButton onClick={() => onChange([...steps, newStep('think')])}>Add think time</AddButton>
        <AddButton onClick={() => onChange([...steps, newStep('websocket', '/')])}>Add WebSocket</AddButton>
      </div>
    </>
  );
}
