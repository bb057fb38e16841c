/** Errors of a statement; all others of D1 are about reaching it. Busy, locked and full databases are away, too. */
const OF_A_STATEMENT = /SQLITE_(?!BUSY|LOCKED|FULL|IOERR|INTERRUPT)|no such (?:table|column)|syntax error/;

/** Could D1 not be asked at all? Then nothing is known and nothing was written: whoever called may try again. */
export function isDatabaseAway(error: unknown): boolean {
  return error instanceof Error && /^D1_\w*ERROR|^D1 DB /.test(error.message) && !OF_A_STATEMENT.test(error.message);
}
