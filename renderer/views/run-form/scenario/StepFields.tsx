import { Button, Select, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { httpMethods } from '../../../../main/api';
import { BodyFields } from './BodyFields';
import { CaptureRows, CheckRows } from './CheckFields';
import { replaced, without } from './lists';
import { AddButton, RowTools } from './RowTools';
import type { StepDraft } from './scenario-draft';
import { errorAt, type ScenarioErrors } from './to-scenario';

interface Props {
  step: StepDraft;
  /** Its place in the scenario, `flows.0.steps.1`. */
  path: string;
  /** For labels: `step 2 of main`. */
  name: string;
  errors: ScenarioErrors;
  onChange: (change: Partial<StepDraft>) => void;
  onMove: (by: 1 | -1) => void;
  onRemove?: () => void;
}

/** One thing a user does: a request, a conversation, a pause. */
export function StepFields({ step, path, name, errors, onChange, onMove, onRemove }: Props) {
  const [opened, setOpened] = useState(false);
  const tools = <RowTools name={name} onMove={onMove} {...(onRemove && { onRemove })} />;
  const kind = (
    <Select
      aria-label={`Kind of ${name}`}
      data={[
        { value: 'request', label: 'Request' },
        { value: 'websocket', label: 'WebSocket' },
        { value: 'think', label: 'Think' },
      ]}
      value={step.kind}
      onChange={(chosen) =>
        chosen &&
        onChange({
          kind: chosen,
          ...(chosen === 'websocket' &&
            step.messages.length === 0 && { messages: [{ send: '', expect: '', thenWait: '' }] }),
        })
      }
      allowDeselect={false}
      w={112}
    />
  );
  if (step.kind === 'think')
    return (
      <div className="scenario-step">
        <div className="form-row">
          {kind}
          <TextInput
            aria-label={`Think time of ${name}`}
            placeholder="1s, or 1s - 3s"
            value={step.think}
            error={errorAt(errors, `${path}.time`)}
            onChange={(event) => onChange({ think: event.currentTarget.value })}
            w={160}
          />
          <span className="grow" />
          {tools}
        </div>
      </div>
    );
  const wrongInside = [
    'headers',
    'query',
    'body',
    'capture',
    'checks',
    'timeoutMs',
    'redirects',
    'name',
  ].some((part) => errorAt(errors, `${path}.${part}`));
  const isOpen =
    opened || wrongInside || (step.kind === 'websocket' && errorAt(errors, `${path}.messages`) !== undefined);
  return (
    <div className="scenario-step">
      <div className="form-row">
        {kind}
        {step.kind === 'request' && (
          <Select
            aria-label={`Method of ${name}`}
            data={[...httpMethods]}
            value={step.method}
            onChange={(method) => method && onChange({ method })}
            allowDeselect={false}
            w={104}
          />
        )}
        <TextInput
          aria-label={`URL of ${name}`}
          placeholder={step.kind === 'websocket' ? '/updates' : '/products/{{ id }}'}
          className="grow"
          classNames={{ input: 'mono' }}
          spellCheck={false}
          value={step.url}
          error={errorAt(errors, `${path}.url`)}
          onChange={(event) => onChange({ url: event.currentTarget.value })}
        />
        <Button
          variant="default"
          className="scenario-more-button"
          aria-expanded={isOpen}
          aria-label={`More of ${name}`}
          onClick={() => setOpened(!isOpen)}
        >
          {moreWords(step)}
        </Button>
        {tools}
      </div>
      {isOpen && (
        <div className="scenario-step-more">
          <Texts step={step} path={path} errors={errors} onChange={onChange} />
          {step.kind === 'request' ? (
            <>
              <BodyFields
                body={step.body}
                error={errorAt(errors, `${path}.body`)}
                onChange={(change) => onChange({ body: { ...step.body, ...change } })}
              />
              <CaptureRows
                captures={step.captures}
                path={`${path}.capture`}
                errors={errors}
                onChange={(captures) => onChange({ captures })}
              />
              <CheckRows
                checks={step.checks}
                path={`${path}.checks`}
                errors={errors}
                onChange={(checks) => onChange({ checks })}
              />
            </>
          ) : (
            <Messages step={step} path={path} errors={errors} onChange={onChange} />
          )}
        </div>
      )}
    </div>
  );
}

/** What it has beside its URL, in few words. */
function moreWords(step: StepDraft): string {
  const lines = (text: string): number => text.split('\n').filter((line) => line.trim() !== '').length;
  const parts = [
    step.kind === 'request' && lines(step.query) > 0 && 'query',
    lines(step.headers) > 0 && 'headers',
    step.kind === 'request' && step.body.type !== 'none' && step.body.type,
    step.kind === 'request' && step.captures.length > 0 && `${step.captures.length} kept`,
    step.kind === 'request' &&
      step.checks.length > 0 &&
      `${step.checks.length} ${step.checks.length === 1 ? 'check' : 'checks'}`,
    step.kind === 'websocket' &&
      `${step.messages.length} ${step.messages.length === 1 ? 'message' : 'messages'}`,
  ].filter((part) => part !== false);
  return parts.length > 0 ? parts.join(', ') : 'Headers, body, checks';
}

type PartProps = Pick<Props, 'step' | 'path' | 'errors' | 'onChange'>;

function Texts({ step, path, errors, onChange }: PartProps) {
  return (
    <>
      <div className="form-row">
        <TextInput
          label="Counted as"
          placeholder={step.kind === 'request' ? `${step.method} ${step.url || '/'}` : step.url}
          value={step.name}
          error={errorAt(errors, `${path}.name`)}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
          className="grow"
        />
        <TextInput
          label="Timeout"
          placeholder="as all"
          value={step.timeout}
          error={errorAt(errors, `${path}.timeoutMs`)}
          onChange={(event) => onChange({ timeout: event.currentTarget.value })}
          w={90}
        />
        {step.kind === 'request' && (
          <TextInput
            label="Redirects"
            placeholder="none"
            value={step.redirects}
            error={errorAt(errors, `${path}.redirects`)}
            onChange={(event) => onChange({ redirects: event.currentTarget.value })}
            w={90}
          />
        )}
      </div>
      <div className="form-row">
        {step.kind === 'request' && (
          <Lines
            label="Query"
            placeholder="q={{ term }}"
            value={step.query}
            error={errorAt(errors, `${path}.query`)}
            onChange={(query) => onChange({ query })}
          />
        )}
        <Lines
          label="Headers"
          placeholder="Authorization: Bearer {{ token }}"
          value={step.headers}
          error={errorAt(errors, `${path}.headers`)}
          onChange={(headers) => onChange({ headers })}
        />
      </div>
    </>
  );
}

/** A few lines in the font of code. */
export function Lines({
  label,
  placeholder,
  value,
  error,
  onChange,
}: {
  label: string;
  placeholder: string;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  return (
    <Textarea
      className="grow"
      label={label}
      placeholder={placeholder}
      value={value}
      error={error}
      autosize
      minRows={2}
      maxRows={10}
      classNames={{ input: 'mono' }}
      spellCheck={false}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function Messages({ step, path, errors, onChange }: PartProps) {
  const { messages } = step;
  return (
    <fieldset className="form-group">
      <legend>Messages, in turn</legend>
      {messages.map((message, index) => {
        const set = (change: Partial<typeof message>): void =>
          onChange({ messages: replaced(messages, index, change) });
        return (
          <div key={index} className="form-row">
            <TextInput
              aria-label={`Message ${index + 1}`}
              placeholder="send"
              className="grow"
              classNames={{ input: 'mono' }}
              value={message.send}
              onChange={(event) => set({ send: event.currentTarget.value })}
            />
            <TextInput
              aria-label={`Answer to message ${index + 1} contains`}
              placeholder="until one contains"
              className="grow"
              classNames={{ input: 'mono' }}
              value={message.expect}
              onChange={(event) => set({ expect: event.currentTarget.value })}
            />
            <TextInput
              aria-label={`Wait after message ${index + 1}`}
              placeholder="then wait"
              value={message.thenWait}
              error={errorAt(errors, `${path}.messages.${index}.thenWait`)}
              onChange={(event) => set({ thenWait: event.currentTarget.value })}
              w={104}
            />
            <RowTools
              name={`message ${index + 1}`}
              onRemove={() => onChange({ messages: without(messages, index) })}
            />
          </div>
        );
      })}
      {errorAt(errors, `${path}.messages`) && messages.length === 0 && (
        <p className="field-error">At least one message.</p>
      )}
      <AddButton
        onClick={() => onChange({ messages: [...messages, { send: '', expect: '', thenWait: '' }] })}
      >
        Add message
      </AddButton>
    </fieldset>
  );
}
