/** A fault as its fields, for the scenario's form and for the one that is fired by hand. Pure. */
import { faultSchema, type Fault, type FaultKind } from '../../../../main/api';
import { whyImpossible, type RunFacts } from '../../../../profiles/load-picture/impossible-faults';
import {
  readBytes,
  readDuration,
  readNumber,
  readPercent,
  writeBytes,
  writeDuration,
  writeNumber,
  writePercent,
} from './texts';

type FieldType = 'duration' | 'bytes' | 'count' | 'percent' | 'choice' | 'via';

export interface FaultField {
  name: string;
  label: string;
  type: FieldType;
  initial: string;
  placeholder?: string;
  choices?: readonly string[];
}

const via: FaultField = { name: 'via', label: 'Before', type: 'via', initial: 'target' };

export const faultForms: Record<FaultKind, { title: string; fields: readonly FaultField[]; hint: string }> = {
  latency: {
    title: 'Latency',
    hint: 'Every piece of data arrives later.',
    fields: [
      via,
      { name: 'delayMs', label: 'Delay', type: 'duration', initial: '200ms' },
      { name: 'jitterMs', label: 'Jitter ±', type: 'duration', initial: '', placeholder: 'none' },
      {
        name: 'direction',
        label: 'Direction',
        type: 'choice',
        initial: 'answer',
        choices: ['request', 'answer', 'both'],
      },
    ],
  },
  bandwidth: {
    title: 'Bandwidth',
    hint: 'So many bytes per second, all connections together.',
    fields: [via, { name: 'bytesPerSecond', label: 'Per second', type: 'bytes', initial: '100 kB' }],
  },
  drop: {
    title: 'Dropped connections',
    hint: 'Open connections are reset, and new ones while it lasts.',
    fields: [via, { name: 'ratio', label: 'Share (%)', type: 'percent', initial: '100' }],
  },
  cpu: {
    title: 'CPU contention',
    hint: 'Processes that spin beside the target.',
    fields: [{ name: 'processes', label: 'Processes', type: 'count', initial: '1' }],
  },
  memory: {
    title: 'Memory cap',
    hint: 'The target may use at most so much.',
    fields: [{ name: 'limitBytes', label: 'At most', type: 'bytes', initial: '256 MB' }],
  },
  block: {
    title: 'Blocked event loop',
    hint: 'The target’s event loop is kept busy.',
    fields: [
      { name: 'blockMs', label: 'For', type: 'duration', initial: '500ms' },
      { name: 'everyMs', label: 'Again every', type: 'duration', initial: '', placeholder: 'once' },
    ],
  },
  pause: { title: 'Pause', hint: 'The target is stopped (SIGSTOP), and goes on at the end.', fields: [] },
  kill: {
    title: 'Kill and restart',
    hint: 'Killed at once, started again at the end.',
    fields: [
      {
        name: 'signal',
        label: 'Signal',
        type: 'choice',
        initial: 'SIGKILL',
        choices: ['SIGKILL', 'SIGTERM'],
      },
    ],
  },
};

export const faultKinds = Object.keys(faultForms) as FaultKind[];

export interface FaultDraft {
  kind: FaultKind;
  values: Record<string, string>;
}

export function newFault(kind: FaultKind): FaultDraft {
  return {
    kind,
    values: Object.fromEntries(faultForms[kind].fields.map(({ name, initial }) => [name, initial])),
  };
}

export function draftOfFault(fault: Fault): FaultDraft {
  const known = fault as unknown as Record<string, unknown>;
  const values: Record<string, string> = {};
  for (const { name, type } of faultForms[fault.kind].fields) values[name] = written(known[name], type);
  return { kind: fault.kind, values };
}

/** What the fields say, unchecked. */
export function faultInput({ kind, values }: FaultDraft): Record<string, unknown> {
  const fault: Record<string, unknown> = { kind };
  for (const { name, type } of faultForms[kind].fields) fault[name] = readField(values[name] ?? '', type);
  return fault;
}

/** The fault, or why it is none. */
export function faultOf(draft: FaultDraft): { fault: Fault; error: null } | { fault: null; error: string } {
  const parsed = faultSchema.safeParse(faultInput(draft));
  if (parsed.success) return { fault: parsed.data, error: null };
  const [issue] = parsed.error.issues;
  const field = faultForms[draft.kind].fields.find(({ name }) => name === issue?.path[0]);
  return {
    fault: null,
    error: field ? `${field.label}: ${issueWords(field.type)}` : 'This fault is not complete.',
  };
}

/** Why a run cannot make it, in a sentence; null when nothing is known against it. */
export function whyNot({ kind, values }: FaultDraft, facts: RunFacts): string | null {
  const place = values['via'];
  return whyImpossible({ kind, ...(place !== undefined && { via: place }) }, facts);
}

/** What is told before the run starts; null when every fault of the plan can be made, as far as is known. */
export function leftOutWords(faults: readonly FaultDraft[], facts: RunFacts): string | null {
  const left = faults.flatMap((fault) => {
    const why = whyNot(fault, facts);
    return why === null ? [] : [{ title: faultForms[fault.kind].title, why }];
  });
  if (left.length === 0) return null;
  const reasons = [...new Set(left.map(({ title, why }) => `${title}: ${why}`))].join(' ');
  const [what, goes] =
    left.length === 1
      ? ['A fault of the scenario cannot be made here.', 'The run goes on without it.']
      : [`${left.length} faults of the scenario cannot be made here.`, 'The run goes on without them.'];
  return `${what} ${reasons} ${goes}`;
}

/** What a field wants, for the error beside it. */
export function issueWords(type: FieldType): string {
  return {
    duration: 'a length of time like 200ms or 5s.',
    bytes: 'a size like 64 MB.',
    count: 'a whole number.',
    percent: 'a share from 0 to 100.',
    choice: 'one of the choices.',
    via: 'the target or a dependency.',
  }[type];
}

function readField(text: string, type: FieldType): unknown {
  if (type === 'duration') return readDuration(text);
  if (type === 'bytes') return readBytes(text);
  if (type === 'count') return readNumber(text);
  if (type === 'percent') return readPercent(text);
  return text.trim() || undefined;
}

function written(value: unknown, type: FieldType): string {
  if (typeof value !== 'number') return typeof value === 'string' ? value : '';
  if (type === 'duration') return value === 0 ? '' : writeDuration(value);
  if (type === 'bytes') return writeBytes(value);
  return type === 'percent' ? writePercent(value) : writeNumber(value);
}
