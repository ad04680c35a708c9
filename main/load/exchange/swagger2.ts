/** Swagger 2 said as OpenAPI 3, as far as requests go: what has moved is the address, the bodies and the types of parameters. */

type Json = Record<string, unknown>;

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];

/** References into `definitions` stay as they are: they are found where they were. */
export function swagger2AsOpenApi3(root: Json): Json {
  const paths: Json = {};
  for (const [path, item] of Object.entries(objectOf(root['paths']) ?? {})) {
    const given = objectOf(item);
    if (!given) continue;
    const shared = list(given['parameters']).map((each) => referenced(root, each));
    const { parameters: _shared, ...rest } = given;
    const out: Json = { ...rest, parameters: shared.filter((each) => !isBody(each)).map(parameterOf) };
    for (const method of methods) {
      const operation = objectOf(given[method]);
      if (operation) out[method] = operationOf(root, operation, shared);
    }
    Object.defineProperty(paths, path, { value: out, enumerable: true, writable: true, configurable: true });
  }
  return {
    ...root,
    openapi: '3.0.3',
    ...(typeof root['host'] === 'string'
      ? { servers: [{ url: `${schemeOf(root)}://${root['host']}${pathOf(root)}` }] }
      : pathOf(root) !== '' && { servers: [{ url: pathOf(root) }] }),
    paths,
    components: {
      ...(root['securityDefinitions'] !== undefined && { securitySchemes: root['securityDefinitions'] }),
    },
  };
}

function operationOf(root: Json, operation: Json, shared: readonly Json[]): Json {
  const own = list(operation['parameters']).map((each) => referenced(root, each));
  const bodies = new Map<unknown, Json>();
  for (const each of [...shared, ...own]) if (isBody(each)) bodies.set(each['name'], each);
  const content = contentOf(
    [...bodies.values()],
    list(operation['consumes'] ?? root['consumes']).map(String),
  );
  return {
    ...operation,
    parameters: own.filter((each) => !isBody(each)).map(parameterOf),
    ...(content && { requestBody: { content } }),
  };
}

function contentOf(bodies: readonly Json[], consumes: readonly string[]): Json | undefined {
  const whole = bodies.find((each) => each['in'] === 'body');
  if (whole) {
    const types = consumes.length > 0 ? consumes : ['application/json'];
    return Object.fromEntries(types.map((type) => [type, { schema: whole['schema'] }]));
  }
  if (bodies.length === 0) return undefined;
  const hasFiles = bodies.some((each) => each['type'] === 'file');
  const type =
    hasFiles || consumes.includes('multipart/form-data')
      ? 'multipart/form-data'
      : 'application/x-www-form-urlencoded';
  const properties = Object.fromEntries(
    bodies.map((each) => [
      String(each['name']),
      each['type'] === 'file' ? { type: 'string', format: 'binary' } : schemaOf(each),
    ]),
  );
  const required = bodies.filter((each) => each['required'] === true).map((each) => String(each['name']));
  return { [type]: { schema: { type: 'object', properties, required } } };
}

function parameterOf(parameter: Json): Json {
  if (parameter['schema'] !== undefined) return parameter;
  const example = parameter['x-example'];
  return { ...parameter, schema: schemaOf(parameter), ...(example !== undefined && { example }) };
}

/** The type stands beside the name, in the words of a schema. */
function schemaOf(parameter: Json): Json {
  const { name: _name, in: _in, required: _required, description: _text, ...schema } = parameter;
  return schema;
}

function isBody(parameter: Json): boolean {
  return parameter['in'] === 'body' || parameter['in'] === 'formData';
}

function referenced(root: Json, given: unknown): Json {
  const value = objectOf(given) ?? {};
  const [, name] =
    /^#\/parameters\/([^/]+)$/.exec(typeof value['$ref'] === 'string' ? value['$ref'] : '') ?? [];
  if (name === undefined) return value;
  const key = name.replace(/~1/g, '/').replace(/~0/g, '~');
  return objectOf(objectOf(root['parameters'])?.[key]) ?? value;
}

function schemeOf(root: Json): string {
  const schemes = list(root['schemes']);
  return schemes.includes('https') || schemes.length === 0 ? 'https' : String(schemes[0]);
}

function pathOf(root: Json): string {
  const path = typeof root['basePath'] === 'string' ? root['basePath'].replace(/\/+$/, '') : '';
  return path === '' || path.startsWith('/') ? path : `/${path}`;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function objectOf(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}
