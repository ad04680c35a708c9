import { Checkbox, Select, Switch, TextInput } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Fragment } from 'react';
import type { RunFacts } from '../../../../profiles/load-picture/impossible-faults';
import { faultForms, newFault, whyNot, type FaultDraft } from './fault-draft';
import { FaultFields } from './FaultFields';
import { Fold } from './Fold';
import { replaced, without } from './lists';
import { AddButton, RowTools } from './RowTools';
import type { ScenarioDraft, VariableDraft } from './scenario-draft';
import { Lines } from './StepFields';
import { errorAt, type ScenarioErrors } from './to-scenario';

interface Props {
  draft: ScenarioDraft;
  errors: ScenarioErrors;
  onChange: (change: Partial<ScenarioDraft>) => void;
}

/** What must hold. */
export function ThresholdFields({ draft: { thresholds }, errors, onChange }: Props) {
  return (
    <Fold
      title="Thresholds"
      note={thresholds.length === 0 ? 'none' : thresholds.map(({ expression }) => expression).join(', ')}
      wrong={errorAt(errors, 'thresholds') !== undefined}
    >
      {thresholds.map((threshold, index) => {
        const set = (change: Partial<typeof threshold>): void =>
          onChange({ thresholds: replaced(thresholds, index, change) });
        return (
          <div key={index} className="form-row">
            <TextInput
              aria-label={`Threshold ${index + 1}`}
              placeholder="p95 < 500ms"
              className="grow"
              classNames={{ input: 'mono' }}
              value={threshold.expression}
              error={errorAt(errors, `thresholds.${index}.expression`)}
              onChange={(event) => set({ expression: event.currentTarget.value })}
            />
            <Checkbox
              size="xs"
              className="row-check"
              label="ends the load when broken for"
              checked={threshold.abort}
              onChange={(event) => set({ abort: event.currentTarget.checked })}
            />
            <TextInput
              aria-label={`How long threshold ${index + 1} must be broken`}
              value={threshold.after}
              disabled={!threshold.abort}
              error={errorAt(errors, `thresholds.${index}.afterMs`)}
              onChange={(event) => set({ after: event.currentTarget.value })}
              w={80}
            />
            <RowTools
              name={`threshold ${index + 1}`}
              onRemove={() => onChange({ thresholds: without(thresholds, index) })}
            />
          </div>
        );
      })}
      <AddButton
        onClick={() =>
          onChange({ thresholds: [...thresholds, { expression: 'p95 < 500ms', abort: false, after: '10s' }] })
        }
      >
        Add threshold
      </AddButton>
      <p className="hint">
        For example p95 &lt; 500ms, errors &lt; 1%, rps &gt;= 100, p95{'{GET /a}'} &lt; 1s.
      </p>
    </Fold>
  );
}

export function VariableFields({ draft: { variables }, errors, onChange }: Props) {
  return (
    <Fold
      title="Variables"
      note={variables.length === 0 ? 'none' : variables.map(({ name }) => name).join(', ')}
      wrong={errorAt(errors, 'variables') !== undefined}
    >
      {variables.map((variable, index) => (
        <VariableRow
          key={index}
          variable={variable}
          index={index}
          errors={errors}
          onChange={(change) => onChange({ variables: replaced(variables, index, change) })}
          onRemove={() => onChange({ variables: without(variables, index) })}
        />
      ))}
      <AddButton
        onClick={() =>
          onChange({
            variables: [
              ...variables,
              { name: '', from: 'list', file: '', delimiter: ',', values: '', pick: 'sequence' },
            ],
          })
        }
      >
        Add variable
      </AddButton>
      <p className="hint">
        Used as {'{{ name }}'}, of rows with columns as {'{{ name.column }}'}, in every URL, header and body.
      </p>
    </Fold>
  );
}

function VariableRow({
  variable,
  index,
  errors,
  onChange,
  onRemove,
}: {
  variable: VariableDraft;
  index: number;
  errors: ScenarioErrors;
  onChange: (change: Partial<VariableDraft>) => void;
  onRemove: () => void;
}) {
  const path = `variables.${index}`;
  const name = `variable ${index + 1}`;
  return (
    <div className="form-row">
      <TextInput
        aria-label={`Name of ${name}`}
        placeholder="name"
        value={variable.name}
        error={errorAt(errors, `${path}.name`)}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
        w={130}
      />
      <Select
        aria-label={`Where ${name} is from`}
        data={[
          { value: 'list', label: 'these values' },
          { value: 'csv', label: 'a CSV file' },
          { value: 'json', label: 'a JSON file' },
        ]}
        value={variable.from}
        onChange={(from) => from && onChange({ from })}
        allowDeselect={false}
        w={124}
      />
      {variable.from === 'list' ? (
        <Lines
          label=""
          placeholder="one value per line"
          value={variable.values}
          error={errorAt(errors, `${path}.values`)}
          onChange={(values) => onChange({ values })}
        />
      ) : (
        <TextInput
          aria-label={`File of ${name}`}
          placeholder={variable.from === 'csv' ? 'accounts.csv' : 'goods.json'}
          className="grow"
          classNames={{ input: 'mono' }}
          value={variable.file}
          error={errorAt(errors, `${path}.file`)}
          onChange={(event) => onChange({ file: event.currentTarget.value })}
        />
      )}
      {variable.from === 'csv' && (
        <TextInput
          aria-label={`Delimiter of ${name}`}
          value={variable.delimiter}
          error={errorAt(errors, `variables.${variable.name}.delimiter`)}
          onChange={(event) => onChange({ delimiter: event.currentTarget.value })}
          w={48}
        />
      )}
      <Select
        aria-label={`Order of ${name}`}
        data={[
          { value: 'sequence', label: 'in turn' },
          { value: 'random', label: 'at random' },
          { value: 'per-user', label: 'one per user' },
        ]}
        value={variable.pick}
        onChange={(pick) => pick && onChange({ pick })}
        allowDeselect={false}
        w={124}
      />
      <RowTools name={name} onRemove={onRemove} />
    </div>
  );
}

export function ConnectionFields({ draft, errors, onChange }: Props) {
  const note = [
    draft.http2 && 'HTTP/2',
    !draft.keepAlive && 'a new connection each time',
    draft.insecureTls && 'any certificate',
    draft.maxConnections.trim() && `at most ${draft.maxConnections} connections`,
    `timeout ${draft.timeout || '10s'}`,
    !draft.cookies && 'no cookies',
    draft.headers.trim() && 'headers',
  ].filter(Boolean);
  return (
    <Fold
      title="Connection"
      note={note.join(', ')}
      wrong={errorAt(errors, 'connection') !== undefined || errorAt(errors, 'headers') !== undefined}
    >
      <div className="form-row">
        <TextInput
          label="Timeout"
          value={draft.timeout}
          error={errorAt(errors, 'connection.timeoutMs')}
          onChange={(event) => onChange({ timeout: event.currentTarget.value })}
          w={104}
        />
        <TextInput
          label="To connect"
          value={draft.connectTimeout}
          error={errorAt(errors, 'connection.connectTimeoutMs')}
          onChange={(event) => onChange({ connectTimeout: event.currentTarget.value })}
          w={104}
        />
        <TextInput
          label="At most connections"
          placeholder="one per user"
          value={draft.maxConnections}
          error={errorAt(errors, 'connection.maxConnections')}
          onChange={(event) => onChange({ maxConnections: event.currentTarget.value })}
          w={150}
        />
      </div>
      <div className="form-row scenario-switches">
        <Switch
          label="Keep-alive"
          checked={draft.keepAlive}
          onChange={(event) => onChange({ keepAlive: event.currentTarget.checked })}
        />
        <Switch
          label="HTTP/2"
          checked={draft.http2}
          onChange={(event) => onChange({ http2: event.currentTarget.checked })}
        />
        <Switch
          label="Accept any certificate"
          checked={draft.insecureTls}
          onChange={(event) => onChange({ insecureTls: event.currentTarget.checked })}
        />
        <Switch
          label="Cookies, per user"
          checked={draft.cookies}
          onChange={(event) => onChange({ cookies: event.currentTarget.checked })}
        />
      </div>
      <Lines
        label="Headers of every request"
        placeholder="Accept: application/json"
        value={draft.headers}
        error={errorAt(errors, 'headers')}
        onChange={(headers) => onChange({ headers })}
      />
    </Fold>
  );
}

/** What is broken when, and before which services a proxy stands. */
export function FaultPlan({ draft, errors, onChange, facts }: Props & { facts: RunFacts }) {
  const { faults, dependencies } = draft;
  const places = ['target', ...dependencies.map(({ name }) => name).filter((name) => name !== '')];
  return (
    <Fold
      title="Faults"
      note={
        faults.length === 0
          ? 'none'
          : faults
              .map(({ kind, at }) => `${faultForms[kind].title.toLowerCase()} at ${at || '0s'}`)
              .join(', ')
      }
      wrong={errorAt(errors, 'faults') !== undefined || errorAt(errors, 'dependencies') !== undefined}
    >
      {faults.map((fault, index) => {
        const set = (change: Partial<typeof fault>): void =>
          onChange({ faults: replaced(faults, index, change) });
        const path = `faults.${index}`;
        const why = whyNot(fault, facts);
        return (
          <Fragment key={index}>
            <div className="form-row fault-row">
              <TextInput
                label="After"
                value={fault.at}
                placeholder="0s"
                error={errorAt(errors, `${path}.atMs`)}
                onChange={(event) => set({ at: event.currentTarget.value })}
                w={84}
              />
              <TextInput
                label="For"
                value={fault.lasts}
                error={errorAt(errors, `${path}.forMs`)}
                onChange={(event) => set({ lasts: event.currentTarget.value })}
                w={84}
              />
              <FaultFields
                label={`Fault ${index + 1}`}
                draft={fault}
                places={places}
                errors={Object.fromEntries(
                  faultForms[fault.kind].fields.map(({ name }) => [
                    name,
                    errorAt(errors, `${path}.fault.${name}`),
                  ]),
                )}
                onChange={(changed: FaultDraft) => set(changed)}
              />
              <span className="fault-tools">
                <RowTools
                  name={`fault ${index + 1}`}
                  onRemove={() => onChange({ faults: without(faults, index) })}
                />
              </span>
            </div>
            {why !== null && (
              <p className="fault-impossible" data-testid="fault-impossible">
                <IconAlertTriangle size={14} aria-hidden />{' '}
                <span>Not possible here, and left out: {why}</span>
              </p>
            )}
          </Fragment>
        );
      })}
      <AddButton
        onClick={() => onChange({ faults: [...faults, { ...newFault('latency'), at: '10s', lasts: '10s' }] })}
      >
        Add fault
      </AddButton>
      <fieldset className="form-group">
        <legend>Services the target talks to</legend>
        <p className="hint">
          A proxy stands before each, and the target is told its address: {'{{host}}'} and {'{{port}}'} are
          the proxy’s.
        </p>
        {dependencies.map((dependency, index) => {
          const set = (change: Partial<typeof dependency>): void =>
            onChange({ dependencies: replaced(dependencies, index, change) });
          const path = `dependencies.${index}`;
          return (
            <div key={index} className="form-row">
              <TextInput
                aria-label={`Name of service ${index + 1}`}
                placeholder="postgres"
                value={dependency.name}
                error={errorAt(errors, `${path}.name`)}
                onChange={(event) => set({ name: event.currentTarget.value })}
                w={130}
              />
              <TextInput
                aria-label={`Host of service ${index + 1}`}
                placeholder="127.0.0.1"
                value={dependency.host}
                onChange={(event) => set({ host: event.currentTarget.value })}
                w={130}
              />
              <TextInput
                aria-label={`Port of service ${index + 1}`}
                placeholder="5432"
                value={dependency.port}
                error={errorAt(errors, `${path}.port`)}
                onChange={(event) => set({ port: event.currentTarget.value })}
                w={84}
              />
              <Lines
                label=""
                placeholder="DATABASE_URL=postgres://me@{{host}}:{{port}}/shop"
                value={dependency.env}
                error={errorAt(errors, `${path}.env`)}
                onChange={(env) => set({ env })}
              />
              <RowTools
                name={`service ${index + 1}`}
                onRemove={() => onChange({ dependencies: without(dependencies, index) })}
              />
            </div>
          );
        })}
        <AddButton
          onClick={() =>
            onChange({ dependencies: [...dependencies, { name: '', host: '127.0.0.1', port: '', env: '' }] })
          }
        >
          Add service
        </AddButton>
      </fieldset>
    </Fold>
  );
}
