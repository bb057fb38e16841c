import { ACCOUNT_OPERATIONS } from "../account/operations.ts";

/** The fields of an instance that the API would not take as they were typed. */
export function wrongInstanceFields(values: { readonly [field: string]: string }): readonly string[] {
  const { schema } = ACCOUNT_OPERATIONS.registerInstance.body;
  const read = schema.safeParse(values);
  return read.success ? [] : [...new Set(read.error.issues.map(({ path }) => String(path[0])))];
}
