import * as z from 'zod';

/**
 * Characters that are invisible or change how a text looks: control characters, line breaks, direction marks, and the
 * characters that Unicode says may be ignored. Joiners and variation selectors are kept: words and emoji need them.
 */
const hidden =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u{FFFE}\u{FFFF}]|(?!\u200C|\u200D|\uFE0E|\uFE0F)\p{Default_Ignorable_Code_Point}/u;
const allHidden = new RegExp(`(?:${hidden.source})+`, 'gu');

/** A character that can be seen; the blank pattern of Braille cannot. */
const visible = /(?!\u2800)[\p{L}\p{N}\p{P}\p{S}]/u;

/** Whether a text is one line without hidden characters. */
export function isPlain(text: string): boolean {
  return !hidden.test(text);
}

/** Any text as one line of a mail: line breaks and hidden characters become blanks. */
export function oneLine(text: string): string {
  return text.replace(allHidden, ' ');
}

/** Characters of a value that a message repeats. */
const mostShown = 60;

/** A value from outside, as an error message repeats it. */
export function shownText(text: string): string {
  const line = oneLine(text);
  return line.length > mostShown ? `${line.slice(0, mostShown)}...` : line;
}

/** The reason why a text cannot be shown as it is; undefined if it can. */
export function objectionToText(text: string): string | undefined {
  if (!isPlain(text)) {
    return 'must be one line of plain text, without line breaks, control characters and direction marks';
  }
  return visible.test(text) ? undefined : 'must not be blank';
}

/** A text that a person types and mails repeat: one line, not blank. */
export function plainText(most: number) {
  return z
    .string()
    .max(most)
    .superRefine((text, context) => {
      const message = objectionToText(text);
      if (message) context.addIssue({ code: 'custom', message });
    });
}

/** The name of the person who acts, for the ledger and the mails. */
export const signature = plainText(100);

/** A reason in a sentence. */
export const sentence = plainText(500);
