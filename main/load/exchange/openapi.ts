/** An OpenAPI 3 or Swagger 2 document as a scenario: each operation a flow, with its examples as values. */
import { AppError } from '../../errors';
import { httpMethods, type ScenarioInput } from '../../scenario';
import { swagger2AsOpenApi3 } from './swagger2';

type Json = Record<string, unknown>;
type StepInput = Extract<ScenarioInput['flows'][number]['steps'][number], { kind: 'request' }>;

const deepest = 8;

/** @throws AppError BAD_INPUT when it is no OpenAPI 3 or Swagger 2 document, or has no operations */
export function readOpenApi(document: unknown): { scenario: ScenarioInput; notes: string[] } {
  const root = objectOf(document);
  const version = textOf(root?.['openapi']) ?? textOf(root?.['swagger']);
  if (!root || version === undefined || !/^(2\.0|3\.)/.test(version))
    throw new AppError(
      'BAD_INPUT',
      version === undefined
        ? 'This is no OpenAPI document: it has neither “openapi” nor “swagger” at its top.'
        : `This is OpenAPI ${version}; OpenAPI 3 and Swagger 2.0 can be read.`,
      { hint: 'Convert it, or take the document of a newer version from the server.' },
    );
  return new OpenApiReader(version.startsWith('2') ? swagger2AsOpenApi3(root) : root).read();
}

class OpenApiReader {
  private readonly notes: string[] = [];

  constructor(private readonly root: Json) {}

  read(): { scenario: ScenarioInput; notes: string[] } {
    // First: a relative address stands before each path.
    const baseUrl = this.serverUrl(objectOf(list(this.root['servers'])[0]));
    const flows: ScenarioInput['flows'] = [];
    for (const [path, item] of Object.entries(objectOf(this.root['paths']) ?? {})) {
      const shared = this.resolved(item);
      for (const method of httpMethods) {
        const operation = this.resolved(shared?.[method.toLowerCase()]);
        if (!operation) continue;
        const name = (textOf(operation['operationId']) ?? `${method} ${path}`).trim().slice(0, 200);
        flows.push({
          name: name === '' ? `${method} ${path}` : name,
          weight: 1,
          steps: [this.step(method, path, shared ?? {}, operation)],
        });
      }
    }
    if (flows.length === 0)
      throw new AppError('BAD_INPUT', 'The OpenAPI document has no operations under “paths”.', {
        hint: 'There must be one at least, such as paths: { /products: { get: … } }.',
      });
    const writing = flows.filter(({ steps }) =>
      steps.some(
        (step) =>
          step.kind === 'request' &&
          step.method !== undefined &&
          !['GET', 'HEAD', 'OPTIONS'].includes(step.method),
      ),
    ).length;
    if (writing > 0)
      this.notes.push(
        `${writing} of ${flows.length} operations change something (POST, PUT, PATCH, DELETE): look at them before they run a thousand times.`,
      );
    if (
      this.root['security'] !== undefined ||
      objectOf(objectOf(this.root['components'])?.['securitySchemes'])
    )
      this.notes.push('The document speaks of log-ins or keys: add them as headers, or as a set-up step.');
    const title = (textOf(objectOf(this.root['info'])?.['title']) ?? '').trim().slice(0, 200);
    return {
      scenario: {
        version: 1,
        name: title === '' ? 'From OpenAPI' : title,
        ...(baseUrl !== undefined && { baseUrl }),
        load: { model: 'closed', stages: [{ durationMs: 30_000, users: 10 }] },
        flows,
      },
      notes: [...new Set(this.notes)],
    };
  }

  private serverUrl(server: Json | undefined): string | undefined {
    const url = textOf(server?.['url'])?.replace(
      /\{([^}]*)\}/g,
      (_all, name: string) => textOf(objectOf(objectOf(server?.['variables'])?.[name])?.['default']) ?? name,
    );
    if (url === undefined || url === '/') return undefined;
    if (/^https?:\/\//i.test(url)) return url.replace(/\/+$/, '');
    this.notes.push(`The server’s address “${url}” is relative: it is put before each path.`);
    this.prefix = url.replace(/\/+$/, '');
    return undefined;
  }

  private prefix = '';

  private step(method: (typeof httpMethods)[number], path: string, shared: Json, operation: Json): StepInput {
    const parameters = new Map<string, Json>();
    for (const each of [...list(shared['parameters']), ...list(operation['parameters'])]) {
      const parameter = this.resolved(each);
      if (parameter) parameters.set(`${String(parameter['in'])} ${String(parameter['name'])}`, parameter);
    }
    let url = path.replace(/^([^/])/, '/$1');
    const query: Record<string, string> = {};
    const headers: Record<string, string> = {};
    for (const parameter of parameters.values()) {
      const name = String(parameter['name']);
      const place = parameter['in'];
      const isNeeded = parameter['required'] === true || place === 'path' || hasExample(parameter);
      if (!isNeeded) continue;
      const value = textFor(this.valueOf(parameter));
      if (place === 'path') url = url.replaceAll(`{${name}}`, encodeURIComponent(value));
      else if (place === 'query') query[name] = value;
      else if (place === 'header') headers[name] = value;
      else if (place === 'cookie')
        headers['Cookie'] =
          `${headers['Cookie'] === undefined ? '' : `${headers['Cookie']}; `}${name}=${value}`;
    }
    url = url.replace(/\{([^}]*)\}/g, (_all, name: string) => {
      this.notes.push(`The parameter ${name} of ${path} is not described: 1 stands in its place.`);
      return '1';
    });
    const content = objectOf(this.resolved(operation['requestBody'])?.['content']);
    const body = content && this.body(content);
    const accepted = Object.keys(objectOf(operation['responses']) ?? {}).filter(
      (code) => /^[1-5](\d\d|xx)$/i.test(code) && !/^[45]/.test(code),
    );
    return {
      kind: 'request',
      method,
      url: this.prefix + url,
      query,
      headers,
      ...(body && { body }),
      ...(accepted.length > 0 && {
        checks: [{ on: 'status' as const, in: accepted.map((code) => code.toLowerCase()) }],
      }),
    };
  }

  private body(content: Json): StepInput['body'] {
    const types = Object.keys(content);
    const type =
      types.find((each) => each.includes('json')) ??
      types.find((each) => /urlencoded|multipart/.test(each)) ??
      types[0];
    if (type === undefined) return undefined;
    const value = this.valueOf(objectOf(content[type]) ?? {});
    if (type.includes('json')) return { type: 'json', value: value as string };
    const fields = Object.entries(objectOf(value) ?? {});
    if (type.includes('urlencoded'))
      return {
        type: 'form',
        fields: Object.fromEntries(fields.map(([name, each]) => [name, textFor(each)])),
      };
    if (type.startsWith('multipart/') && fields.length > 0)
      return { type: 'multipart', parts: fields.map(([name, each]) => ({ name, value: textFor(each) })) };
    return { type: 'text', text: textFor(value), contentType: type };
  }

  /** Of a parameter or a media type: its example, one of its examples, or one made of its schema. */
  private valueOf(described: Json): unknown {
    if (described['example'] !== undefined) return described['example'];
    const named = this.resolved(Object.values(objectOf(described['examples']) ?? {})[0]);
    if (named?.['value'] !== undefined) return named['value'];
    const content = objectOf(Object.values(objectOf(described['content']) ?? {})[0]);
    if (content) return this.valueOf(content);
    return this.example(described['schema'], new Set(), 0);
  }

  private example(given: unknown, open: Set<unknown>, depth: number): unknown {
    const schema = this.resolved(given);
    if (!schema || depth > deepest || open.has(schema)) return null;
    if (schema['example'] !== undefined) return schema['example'];
    const [first] = list(schema['examples']);
    if (first !== undefined) return first;
    if (schema['const'] !== undefined) return schema['const'];
    if (schema['default'] !== undefined) return schema['default'];
    const [choice] = list(schema['enum']);
    if (choice !== undefined) return choice;
    const inside = new Set(open).add(schema);
    const all = list(schema['allOf']);
    if (all.length > 0) {
      const parts = all
        .map((each) => this.example(each, inside, depth + 1))
        .map(objectOf)
        .filter((each) => each !== undefined);
      return Object.assign({}, ...parts, this.properties(schema, inside, depth)) as Json;
    }
    const [alternative] = [...list(schema['oneOf']), ...list(schema['anyOf'])];
    if (alternative !== undefined) return this.example(alternative, inside, depth + 1);
    const type = list(schema['type']).find((each) => each !== 'null') ?? schema['type'];
    switch (type) {
      case 'array':
        return [this.example(schema['items'], inside, depth + 1)].filter((each) => each !== null);
      case 'integer':
        return Math.ceil(numberOf(schema['minimum']) ?? 1);
      case 'number':
        return numberOf(schema['minimum']) ?? 1;
      case 'boolean':
        return true;
      case 'string':
        return stringFor(schema);
      default:
        return schema['properties'] !== undefined || type === 'object'
          ? this.properties(schema, inside, depth)
          : null;
    }
  }

  private properties(schema: Json, open: Set<unknown>, depth: number): Json {
    const made: Json = {};
    const required = new Set(list(schema['required']));
    for (const [name, property] of Object.entries(objectOf(schema['properties']) ?? {})) {
      if (this.resolved(property)?.['readOnly'] === true || name === '__proto__') continue;
      const value = this.example(property, open, depth + 1);
      // What leads back to itself ends here.
      if (value !== null || required.has(name)) made[name] = value;
    }
    return made;
  }

  /** The object itself, or what its $ref within the document leads to; refs of refs in circles lead nowhere. */
  private resolved(given: unknown): Json | undefined {
    let object = objectOf(given);
    for (let steps = 0; object && steps < 50; steps++) {
      const ref = textOf(object['$ref']);
      if (ref === undefined) return object;
      if (!ref.startsWith('#')) {
        this.notes.push(`References to other files are not followed: ${ref}.`);
        return undefined;
      }
      let found: unknown = this.root;
      for (const key of ref
        .slice(1)
        .split('/')
        .filter((each) => each !== '')) {
        const name = decodeURIComponent(key.replace(/%(?![0-9a-f]{2})/gi, '%25'))
          .replaceAll('~1', '/')
          .replaceAll('~0', '~');
        const around = objectOf(found);
        found = around && Object.hasOwn(around, name) ? around[name] : undefined;
      }
      if (found === undefined) this.notes.push(`${ref} leads nowhere.`);
      object = objectOf(found);
    }
    return undefined;
  }
}

function hasExample(parameter: Json): boolean {
  return parameter['example'] !== undefined || parameter['examples'] !== undefined;
}

const formats: Readonly<Record<string, string>> = {
  date: '2026-01-01',
  'date-time': '2026-01-01T00:00:00Z',
  uuid: '00000000-0000-4000-8000-000000000000',
  email: 'someone@example.com',
  uri: 'http://example.com/',
  ipv4: '127.0.0.1',
};

function stringFor(schema: Json): string {
  const format = formats[textOf(schema['format']) ?? ''];
  const shortest = numberOf(schema['minLength']) ?? 0;
  return format ?? 'text'.padEnd(Math.min(shortest, 1000), 'x').slice(0, numberOf(schema['maxLength']));
}

function objectOf(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}
function list(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
function textFor(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '1' : JSON.stringify(value);
}
