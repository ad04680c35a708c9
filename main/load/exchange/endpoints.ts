/** How a step is called in results, the same for every writer. */
import type { RequestStep, Scenario, Step, WebSocketStep } from '../../api';

export function endpointName(step: RequestStep | WebSocketStep): string {
  return step.name ?? `${step.kind === 'websocket' ? 'WS' : step.method} ${step.url}`;
}

/** Every step, those of the set-up first. */
export function allSteps(scenario: Scenario): Step[] {
  return [...scenario.setUp, ...scenario.flows.flatMap(({ steps }) => steps)];
}

/** Of the scenario's headers those that the step does not set itself. */
export function headersOf(scenario: Scenario, step: { headers: Record<string, string> }): [string, string][] {
  const own = new Set(Object.keys(step.headers).map((name) => name.toLowerCase()));
  return [
    ...Object.entries(scenario.headers).filter(([name]) => !own.has(name.toLowerCase())),
    ...Object.entries(step.headers),
  ];
}

export function hasHeader(headers: readonly (readonly [string, string])[], wanted: string): boolean {
  return headers.some(([name]) => name.toLowerCase() === wanted);
}

/** The content type of a body that has none of its own. */
export function contentTypeOf(step: RequestStep): string | undefined {
  switch (step.body?.type) {
    case 'json':
      return 'application/json';
    case 'form':
      return 'application/x-www-form-urlencoded';
    case 'file':
      return step.body.contentType ?? 'application/octet-stream';
    case 'text':
      return step.body.contentType;
    default:
      return undefined;
  }
}

/** What no other tool does: told by every writer. */
export function commonNotes(scenario: Scenario, tool: string): string[] {
  const notes: string[] = [];
  if (scenario.faults.length > 0)
    notes.push(
      `${tool} breaks nothing: ${scenario.faults.length === 1 ? 'the planned fault is' : `the ${scenario.faults.length} planned faults are`} left out.`,
    );
  else if (scenario.dependencies.length > 0)
    notes.push(`The dependencies belong to faults, which ${tool} does not know.`);
  if (scenario.load.model === 'closed' || scenario.load.model === 'knee') return notes;
  notes.push(
    `${tool} measures from when a request was sent; here it counts from when it was due. A stalled target looks better there.`,
  );
  return notes;
}
