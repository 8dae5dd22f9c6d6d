import * as z from 'zod';

/**
 * Characters that make a text show as something else than it is, or show nothing: control characters, line breaks, direction
 * marks, and what Unicode says may be ignored. Joiners and variation selectors are kept: words and emoji need them.
 */
const hidden =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u{FFFE}\u{FFFF}]|(?!\u200C|\u200D|\uFE0E|\uFE0F)\p{Default_Ignorable_Code_Point}/u;
const allHidden = new RegExp(`(?:${hidden.source})+`, 'gu');

/** A character that can be seen; a pattern of Braille without dots cannot. */
const visible = /(?!\u2800)[\p{L}\p{N}\p{P}\p{S}]/u;

/** Whether a text is one line that shows everything it has. */
export function isPlain(text: string): boolean {
  return !hidden.test(text);
}

/** A text of whatever origin as one line of a mail: whatever breaks the line or hides in it becomes a blank. */
export function oneLine(text: string): string {
  return text.replace(allHidden, ' ');
}

/** How much of a value a message repeats. */
const mostShown = 60;

/** A value that somebody wrote, as an error message repeats it. */
export function shownText(text: string): string {
  const line = oneLine(text);
  return line.length > mostShown ? `${line.slice(0, mostShown)}...` : line;
}

/** Why a text cannot be shown to people as it is; undefined where it can. */
export function objectionToText(text: string): string | undefined {
  if (!isPlain(text)) {
    return 'must be one line of plain text, without line breaks, control characters and direction marks';
  }
  return visible.test(text) ? undefined : 'must not be blank';
}

/** A text that a person types and that mails repeat: one line that says something. */
export function plainText(most: number) {
  return z
    .string()
    .max(most)
    .superRefine((text, context) => {
      const message = objectionToText(text);
      if (message) context.addIssue({ code: 'custom', message });
    });
}

/** Who says something, for the ledger and the mails. */
export const signature = plainText(100);

/** Why, in a sentence. */
export const sentence = plainText(500);
