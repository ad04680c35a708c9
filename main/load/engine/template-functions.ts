/** The functions that templates can call. */
import { randomUUID } from 'node:crypto';
import { AppError } from '../../errors';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Counts through the whole load, all users together. */
let sequence = 0;

type Make = (args: string[], expression: string) => () => unknown;

const functions: Record<string, Make> = {
  /** A whole number from…to, both included. */
  randomInt: (args, expression) => {
    const [from, to] =
      args.length === 1
        ? [0, numberOf(args[0], expression)]
        : [numberOf(args[0], expression), numberOf(args[1], expression)];
    if (to < from) throw wrong(expression, 'the first number is larger than the second');
    return () => from + Math.floor(Math.random() * (to - from + 1));
  },
  uuid: () => () => randomUUID(),
  /** 1, 2, 3, … */
  sequence: () => () => ++sequence,
  /** ms since 1970. */
  timestamp: () => () => Date.now(),
  randomString: (args, expression) => {
    const length = args.length === 0 ? 8 : numberOf(args[0], expression);
    if (length < 0 || length > 1_000_000)
      throw wrong(expression, 'the length must be between 0 and 1,000,000');
    return () => {
      let text = '';
      for (let at = 0; at < length; at++) text += letters[Math.floor(Math.random() * letters.length)];
      return text;
    };
  },
  randomItem: (args, expression) => {
    if (args.length === 0) throw wrong(expression, 'there is nothing to choose from');
    return () => args[Math.floor(Math.random() * args.length)];
  },
  /** An environment variable of the workbench. */
  env: (args, expression) => {
    const name = args[0];
    if (!name) throw wrong(expression, 'it needs the name of an environment variable');
    return () => process.env[name];
  },
};

export const templateFunctionNames = Object.keys(functions);

/** @throws AppError BAD_INPUT for a function that does not exist or arguments it cannot use */
export function templateFunction(name: string, args: string | null, expression: string): () => unknown {
  const make = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (!make) throw wrong(expression, `there is no function $${name}`);
  return make(args === null || args.trim() === '' ? [] : argumentsOf(args), expression);
}

/** Commas within quotes belong to the text. */
function argumentsOf(text: string): string[] {
  const found = `,${text}`.matchAll(/,(\s*(?:'[^']*'|"[^"]*")\s*(?=,|$)|[^,]*)/g);
  return Array.from(found, (match) => unquoted(match[1]!));
}

function unquoted(arg: string): string {
  const text = arg.trim();
  return /^(['"]).*\1$/s.test(text) ? text.slice(1, -1) : text;
}

function numberOf(text: string | undefined, expression: string): number {
  const value = text === undefined || text === '' ? NaN : Number(text);
  if (!Number.isInteger(value)) throw wrong(expression, 'it needs whole numbers');
  return value;
}

function wrong(expression: string, why: string): AppError {
  return new AppError('BAD_INPUT', `{{ ${expression} }} cannot be filled in: ${why}.`, {
    hint: `The functions are ${templateFunctionNames.map((each) => `$${each}`).join(', ')}.`,
  });
}
