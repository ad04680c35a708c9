/** Names come from profiled programs and from files of strangers: none of them may steer the terminal. */

/** Control characters (escape sequences, line breaks) and marks that reverse the direction of text. */
const steering = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** The text on one line, with everything that would steer the terminal replaced by a space. */
export function printable(text: string): string {
  return text.replace(steering, ' ');
}
