/** What was asked for cannot be done; the message says what is in the way, where, and what to do. */
export class CannotDo extends Error {
  override readonly name = 'CannotDo';
}
