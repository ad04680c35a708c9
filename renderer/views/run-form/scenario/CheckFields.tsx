import { Checkbox, Select, TextInput } from '@mantine/core';
import { replaced, without } from './lists';
import { AddButton, RowTools } from './RowTools';
import type { CaptureDraft, CheckDraft } from './scenario-draft';
import { errorAt, type ScenarioErrors } from './to-scenario';

const selects: Record<CaptureDraft['from'], string> = {
  json: '$.items[0].id',
  header: 'location',
  cookie: 'session',
  regex: 'id="(\\d+)"',
};

/** Values of an answer that later steps use. */
export function CaptureRows({
  captures,
  path,
  errors,
  onChange,
}: {
  captures: CaptureDraft[];
  path: string;
  errors: ScenarioErrors;
  onChange: (captures: CaptureDraft[]) => void;
}) {
  return (
    <fieldset className="form-group">
      <legend>Keep of the answer</legend>
      {captures.map((capture, index) => {
        const set = (change: Partial<CaptureDraft>): void => onChange(replaced(captures, index, change));
        return (
          <div key={index} className="form-row">
            <TextInput
              aria-label={`Name of kept value ${index + 1}`}
              placeholder="token"
              value={capture.name}
              error={errorAt(errors, `${path}.${index}.name`)}
              onChange={(event) => set({ name: event.currentTarget.value })}
              w={140}
            />
            <Select
              aria-label={`Where kept value ${index + 1} is from`}
              data={[
                { value: 'json', label: 'from JSON' },
                { value: 'header', label: 'from a header' },
                { value: 'cookie', label: 'from a cookie' },
                { value: 'regex', label: 'by expression' },
              ]}
              value={capture.from}
              onChange={(from) => from && set({ from })}
              allowDeselect={false}
              w={140}
            />
            <TextInput
              aria-label={`What is kept as value ${index + 1}`}
              placeholder={selects[capture.from]}
              className="grow"
              classNames={{ input: 'mono' }}
              value={capture.select}
              error={errorAt(errors, `${path}.${index}.select`)}
              onChange={(event) => set({ select: event.currentTarget.value })}
            />
            <Checkbox
              size="xs"
              className="row-check"
              label="must be there"
              checked={capture.required}
              onChange={(event) => set({ required: event.currentTarget.checked })}
            />
            <RowTools name={`kept value ${index + 1}`} onRemove={() => onChange(without(captures, index))} />
          </div>
        );
      })}
      <AddButton
        onClick={() => onChange([...captures, { name: '', from: 'json', select: '', required: true }])}
      >
        Keep a value
      </AddButton>
    </fieldset>
  );
}

const checks: { value: CheckDraft['on']; label: string; name?: string; example: string }[] = [
  { value: 'status', label: 'status is', example: '200, 3xx' },
  { value: 'contains', label: 'body contains', example: 'welcome' },
  { value: 'matches', label: 'body matches', example: '^\\{' },
  { value: 'json', label: 'body has', name: '$.items[0].id', example: 'any value' },
  { value: 'header', label: 'header', name: 'content-type', example: 'any value' },
  { value: 'latency', label: 'answered within', example: '300ms' },
];

/** What an answer must be; without a status check 4xx and 5xx are errors. */
export function CheckRows({
  checks: rows,
  path,
  errors,
  onChange,
}: {
  checks: CheckDraft[];
  path: string;
  errors: ScenarioErrors;
  onChange: (checks: CheckDraft[]) => void;
}) {
  return (
    <fieldset className="form-group">
      <legend>Checks</legend>
      {rows.map((row, index) => {
        const set = (change: Partial<CheckDraft>): void => onChange(replaced(rows, index, change));
        const known = checks.find(({ value }) => value === row.on);
        return (
          <div key={index} className="form-row">
            <Select
              aria-label={`Check ${index + 1}`}
              data={checks.map(({ value, label }) => ({ value, label }))}
              value={row.on}
              onChange={(on) => on && set({ on })}
              allowDeselect={false}
              w={148}
            />
            {known?.name !== undefined && (
              <TextInput
                aria-label={`Where check ${index + 1} looks`}
                placeholder={known.name}
                classNames={{ input: 'mono' }}
                value={row.name}
                onChange={(event) => set({ name: event.currentTarget.value })}
                w={180}
              />
            )}
            <TextInput
              aria-label={`Value of check ${index + 1}`}
              placeholder={known?.example ?? ''}
              className="grow"
              classNames={{ input: 'mono' }}
              value={row.value}
              error={errorAt(errors, `${path}.${index}`)}
              onChange={(event) => set({ value: event.currentTarget.value })}
            />
            <RowTools name={`check ${index + 1}`} onRemove={() => onChange(without(rows, index))} />
          </div>
        );
      })}
      <AddButton onClick={() => onChange([...rows, { on: 'status', name: '', value: '200' }])}>
        Add check
      </AddButton>
    </fieldset>
  );
}
