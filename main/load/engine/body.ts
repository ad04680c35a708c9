/** Bodies of requests: a buffer that is made once where nothing in it changes, else a function that makes one. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Body } from '../../api';
import { readScenarioFile } from './data';
import { compileTemplate, fill, Template, textOf, type TemplateValues } from './template';

export interface CompiledBody {
  /** Of the body, unless the step says otherwise; null leaves it out. */
  readonly contentType: string | null;
  readonly content: Buffer | ((values: TemplateValues) => Buffer);
}

/** @param folder that files are relative to @throws AppError BAD_INPUT for templates that cannot be filled and missing files */
export async function compileBody(
  body: Body,
  known: ReadonlySet<string>,
  folder: string,
): Promise<CompiledBody> {
  switch (body.type) {
    case 'json': {
      const value = compileJson(body.value, known);
      return {
        contentType: 'application/json',
        content: isConstant(value)
          ? Buffer.from(JSON.stringify(body.value))
          : (values) => Buffer.from(JSON.stringify(fillJson(value, values))),
      };
    }
    case 'text': {
      const text = compileTemplate(body.text, known);
      return {
        contentType: body.contentType ?? null,
        content: typeof text === 'string' ? Buffer.from(text) : (values) => Buffer.from(text.text(values)),
      };
    }
    case 'form': {
      const fields = Object.entries(body.fields).map(
        ([name, value]) => [encodeForm(name), compileTemplate(value, known)] as const,
      );
      const write = (values: TemplateValues) =>
        Buffer.from(fields.map(([name, value]) => `${name}=${encodeForm(fill(value, values))}`).join('&'));
      return {
        contentType: 'application/x-www-form-urlencoded',
        content: fields.some(([, value]) => value instanceof Template) ? write : write(nothing),
      };
    }
    case 'file':
      return {
        contentType: body.contentType ?? 'application/octet-stream',
        content: await readScenarioFile(body.file, folder),
      };
    case 'multipart':
      return compileMultipart(body, known, folder);
  }
}

async function compileMultipart(
  body: Extract<Body, { type: 'multipart' }>,
  known: ReadonlySet<string>,
  folder: string,
): Promise<CompiledBody> {
  const boundary = `scorchmark-${randomBytes(12).toString('hex')}`;
  let isStatic = true;
  const compile = (text: string) => {
    const compiled = compileTemplate(text, known);
    if (compiled instanceof Template) isStatic = false;
    return compiled;
  };
  const parts: { head: (values: TemplateValues) => string; content: (values: TemplateValues) => Buffer }[] =
    [];
  for (const part of body.parts) {
    const name = compile(part.name);
    if ('value' in part) {
      const value = compile(part.value);
      parts.push({
        head: (values) => `Content-Disposition: form-data; name="${quoted(fill(name, values))}"\r\n\r\n`,
        content: (values) => Buffer.from(fill(value, values)),
      });
    } else {
      const bytes = await readScenarioFile(part.file, folder);
      const fileName = compile(part.fileName ?? path.basename(part.file));
      const contentType = part.contentType ?? 'application/octet-stream';
      parts.push({
        head: (values) =>
          `Content-Disposition: form-data; name="${quoted(fill(name, values))}"; filename="${quoted(fill(fileName, values))}"\r\nContent-Type: ${contentType}\r\n\r\n`,
        content: () => bytes,
      });
    }
  }
  const end = Buffer.from(`--${boundary}--\r\n`);
  const write = (values: TemplateValues) =>
    Buffer.concat([
      ...parts.flatMap(({ head, content }) => [
        Buffer.from(`--${boundary}\r\n${head(values)}`),
        content(values),
        Buffer.from('\r\n'),
      ]),
      end,
    ]);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    content: isStatic ? write(nothing) : write,
  };
}

const nothing: TemplateValues = { value: () => undefined };

type JsonPart = string | number | boolean | null | Template | JsonPart[] | { [key: string]: JsonPart };

function compileJson(value: unknown, known: ReadonlySet<string>): JsonPart {
  if (typeof value === 'string') return compileTemplate(value, known);
  if (Array.isArray(value)) return value.map((each) => compileJson(each, known));
  if (value === null || typeof value !== 'object') return value as JsonPart;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, compileJson(each, known)]));
}

function isConstant(value: JsonPart): boolean {
  if (value instanceof Template) return false;
  if (value === null || typeof value !== 'object') return true;
  return Object.values(value).every((each) => isConstant(each));
}

function fillJson(value: JsonPart, values: TemplateValues): unknown {
  if (value instanceof Template) return value.value(values);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((each) => fillJson(each, values));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fillJson(each, values)]));
}

/** As HTML forms are sent. */
export function encodeForm(text: string): string {
  return encodeURIComponent(textOf(text)).replace(/%20/g, '+');
}

/** As browsers write names in multipart bodies. */
function quoted(text: string): string {
  return text.replace(/"/g, '%22').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}
