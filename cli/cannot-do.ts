/** The request cannot be done; the message says what prevents it, where, and what to do. */
export class CannotDo extends Error {
  override readonly name = 'CannotDo';
}
